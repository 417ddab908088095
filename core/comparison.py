"""Runs side by side: the settings that differ, and their numbers at the same step and after the same time."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core import knobs
from core.config import Config, field_info
from core.curves import NUMBERS, Best, Curves, Number, read_curves
from core.errors import RunError
from core.runs import Run, State, open_run, summarise


@dataclass(frozen=True, slots=True)
class Compared:
    """One of the runs."""

    run: Run
    title: str  # unlike those of the others
    state: State
    step: int
    epoch: int
    curves: Curves


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting that is not the same in all runs."""

    name: str  # of a field of Config, or "source", "preset", "device" or "knobs"
    label: str
    values: tuple[object, ...]  # one a run
    texts: tuple[str, ...]  # the same as a person reads them


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a number came to in one run; None where the run does not have it."""

    final: float | None  # the last measure, or the mean of the run's last twentieth
    best: Best | None  # of the numbers of which one end is the better one
    at_step: float | None  # at the comparison's `common_step`
    at_time: float | None  # after the comparison's `common_seconds`


@dataclass(frozen=True, eq=False, slots=True)
class Comparison:
    runs: tuple[Compared, ...]
    differences: tuple[Difference, ...]
    common_step: int  # the last one that every run has reached
    common_seconds: float  # the longest training time that every run has had; NaN if one does not say

    def numbers(self) -> list[Number]:
        """Those that at least one run has."""
        return [each for each in NUMBERS if any(len(run.curves.line(each.name)[0]) for run in self.runs)]

    def outcome(self, run: Compared, number: Number) -> Outcome:
        curves = run.curves
        timed = self.common_seconds == self.common_seconds
        return Outcome(
            final=curves.at(number, curves.last_step),
            best=curves.best(number),
            at_step=curves.at(number, self.common_step),
            at_time=curves.at(number, curves.step_after(self.common_seconds)) if timed else None,
        )


def compare(folders: Sequence[Path]) -> Comparison:
    """Two or more runs. Raises RunError if one of them cannot be read or is there twice."""
    runs = [open_run(folder) for folder in folders]
    if len(runs) < 2:
        raise RunError("A comparison needs two runs or more. Name another.")
    for run in runs:
        if [each.folder.resolve() for each in runs].count(run.folder.resolve()) > 1:
            raise RunError(f"{run.name} is to be compared with itself. Name each run once.")
    try:
        summaries = [summarise(run) for run in runs]
    except (OSError, KeyError, TypeError, ValueError) as error:  # deleted meanwhile, or damaged
        raise RunError(
            f"One of the runs cannot be read any more ({error}). Leave it out of the comparison."
        ) from error
    compared = tuple(
        Compared(run, title, summary.state, summary.step, summary.epoch, read_curves(run))
        for run, title, summary in zip(runs, titles_of(runs), summaries, strict=True)
    )
    return Comparison(
        compared,
        differences(runs),
        common_step=min(each.curves.last_step for each in compared),
        common_seconds=_least([each.curves.last_seconds for each in compared]),
    )


def differences(runs: Sequence[Run]) -> tuple[Difference, ...]:
    """What the runs do not have in common: pictures, preset, settings in the order of the form."""
    found = []
    if len({run.source_digest for run in runs}) > 1:
        found.append(Difference("source", "Pictures", tuple(run.source for run in runs), _sources(runs)))
    if len({run.preset for run in runs}) > 1:
        found.append(_difference("preset", "Preset", [run.preset for run in runs]))
    devices = [_device(run) for run in runs]
    if len(set(devices)) > 1:
        found.append(_difference("device", "Device", devices))
    for name in Config.model_fields:
        if name == "duration_unit":  # told with the number that it is of
            continue
        values = [_setting(run.config, name) for run in runs]
        if any(value != values[0] for value in values):
            found.append(_difference(name, str(field_info(name).title), values))
    turns = [knobs.history(run.events()) for run in runs]
    if any(each != turns[0] for each in turns):
        texts = tuple(_turned(each) for each in turns)
        found.append(Difference("knobs", "Changed while training", tuple(turns), texts))
    return tuple(found)


def _setting(config: Config, name: str) -> object:
    """A duration with what it counts."""
    if name == "duration":
        return f"{config.duration:.10g} {config.duration_unit}"
    value: object = getattr(config, name)
    return value


def _difference(name: str, label: str, values: Sequence[object]) -> Difference:
    return Difference(name, label, tuple(values), tuple(_text(name, each) for each in values))


def _text(name: str, value: object) -> str:
    if value is None:
        return "own settings" if name == "preset" else "not known"
    if isinstance(value, bool):
        return "on" if value else "off"
    extra = field_info(name).json_schema_extra if name in Config.model_fields else None
    unit = str(extra.get("unit", "")) if isinstance(extra, dict) else ""
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    return f"{text} {unit}".strip()


def _turned(turns: Sequence[knobs.Turn]) -> str:
    """Which settings became what, from which step on."""
    told = [
        f"{name} {_text(name, value)} from step {step:,}"
        for step, changes in turns
        for name, value in changes.items()
    ]
    return "; ".join(told) or "nothing"


def _sources(runs: Sequence[Run]) -> tuple[str, ...]:
    """Names where they tell the pictures apart, else whole paths, else what the pictures are."""
    texts = [run.source if run.source.startswith("cartoons") else Path(run.source).name for run in runs]
    by_digest = [f"{run.source} ({run.source_digest[:8]})" for run in runs]
    wanted = len({run.source_digest for run in runs})
    for candidate in (texts, [run.source for run in runs]):
        if len(set(candidate)) >= wanted:
            return tuple(candidate)
    return tuple(by_digest)


def _device(run: Run) -> str | None:
    """Where it was trained last."""
    known = [event["device"] for event in run.events() if isinstance(event.get("device"), str)]
    return known[-1] if known else None


def titles_of(runs: Sequence[Run]) -> list[str]:
    """The folders' names, with as many of the folders above as tell them apart."""
    depth = 1
    while True:
        titles = ["/".join(run.folder.parts[-depth:]) for run in runs]
        if len(set(titles)) == len(titles) or depth > max(len(run.folder.parts) for run in runs):
            return titles
        depth += 1


def _least(seconds: Sequence[float]) -> float:
    """NaN if one of them is."""
    return min(seconds) if all(each == each for each in seconds) else float("nan")
