import shutil
from pathlib import Path

import pytest

from core import runs
from core.comparison import Comparison, compare
from core.config import Config
from core.curves import NUMBERS
from core.errors import RunError
from core.journal import Journal
from core.runs import Run

LOSS = next(each for each in NUMBERS if each.name == "d_loss")
COVERAGE = next(each for each in NUMBERS if each.name == "coverage")


def make(
    folder: Path, last: int, seconds_a_step: float, *, source: str = "cartoons:64", **knobs: object
) -> Run:
    """A run with a loss of its step number at every step."""
    config = Config.model_validate({"size": 32, **knobs})
    run = runs.create(folder, config, source=source, source_digest=source, preset=None)
    journal = Journal(run.folder)
    journal.began("started", 0, device="cpu")
    for step in range(1, last + 1):
        journal.metrics({"step": step, "epoch": 1, "seconds": step * seconds_a_step, "d_loss": float(step)})
    journal.event("stopped", last, epoch=1)
    return run


def values(comparison: Comparison, name: str) -> tuple[str, ...]:
    return next(each.texts for each in comparison.differences if each.name == name)


def test_numbers_are_compared_at_the_same_step_and_after_the_same_time(tmp_path: Path) -> None:
    slow = make(tmp_path / "slow", 40, 1.0)
    quick = make(tmp_path / "quick", 100, 0.1)
    (quick.folder / "measures.jsonl").write_text(
        '{"step": 30, "coverage": 0.8}\n{"step": 60, "coverage": 0.5}\n'
    )
    comparison = compare([slow.folder, quick.folder])
    assert [each.title for each in comparison.runs] == ["slow", "quick"]
    assert (comparison.common_step, comparison.common_seconds) == (40, 10)
    first, second = (comparison.outcome(each, LOSS) for each in comparison.runs)
    assert first.final == (38 + 39 + 40) / 3
    assert second.final == sum(range(95, 101)) / 6
    assert first.at_step == second.at_step == first.final
    assert first.at_time == 10
    assert second.at_time == second.final
    measured = comparison.outcome(comparison.runs[1], COVERAGE)
    assert (measured.final, measured.at_step) == (0.5, 0.8)
    assert measured.best is not None
    assert (measured.best.value, measured.best.step, measured.best.seconds) == (0.8, 30, 3.0)
    assert comparison.outcome(comparison.runs[0], COVERAGE).final is None
    assert [each.name for each in comparison.numbers()] == ["coverage", "d_loss"]


def test_only_what_differs_is_told_in_words(tmp_path: Path) -> None:
    one = make(tmp_path / "one", 2, 1.0, g_lr=2e-4, flip=True, batch_size=16)
    two = make(tmp_path / "two", 2, 1.0, g_lr=1e-3, flip=False, batch_size=16, size=64)
    comparison = compare([one.folder, two.folder])
    assert [each.name for each in comparison.differences] == ["size", "flip", "g_lr"]
    assert values(comparison, "size") == ("32 px", "64 px")
    assert values(comparison, "flip") == ("on", "off")
    assert values(comparison, "g_lr") == ("0.0002", "0.001")
    assert comparison.differences[2].values == (2e-4, 1e-3)


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        (("cartoons:64", "cartoons:128"), ("cartoons:64", "cartoons:128")),
        (("/a/faces.zip", "/b/more.zip"), ("faces.zip", "more.zip")),
        (("/a/faces", "/b/faces"), ("/a/faces", "/b/faces")),
    ],
)
def test_pictures_are_named_so_that_they_differ(
    tmp_path: Path, sources: tuple[str, str], told: tuple[str, str]
) -> None:
    folders = [
        make(tmp_path / name, 1, 1.0, source=each).folder for name, each in zip("ab", sources, strict=True)
    ]
    assert values(compare(folders), "source") == told


def test_runs_of_one_name_are_told_apart(tmp_path: Path) -> None:
    folders = [make(tmp_path / place / "run", 1, 1.0).folder for place in ("here", "there")]
    assert [each.title for each in compare(folders).runs] == ["here/run", "there/run"]


def test_a_run_without_numbers_or_times_is_compared_too(tmp_path: Path) -> None:
    bare = runs.create(tmp_path / "bare", Config(size=32), source="cartoons:64", source_digest="cartoons:64")
    full = make(tmp_path / "full", 5, 1.0)
    comparison = compare([bare.folder, full.folder])
    assert comparison.common_step == 0
    assert comparison.common_seconds != comparison.common_seconds
    assert comparison.outcome(comparison.runs[0], LOSS).final is None
    outcome = comparison.outcome(comparison.runs[1], LOSS)
    assert (outcome.final, outcome.at_step, outcome.at_time) == (5, None, None)
    assert values(comparison, "device") == ("not known", "cpu")


def test_knobs_that_were_turned_are_told(tmp_path: Path) -> None:
    plain, turned = (make(tmp_path / name, 9, 1.0) for name in ("plain", "turned"))
    Journal(turned.folder).event("knob", 5, changes={"g_lr": 1e-4, "flip": True})
    comparison = compare([plain.folder, turned.folder])
    assert values(comparison, "knobs") == ("nothing", "g_lr 0.0001 from step 5; flip on from step 5")
    assert comparison.differences[-1].values == ([], [(5, {"g_lr": 1e-4, "flip": True})])


def test_what_cannot_be_compared_is_a_sentence(tmp_path: Path) -> None:
    one, two = (make(tmp_path / name, 1, 1.0).folder for name in ("one", "two"))
    with pytest.raises(RunError, match="two runs or more"):
        compare([one])
    with pytest.raises(RunError, match="compared with itself"):
        compare([one, one.parent / "two" / ".." / "one"])
    shutil.rmtree(two)
    with pytest.raises(RunError, match="holds no run"):
        compare([one, two])
