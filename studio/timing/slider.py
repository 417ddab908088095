"""How long a face takes to follow a dragged slider: from the mouse's movement to the painted face."""

import math
from pathlib import Path
from typing import Any

from core.bench.spread import percentile
from studio.display import display_trouble

MOVES_MS = 8  # between two movements, as of a mouse that reports 125 times a second
SWEEP_S = 2.3  # from one end of the slider to the other and back
LIMIT_S = 60.0


def measure(request: dict[str, Any]) -> dict[str, Any]:
    """Open a run in the real window and drag its first latent slider to and fro.

    request: run (a folder with a checkpoint), seconds, width and height of the window. Gives p50_ms, p95_ms
    and most_ms over all movements, movements (how many), the face's side in px and the platform. A face that
    shows a movement shows those before it too, as they all have arrived. `skipped` says why there is none.
    """
    trouble = display_trouble()
    if trouble:
        return {"skipped": trouble}
    from studio.app import create
    from studio.jobs import wait_for_all
    from studio.timing.drag import Drag, settle

    app, window = create([])
    window.resize(request["width"], request["height"])
    window.show()
    window.runs.open_requested.emit(Path(request["run"]))
    explore = window.explore
    try:
        if not settle(lambda: explore.face.faces is not None and explore.gallery.grid.count() > 0, LIMIT_S):
            return {"skipped": "The run's faces did not appear within a minute."}
        # A first start prepares the cartoons meanwhile, on every core.
        if not settle(lambda: not window.train.setup.preparing, LIMIT_S):
            return {"skipped": "The pictures of the Train workspace were not prepared within a minute."}
        settle(lambda: False, 2.0)  # the grid is still being decoded
        drag = Drag(window, every_ms=MOVES_MS)
        drag.go(request["seconds"], lambda seconds: math.sin(2 * math.pi * seconds / SWEEP_S))
        side, platform = explore.face.view.side_px(), app.platformName()
    finally:
        window.close()
        wait_for_all()
    if not drag.delays:
        return {"skipped": "No movement of the slider reached the face."}
    found = {"p50_ms": percentile(drag.delays, 50), "p95_ms": percentile(drag.delays, 95)}
    found["most_ms"] = max(drag.delays)
    rounded = {name: round(seconds * 1e3, 1) for name, seconds in found.items()}
    return rounded | {"movements": len(drag.delays), "face_px": side, "platform": platform}
