"""How long the window takes to come: from the start of the process to a click that has been answered."""

import gc
from time import perf_counter, time
from typing import Any

from studio.display import display_trouble

TICK_MS = 5
LIMIT_MS = 60_000


def measure(request: dict[str, Any]) -> dict[str, Any]:
    """Open the real window, click, and look how late its event loop is afterwards.

    request: began, when the process was asked for, in seconds since 1970; watched_s. Gives painted_s, when
    the window was first painted; clicked_s, when a click sent then had switched to another workspace, painted
    too; late_ms, the most that the event loop was late in the `watched_s` after, in which torch is imported
    in the background; platform, what the window was drawn on. `skipped` says why there is no window.
    """
    entered = perf_counter() - (time() - request["began"])  # the start on the clock that never jumps
    trouble = display_trouble()
    if trouble:
        return {"skipped": trouble}
    from studio.app import begin

    gc.disable()  # as `run` does
    app, window = begin([])
    # Nothing of this module is imported before the window, which would make it slower than it is.
    from studio.jobs import wait_for_all
    from studio.timing.first_click import FirstClick
    from studio.window import TRAIN

    probe = FirstClick(window, watched_s=request["watched_s"], tick_ms=TICK_MS, limit_ms=LIMIT_MS)
    window.show()
    app.exec()
    window.show_workspace(TRAIN)  # is remembered: the next start must have somewhere to go, too
    window.close()
    wait_for_all()
    if probe.clicked is None or probe.painted is None:
        return {"skipped": "The window did not answer a click within a minute."}
    return {
        "painted_s": probe.painted - entered,
        "clicked_s": probe.clicked - entered,
        "late_ms": probe.late_s * 1e3,
        "platform": app.platformName(),
    }
