"""The column of curves: one time for all, what happened marked, what an old run never recorded."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from core.events import ScoreHistogram, Step
from studio.charts import CHARTS, DETAILS, FID
from studio.curves import cells, nearest, smoothed
from studio.marks import Mark
from studio.panels.signals import SignalsCard
from studio.plots import numbers_of
from tests.studio.hands import click
from tests.studio.told import measured, scored, steps


@pytest.fixture
def card(qtbot: QtBot) -> SignalsCard:
    made = SignalsCard()
    qtbot.addWidget(made)
    made.resize(300, 660)
    made.show()
    return made


def _text(card: SignalsCard, name: str) -> str:
    shown = card.findChild(QLabel, name)
    assert shown is not None
    return shown.text()


def _drawn(card: SignalsCard, name: str) -> bool:
    """Whether a plot shows curves and not its empty sentence."""
    plot = card.plots[name]
    plot._draw()
    return plot._pages.currentIndex() == 1


def _lines(card: SignalsCard, name: str = "lossPlot") -> list[tuple[int, str]]:
    return [(mark.step, mark.kind) for mark, *_ in card.plots[name].area.marks.lines]


def test_one_time_moves_every_readout_and_the_histograms(card: SignalsCard, qtbot: QtBot) -> None:
    for hundred in range(9):
        first, accuracy = 100 * hundred + 1, 0.8 if hundred < 4 else 0.9
        card.add_steps(steps(first, first + 98, d_real_accuracy=accuracy))
        last = scored(first + 99) if hundred in (1, 4, 8) else steps(first + 99, first + 99)[0]
        card.add_steps([replace(last, d_real_accuracy=accuracy)])
    card.add_measures([measured(200, 0.2), measured(500, 0.5), measured(900, 0.7)])
    click(qtbot, card, "qualityView")
    qtbot.waitUntil(lambda: _text(card, "histogramStep") == "Step 900")
    card.mark(300)
    qtbot.waitUntil(lambda: _text(card, "histogramStep") == "Step 200")
    _, fake = card.histograms.area.hills
    assert int(np.argmax(fake.getOriginalDataset()[1])) == 2
    assert (_text(card, "coveragePlotValue0"), _text(card, "accuracyPlotValue0")) == ("0.20", "0.80")
    card.mark(450)  # nearer to the one of step 500, which is yet to come
    qtbot.wait(60)
    assert _text(card, "histogramStep") == "Step 200"
    card.mark(None)
    qtbot.waitUntil(lambda: _text(card, "histogramStep") == "Step 900")
    assert (_text(card, "coveragePlotValue0"), _text(card, "accuracyPlotValue0")) == ("0.70", "0.90")


def test_so_many_batches_are_drawn_together_that_there_are_hills(card: SignalsCard, qtbot: QtBot) -> None:
    click(qtbot, card, "qualityView")
    batch = ScoreHistogram(0.0, 1.0, (0, 60), (60, 0))
    card.add_steps([replace(each, scores=batch) for each in steps(1, 9)])
    qtbot.waitUntil(lambda: _text(card, "histogramStep") == "Steps 5 to 9")
    card.mark(3)
    qtbot.waitUntil(lambda: _text(card, "histogramStep") == "Steps 1 to 3")
    card.mark(0)
    qtbot.waitUntil(lambda: _text(card, "histogramPlotEmpty") == "There are none from before this step.")


def test_histogram_is_drawn_as_shares(card: SignalsCard, qtbot: QtBot) -> None:
    click(qtbot, card, "qualityView")
    assert not card.histograms.isVisible()
    card.add_steps([scored(300)])  # long before anything is measured
    assert card.histograms.isVisible()
    real, fake = (hill.getOriginalDataset()[1] for hill in card.histograms.area.hills)
    assert np.allclose(real, 0.1)
    assert fake.sum() == pytest.approx(1)
    assert fake[3] == pytest.approx(0.91)


def test_press_in_any_curve_asks_for_that_step(card: SignalsCard, qtbot: QtBot) -> None:
    card.add_steps(steps(1, 100))
    asked: list[float] = []
    card.scrubbed.connect(asked.append)
    plot = card.losses
    plot._draw()
    qtbot.wait(1)
    view = plot.area.plot.getPlotItem().vb
    place = plot.area.plot.mapFromScene(view.mapViewToScene(view.viewRect().center()))
    qtbot.mouseClick(plot.area.plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert asked == [pytest.approx(view.viewRect().center().x(), abs=2)]


def test_run_that_never_recorded_them_shows_a_sentence_each(card: SignalsCard, qtbot: QtBot) -> None:
    old = [Step(n, 1, n / 10, 100.0, 1.0, 2.0, 0.6, 0.4, 0.3) for n in range(1, 50)]
    card.add_steps(old)
    assert _drawn(card, "lossPlot")
    assert _drawn(card, "speedPlot")
    for name in ("accuracyPlot", "gradientPlot", "ratePlot", "memoryPlot"):
        assert not _drawn(card, name)
        assert _text(card, f"{name}Empty") == "This run did not record it."
    assert not _drawn(card, "coveragePlot")
    assert card.scores.foot  # else no curve would say where its steps are
    click(qtbot, card, "qualityView")
    assert not card.histograms.isVisible()
    card.add_measures([measured(40)])
    assert card.histograms.isVisible()
    assert not card.scores.foot


def test_resumed_old_run_has_its_new_curves_from_there_on(card: SignalsCard) -> None:
    old = [Step(n, 1, n / 10, 100.0, 1.0, 2.0, 0.6, 0.4, 0.3) for n in range(1, 50)]
    card.add_steps(old)
    card.add_steps(steps(50, 80))
    assert _drawn(card, "accuracyPlot")
    assert _text(card, "accuracyPlotValue0") == "0.80"
    smooth = card.plots["accuracyPlot"]._numbers.column(2)
    assert np.isnan(smooth[:49]).all()
    assert np.allclose(smooth[49:], 0.8)


def test_smoothing_steps_over_what_is_missing() -> None:
    raw = np.array([[np.nan, 1.0, np.nan, 3.0, np.inf, 3.0]])
    found = smoothed(raw, raw[:, 0], 0)[0]
    known = smoothed(np.array([[1.0, 3.0, 3.0]]), np.array([1.0]), 0)[0]
    assert np.isnan(found[0])
    assert np.allclose(found[1:], [known[0], known[0], known[1], known[1], known[2]])
    # and goes on from there as it would have in one piece
    later = smoothed(np.array([[np.nan, 5.0]]), found[-1:], 6)[0]
    assert np.isfinite(later).all()


def test_nearest_step() -> None:
    at = np.array([10.0, 20.0, 40.0])
    assert [nearest(at, step) for step in (0, 14, 16, 29, 31, 99)] == [0, 0, 1, 1, 2, 2]


def test_marks_are_on_every_curve_and_one_checkpoint_is_the_best(card: SignalsCard) -> None:
    card.add_steps(steps(1, 500))
    card.add_marks([Mark(100, "best", "first"), Mark(200, "knob", "rate halved")])
    card.add_marks([Mark(300, "best", "second"), Mark(200, "knob", "rate halved")])
    for chart in CHARTS:
        assert _lines(card, chart.name) == [(200, "knob"), (300, "best")]
    key = {kind for kind, entry in card._key._entries.items() if entry.isVisible()}
    assert key == {"knob", "best"}


def test_going_back_undoes_what_came_later(card: SignalsCard) -> None:
    card.add_steps(steps(1, 500))
    card.add_steps([scored(600), scored(900)])
    card.cut(500)
    assert card.histograms.empty
    card.add_measures([measured(100, 0.4), measured(400, 0.1)])
    card.add_marks([Mark(100, "best", "best"), Mark(50, "knob", "early"), Mark(450, "knob", "late")])
    card.cut(100)
    card.add_marks([Mark(100, "returned", "went back")])
    assert card.losses.count() == 100
    assert card.plots["coveragePlot"].count() == 1
    assert _lines(card) == [(50, "knob"), (100, "best"), (100, "returned")]
    card.add_steps(steps(101, 120))
    assert np.array_equal(card.losses._numbers.column(0), np.arange(1, 121))


def test_record_is_what_telling_it_makes(card: SignalsCard, qtbot: QtBot) -> None:
    told = SignalsCard()
    qtbot.addWidget(told)
    story = [*steps(1, 299), scored(300)]
    told.add_steps(story)
    told.add_measures([measured(100), measured(200)])
    read: Callable[[str], list[object]] = lambda name: [getattr(each, name) for each in story]  # noqa: E731
    curves = {chart.name: cells(numbers_of(chart, read)) for chart in CHARTS if not chart.sparse}
    card.load(curves, story[-1:], [measured(100), measured(200)], [])
    assert card.histograms.shown() == told.histograms.shown() == range(1)
    for chart in CHARTS:
        ours, theirs = card.plots[chart.name]._numbers, told.plots[chart.name]._numbers
        assert ours.count == theirs.count
        assert np.array_equal(
            ours._cells[:, : ours.count], theirs._cells[:, : theirs.count], equal_nan=True
        ), chart.name


def test_plots_that_stand_on_each_other_show_the_same_steps(card: SignalsCard) -> None:
    card.add_steps(steps(1, 700))
    card.add_measures([measured(500)])
    for name in ("lossPlot", "scorePlot", "coveragePlot"):
        card.plots[name]._draw()
    shown = {
        tuple(np.round(card.plots[n].area.plot.getPlotItem().viewRange()[0], 6))
        for n in ("lossPlot", "scorePlot", "coveragePlot")
    }
    assert len(shown) == 1
    assert next(iter(shown))[1] > 700


def test_help_names_how_many_pictures_and_what_is_not_normal(card: SignalsCard) -> None:
    card.add_measures([measured(100)])
    for chart in CHARTS:
        dot = card.findChild(QAbstractButton, f"{chart.name}Help")
        assert dot is not None
        words = dot.accessibleDescription()
        assert "\nNormal: " in words
        assert "\nNot normal: " in words
        if chart.sparse:
            assert "256" in words
            assert "{count}" not in words


def test_fid_is_there_only_where_it_was_measured(card: SignalsCard, qtbot: QtBot) -> None:
    click(qtbot, card, "qualityView")
    card.add_measures([measured(100)])
    assert not card.plots[FID.name].isVisible()
    card.add_measures([measured(200, fid=80.0)])
    assert card.plots[FID.name].isVisible()
    assert np.isnan(card.plots[FID.name]._numbers.column(1)[0])


def test_first_lap_without_a_speed_is_no_standstill(card: SignalsCard) -> None:
    card.add_steps([Step(1, 1, 0.1, 0.0, 1.0, 2.0, 0.6, 0.4, 0.3), *steps(2, 5)])
    assert np.isnan(card.plots["speedPlot"]._numbers.column(1)[0])


def test_ten_thousand_points_do_not_hold_the_window_up(card: SignalsCard, qtbot: QtBot) -> None:
    card.add_steps(steps(1, 10_000))
    card.add_measures([measured(n) for n in range(100, 10_001, 100)])
    card.add_marks([Mark(n, "knob", "") for n in range(500, 10_000, 500)])
    qtbot.wait(50)
    slowest = 0.0
    for name in ("overviewView", "qualityView", "detailsView"):
        click(qtbot, card, name)
        for plot in card.plots.values():
            if plot.isVisible():
                began = time.perf_counter()
                plot._draw()
                plot.area.plot.viewport().repaint()
                slowest = max(slowest, time.perf_counter() - began)
    assert slowest < 0.25  # of a busy machine; it guards against seconds, not milliseconds


def test_hidden_curves_wait_until_they_are_seen(card: SignalsCard, qtbot: QtBot) -> None:
    hidden = card.plots[DETAILS[0].name]
    card.add_steps(steps(1, 30))
    qtbot.waitUntil(lambda: not hidden._redraw.isActive(), timeout=5000)
    assert hidden._area is None
    click(qtbot, card, "detailsView")
    assert len(hidden.area.raw[0].getOriginalDataset()[0]) == 30
