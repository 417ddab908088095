"""What the strip says of a run: a title, a sentence and the bar's tone."""

from core.events import Finished
from core.runs import RunSummary
from studio.words import span

Words = tuple[str, str, str]  # title, sentence, tone of the bar

AT_REST = {
    "running": "It is being trained by another program",
    "interrupted": "It was interrupted; Resume goes on from its last checkpoint",
    "stopped": "It was stopped; Resume goes on from there",
    "finished": "It has finished; Resume can train it for longer",
    "failed": "It ended with an error; Resume goes on from its last checkpoint",
    "new": "It has not been trained yet",
}


def at_rest(summary: RunSummary) -> Words:
    """A run from the disk."""
    tone = {"failed": "danger", "finished": "good"}.get(summary.state, "idle")
    return summary.run.name, AT_REST[summary.state], tone


def under_way(state: str, about: str) -> Words | None:
    """The training in a state of the session; None if it is idle."""
    match state:
        case "preparing":
            return "Starting", "Opening the pictures", ""
        case "training":
            return "Training", about, ""
        case "pausing":
            return "Pausing at the next step", about, ""
        case "paused":
            return "Paused", about, "idle"
        case "stopping":
            return "Saving and stopping", about, ""
    return None


def followed(about: str, *, ours: bool, paused: bool) -> Words:
    """A training in other programs; ours: in children of this one."""
    if paused:
        return "Paused where it trains", about, "idle"
    return "Training" if ours else "Training elsewhere", about, ""


def left(name: str) -> Words:
    """A training elsewhere that is no longer watched."""
    return name, AT_REST["running"], "idle"


def ended(finished: Finished, name: str, *, shown: bool) -> Words:
    """A training that came to an end; shown: its run is the one on the screen."""
    then = "Resume goes on from here" if shown else "Runs can go on with it"
    if finished.status == "finished":
        return f"Finished after {span(finished.seconds)}", f"{name} · {then}", "good"
    return f"Stopped and saved at step {finished.step:,}", f"{name} · {then}", "idle"
