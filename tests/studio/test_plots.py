"""Curves keep every number, replace what a resume repeats, and read out what is pointed at."""

import numpy as np
from pytestqt.qtbot import QtBot

from core.events import Step
from studio.plots import CurvePlot, loss_plot, score_plot
from studio.theme import theme


def _steps(first: int, last: int, d_loss: float = 1.0) -> list[Step]:
    return [Step(n, 1, n / 10, 100.0, d_loss, 2.0, 0.6, 0.4, 0.3) for n in range(first, last + 1)]


def _shown(plot: CurvePlot) -> list[str]:
    return [value.text() for value in plot._values]


def test_every_number_is_kept(qtbot: QtBot) -> None:
    plot = loss_plot()
    qtbot.addWidget(plot)
    for first in range(1, 5001, 50):
        plot.add(_steps(first, first + 49))
    assert plot.count() == 5000
    plot._draw()
    x, y = plot._raw[0].getOriginalDataset()
    assert np.array_equal(x, np.arange(1, 5001))
    assert np.all(y == 1.0)


def test_repeated_steps_replace_the_earlier_ones(qtbot: QtBot) -> None:
    plot = loss_plot()
    qtbot.addWidget(plot)
    plot.add(_steps(1, 100))
    plot.add(_steps(51, 60, d_loss=3.0))
    plot._draw()
    x, y = plot._raw[0].getOriginalDataset()
    assert np.array_equal(x, np.arange(1, 61))
    assert (y[49], y[50]) == (1.0, 3.0)


def test_legend_reads_out_the_marked_step(qtbot: QtBot) -> None:
    plot = loss_plot()
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
    plot = loss_plot()
    qtbot.addWidget(plot)
    plot.add(_steps(1, 3))
    plot.add(_steps(4, 5, d_loss=float("nan")))
    plot._draw()
    assert plot.count() == 5


def test_scores_stay_between_zero_and_one(qtbot: QtBot) -> None:
    plot = score_plot()
    qtbot.addWidget(plot)
    plot.add(_steps(1, 10))
    plot._draw()
    low, high = plot.plot.getPlotItem().viewRange()[1]
    assert -0.05 < low <= 0
    assert 1 <= high < 1.05


def test_colours_follow_the_theme(qtbot: QtBot) -> None:
    plot = loss_plot()
    qtbot.addWidget(plot)
    before = plot._smooth[0].opts["pen"].color().name()
    theme().prefer("dark")
    assert plot._smooth[0].opts["pen"].color().name() != before
    theme().prefer("system")
    assert plot._smooth[0].opts["pen"].color().name() == before
