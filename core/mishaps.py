"""What went wrong beside a training that goes on, as the journal notes it and as a person is told."""

from collections.abc import Mapping
from typing import Any

from core.events import Mishap

UNMEASURED, NO_FID, BEST_NOT_SAVED = "unmeasured", "no_fid", "best_not_saved"
_TITLES = {
    UNMEASURED: "Quality could not be measured at step {step:,}",
    NO_FID: "The FID is not measured from step {step:,} on",
    BEST_NOT_SAVED: "The best checkpoint could not be kept at step {step:,}",
}


def mishap_of(row: Mapping[str, Any]) -> Mishap | None:
    """The mishap in a line of events.jsonl; None if it tells of something else."""
    match row:
        case {"event": str() as name, "step": int() as step, "reason": str() as reason} if name in _TITLES:
            return Mishap(step, f"{_TITLES[name].format(step=step)}: {reason}")
    return None
