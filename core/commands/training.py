"""What a person at a terminal sees of a training."""

import sys
from collections.abc import Iterator, Mapping

from tqdm import tqdm

from core.events import (
    Event,
    Judged,
    KnobTurned,
    Measured,
    MemoryShort,
    Mishap,
    Returned,
    Saved,
    Started,
    Step,
)


def shown(events: Iterator[Event]) -> Iterator[Event]:
    """The events of training, as a progress bar, and a line for what is worth one.

    Where there is no terminal each checkpoint has a line.
    """
    timed = False  # whether minutes end the run
    numbers: Step | None = None
    said = ""  # the kind of the last verdict
    with tqdm(disable=not sys.stderr.isatty(), dynamic_ncols=True) as bar:
        for event in events:
            match event:
                case Started():
                    timed = event.total_steps is None
                    bar.unit = "s" if timed else "step"
                    bar.reset(event.total_seconds if timed else event.total_steps)
                case Step():
                    numbers = event
                    bar.update(int(event.seconds if timed else event.step) - bar.n)
                    bar.set_postfix_str(_in_words(event), refresh=False)
                case Returned():
                    bar.n, said = 0 if timed else event.step, ""
                case Saved() if bar.disable and numbers is not None:
                    sys.stderr.write(f"Saved at {_in_words(numbers)}\n")
            again = isinstance(event, Judged) and event.verdict.kind == said
            said = event.verdict.kind if isinstance(event, Judged) else said
            line = None if again else _line(event)
            if line is not None:
                tqdm.write(line, file=sys.stderr)
            yield event


def _line(event: Event) -> str | None:
    match event:
        case Judged():
            said, at = f"{event.verdict.title}. {event.verdict.evidence}", event.step
        case Measured():
            best = ", the best so far" if event.best else ""
            said = (
                f"coverage {event.coverage:.2f} (real pictures {event.real_coverage:.2f}), "
                f"KID {event.kid:.3f} (real pictures {event.real_kid:.3f}){best}"
            )
            at = event.step
        case KnobTurned():
            said, at = f"{_settings(event.changes)} from here on", event.step
        case MemoryShort():
            said, at = f"too little memory for a whole batch; from here on in {event.parts} parts", event.step
        case Mishap():
            return event.sentence
        case Returned():
            said, at = f"back to the checkpoint of step {event.step:,}", event.left
        case _:
            return None
    return f"Step {at:,}: {said}"


def _settings(changes: Mapping[str, object]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in changes.items())


def _in_words(step: Step) -> str:
    return (
        f"step {step.step:,} D {step.d_loss:.3f} G {step.g_loss:.3f} D(x) {step.d_real:.2f} "
        f"D(G(z)) {step.d_fake_before:.2f}/{step.d_fake_after:.2f} {step.images_per_s:,.0f} pictures/s"
    )
