"""Curves keep every number, replace what a resume repeats, and read out what is pointed at."""

import numpy as np
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.events import Step
from studio.charts import LOSSES, SCORES
from studio.curves import cells, envelope, smoothed
from studio.plot_area import plot_area
from studio.plots import CurvePlot, numbers_of
from studio.theme import theme


def _steps(first: int, last: int, d_loss: float = 1.0) -> list[Step]:
    return [Step(n, 1, n / 10, 100.0, d_loss, 2.0, 0.6, 0.4, 0.3) for n in range(first, last + 1)]


def _shown(plot: CurvePlot) -> list[str]:
    return [value.text() for value in plot._values]


def test_every_number_is_kept(qtbot: QtBot) -> None:
    plot = CurvePlot(LOSSES)
    qtbot.addWidget(plot)
    for first in range(1, 5001, 50):
        plot.add(_steps(first, first + 49))
    assert plot.count() == 5000
    assert np.array_equal(plot._numbers.column(0), np.arange(1, 5001))
    assert np.all(plot._numbers.column(1) == 1.0)
    plot._draw()
    x, _ = plot.area.raw[0].getOriginalDataset()
    assert (x[0], x[-1]) == (1, 5000)


def test_smoothing_in_blocks_is_the_plain_recursion() -> None:
    raw = np.random.default_rng(0).normal(size=(2, 1000))
    expected, past = [], raw[:, 0]
    for position in range(1000):
        past = past + max(0.1, 1 / (position + 1)) * (raw[:, position] - past)
        expected.append(past)
    once = smoothed(raw, raw[:, 0], 0)
    assert np.allclose(once, np.array(expected).T)
    first = smoothed(raw[:, :137], raw[:, 0], 0)
    assert np.allclose(np.hstack([first, smoothed(raw[:, 137:], first[:, -1], 137)]), once)


def test_a_plot_takes_the_focus_once(qtbot: QtBot) -> None:
    area = plot_area("somePlot", "Plot", "A plot.", "step")
    qtbot.addWidget(area)
    assert area.viewport().focusPolicy() is Qt.FocusPolicy.NoFocus


def test_envelope_keeps_the_spikes() -> None:
    x, y = np.arange(100_001.0), np.zeros(100_001)
    y[50_000], y[100_000] = 9.0, -5.0
    few_x, few_y = envelope(x, y, 4000)
    assert len(few_x) == len(few_y) < 4100
    assert (few_y.max(), few_y[-1], few_x[-1]) == (9.0, -5.0, 100_000.0)


def test_loaded_record_is_what_adding_its_steps_makes(qtbot: QtBot) -> None:
    added, loaded = CurvePlot(SCORES), CurvePlot(SCORES)
    for plot in (added, loaded):
        qtbot.addWidget(plot)
    steps = _steps(1, 700)
    added.add(steps)
    loaded.add(_steps(1, 5))
    loaded.load(cells(numbers_of(SCORES, lambda name: [getattr(step, name) for step in steps])))
    assert loaded.count() == 700
    assert np.array_equal(loaded._numbers._cells[:, :700], added._numbers._cells[:, :700])
    assert _shown(loaded) == ["0.60", "0.40", "0.30"]


def test_repeated_steps_replace_the_earlier_ones(qtbot: QtBot) -> None:
    plot = CurvePlot(LOSSES)
    qtbot.addWidget(plot)
    plot.add(_steps(1, 100))
    plot.add(_steps(51, 60, d_loss=3.0))
    plot._draw()
    x, y = plot.area.raw[0].getOriginalDataset()
    assert np.array_equal(x, np.arange(1, 61))
    assert (y[49], y[50]) == (1.0, 3.0)


def test_legend_reads_out_the_marked_step(qtbot: QtBot) -> None:
    plot = CurvePlot(LOSSES)
    qtbot.addWidget(plot)
    plot.add(_steps(1, 50, d_loss=0.5))
    plot.add(_steps(51, 100, d_loss=1.5))
    plot._draw()
    assert _shown(plot) == ["1.50", "2.00"]
    plot.mark(20)
    assert _shown(plot) == ["0.50", "2.00"]
    plot.mark(None)
    assert _shown(plot) == ["1.50", "2.00"]
    plot.clear()
    assert _shown(plot) == ["", ""]


def test_numbers_that_are_none_do_not_break_the_plot(qtbot: QtBot) -> None:
    plot = CurvePlot(LOSSES)
    qtbot.addWidget(plot)
    plot.add(_steps(1, 3))
    plot.add(_steps(4, 5, d_loss=float("nan")))
    plot._draw()
    assert plot.count() == 5


def test_scores_stay_between_zero_and_one(qtbot: QtBot) -> None:
    plot = CurvePlot(SCORES)
    qtbot.addWidget(plot)
    plot.add(_steps(1, 10))
    plot._draw()
    low, high = plot.area.plot.getPlotItem().viewRange()[1]
    assert -0.05 < low <= 0
    assert 1 <= high < 1.05


def test_colours_follow_the_theme(qtbot: QtBot) -> None:
    plot = CurvePlot(LOSSES)
    qtbot.addWidget(plot)
    before = plot.area.smooth[0].opts["pen"].color().name()
    theme().prefer("dark")
    assert plot.area.smooth[0].opts["pen"].color().name() != before
    theme().prefer("system")
    assert plot.area.smooth[0].opts["pen"].color().name() == before
