"""What the watchdog says, or would have said, of a run that is on disk."""

from collections.abc import Iterable, Iterator
from heapq import merge

from core import knobs
from core.config import Config
from core.events import Measured, Step
from core.measures import measures
from core.runs import Run
from core.steps import step_of
from core.watchdog.judge import Watchdog
from core.watchdog.verdict import Verdict


def story(run: Run) -> Iterator[Step | Measured]:
    """The run's numbers and measures, by step; a step's numbers come before its measures.

    Measures against other pictures than the run's present ones, which do not compare, are left out.
    """
    steps = (each for each in map(step_of, run.metrics()) if each is not None)
    return merge(steps, measures(run, run.source_digest), key=lambda event: event.step)


def replay(run: Run, images: int | None = None) -> list[tuple[int, Verdict]]:
    """Every verdict and the step at which it is told; one of the same kind follows with newer evidence.

    images: how many pictures the run learned from, if the run folder does not say.
    """
    events = run.events()
    counted = [row["images"] for row in events if isinstance(row.get("images"), int)]
    watchdog = Watchdog(run.config, images or (counted[-1] if counted else 10**9))
    return list(verdicts(watchdog, story(run), run.config, knobs.history(events)))


def verdicts(
    watchdog: Watchdog,
    events: Iterable[Step | Measured],
    config: Config,
    turns: Iterable[knobs.Turn] = (),
) -> Iterator[tuple[int, Verdict]]:
    """The verdicts on a story, its knobs turned where they were."""
    waiting = list(turns)
    for event in events:
        while waiting and waiting[0][0] <= event.step:
            config = knobs.turned(config, waiting.pop(0)[1])
            watchdog.turn(config)
        verdict = watchdog.add(event)
        if verdict is not None:
            yield event.step, verdict
