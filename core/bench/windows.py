"""The window's start and its sliders, measured in the real window by modules that only a child imports."""

from collections.abc import Mapping
from pathlib import Path
from time import time
from typing import Any

from core.bench.asking import Ask
from core.bench.plan import Plan
from core.bench.spread import spread
from core.errors import Cancelled, StudioError

# Named, not imported: nothing here knows Qt.
START, SLIDER = "studio.timing.start", "studio.timing.slider"
WIDTH, HEIGHT = 1280, 800
WATCHED_S = 3.0  # after the first click


def start(plan: Plan, ask: Ask) -> dict[str, Any]:
    """Seconds to the painted window and to an answered click, and how late the event loop then is in ms.

    The first start only warms the disk. `skipped` says why nothing was measured.
    """
    warm = []
    for number in range(plan.starts + 1):
        title = f"Opening the window, {number} of {plan.starts}"
        found = _ask(ask, START, {"began": time(), "watched_s": WATCHED_S}, title)
        if "skipped" in found:
            return found
        if number:
            warm.append(found)
    names = ("painted_s", "clicked_s", "late_ms")
    facts = {name: spread([each[name] for each in warm]) for name in names}
    return facts | {"starts": len(warm), "platform": warm[0]["platform"]}


def slider(plan: Plan, runs: Path, cache: Path, ask: Ask) -> dict[str, Any]:
    """Milliseconds from a movement to the painted face, at the plan's widths.

    runs: where a run of the training may lie; one of a few steps is made if there is none.
    `skipped` says why nothing was measured.
    """
    run = next(iter(sorted(runs.glob("*"))), None) if runs.is_dir() else None
    if run is None:
        run = runs / "00"
        config = plan.config.model_dump() | {"log_every": 1}
        begin: dict[str, object] = {"cache": str(cache), "run": str(run), "config": config}
        begin |= {"device": plan.device, "warmup_s": 0.0, "seconds": 0.0}
        ask("core.bench.ours", begin, "Training for the slider")
    request = {"run": str(run), "seconds": plan.slider_s, "width": WIDTH, "height": HEIGHT}
    return _ask(ask, SLIDER, request, "Dragging a slider")


def _ask(ask: Ask, module: str, request: Mapping[str, object], title: str) -> dict[str, Any]:
    """What the module measures; why it could not, as on a machine where Qt fails, costs no other figure."""
    try:
        return ask(module, request, title)
    except Cancelled:
        raise
    except StudioError as error:
        return {"skipped": str(error)}
