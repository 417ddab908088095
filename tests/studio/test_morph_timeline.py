"""The morph: keyframes, playing, scrubbing, and the film that comes of it."""

import time
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QDoubleSpinBox, QSlider
from pytestqt.qtbot import QtBot

from core.latent import z_of_seed
from core.timeline import Timeline
from studio.explore.bench.morph_timeline import MOST, MorphTimeline
from studio.explore.bench.playback import Playback
from studio.explore.exploration import Exploration
from studio.explore.exports.film_dialog import FilmDialog
from tests.studio.hands import click, text

FACES = z_of_seed(3, 10, 4)


@pytest.fixture
def page(qtbot: QtBot, exploration: Exploration) -> MorphTimeline:
    """With three keyframes and one second."""
    made = MorphTimeline(exploration)
    qtbot.addWidget(made)
    made.resize(966, 142)
    made.show()
    for z in FACES[:3]:
        exploration.become(z, "face")
        click(qtbot, made, "morphAddButton")
    _seconds(made).setValue(1)
    return made


def _seconds(page: MorphTimeline) -> QDoubleSpinBox:
    found = page.findChild(QDoubleSpinBox, "morphSeconds")
    assert found is not None
    return found


def _slider(page: MorphTimeline) -> QSlider:
    found = page.findChild(QSlider, "morphSlider")
    assert found is not None
    return found


def _enabled(page: MorphTimeline, name: str) -> bool:
    found = page.findChild(QAbstractButton, name)
    assert found is not None
    return found.isEnabled()


def test_the_slider_goes_along_the_way_at_even_pace(page: MorphTimeline, exploration: Exploration) -> None:
    way = Timeline(FACES[:3], 1.0)
    for ms in (137, 500, 0, 1000):
        _slider(page).setValue(ms)
        np.testing.assert_array_equal(exploration.z, way.at(ms / 1000))
    assert text(page, "morphTimeLabel") == "1.0 of 1.0 s"
    assert page.slider.marks() == [round(stop * 1000) for stop in way.stops]


@pytest.mark.parametrize("loop", [False, True])
@pytest.mark.parametrize(("button", "way"), [("morphSpherical", "spherical"), ("morphLinear", "linear")])
def test_the_way_can_be_linear_and_lead_back(
    qtbot: QtBot, page: MorphTimeline, exploration: Exploration, button: str, way: str, loop: bool
) -> None:
    click(qtbot, page, button)
    if loop:
        click(qtbot, page, "morphLoop")
    _slider(page).setValue(900)
    np.testing.assert_array_equal(exploration.z, Timeline(FACES[:3], 1.0, way, loop).at(0.9))  # type: ignore[arg-type]


def test_a_scrub_is_undone_at_once(qtbot: QtBot, page: MorphTimeline, exploration: Exploration) -> None:
    before, steps = exploration.z, exploration.history.count()
    slider = _slider(page)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=slider.rect().center())
    assert 400 < slider.value() < 600
    for ms in range(500, 900, 10):
        slider.setValue(ms)
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton)
    slider.setValue(100)
    assert exploration.history.count() == steps + 2
    exploration.history.undo()
    exploration.history.undo()
    assert exploration.z is before


def test_pressing_the_playhead_shows_the_face_there(
    qtbot: QtBot, page: MorphTimeline, exploration: Exploration
) -> None:
    slider = _slider(page)
    assert slider.value() == 0
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(2, slider.height() // 2))
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton)
    np.testing.assert_array_equal(exploration.z, FACES[0])


def test_playing_shows_frames_that_need_no_undo(
    qtbot: QtBot, page: MorphTimeline, exploration: Exploration
) -> None:
    _seconds(page).setValue(60)
    before, steps, shown = exploration.z, exploration.history.count(), []
    exploration.previewed.connect(lambda: shown.append(exploration.shown))
    click(qtbot, page, "morphPlayButton")
    qtbot.waitUntil(lambda: len(shown) > 5)
    assert exploration.z is before
    assert exploration.history.count() == steps
    click(qtbot, page, "morphPlayButton")
    assert not page.playing
    np.testing.assert_array_equal(exploration.shown, exploration.z)
    np.testing.assert_array_equal(exploration.z, Timeline(FACES[:3], 60.0).at(page.seconds))
    assert exploration.history.count() == steps + 1
    exploration.history.undo()
    assert exploration.shown is before


def test_at_its_end_it_stays_and_the_next_play_begins_anew(
    qtbot: QtBot, page: MorphTimeline, exploration: Exploration
) -> None:
    _seconds(page).setValue(0.5)
    click(qtbot, page, "morphPlayButton")
    qtbot.waitUntil(lambda: not page.playing)
    np.testing.assert_allclose(exploration.z, FACES[2], atol=1e-6)
    assert page.seconds == 0.5
    click(qtbot, page, "morphPlayButton")
    qtbot.waitSignal(exploration.previewed).wait()
    assert page.seconds < 0.5


def test_a_loop_goes_round(qtbot: QtBot, page: MorphTimeline) -> None:
    _seconds(page).setValue(0.5)
    click(qtbot, page, "morphLoop")
    places: list[float] = []
    page._playback.came_to.connect(places.append)
    click(qtbot, page, "morphPlayButton")
    qtbot.waitUntil(lambda: sum(after < before for before, after in pairwise(places)) > 1)
    assert page.playing
    assert max(places) <= 0.5


def test_playing_keeps_to_the_clock_when_the_window_is_late(qtbot: QtBot) -> None:
    owner = QObject()
    playback = Playback(owner)
    late: list[float] = []
    ticks: list[float] = []

    def busy(at: float) -> None:
        ticks.append(at)
        late.append(time.monotonic() - began - at)
        while time.monotonic() - began < at + 0.1:  # every frame takes as long as three
            pass

    playback.came_to.connect(busy)
    began = time.monotonic()
    playback.play(0.0, 1.0, loop=False)
    with qtbot.waitSignal(playback.ended):
        pass
    assert max(late) < 0.3  # counted by frames it would be 0.7 at the end
    assert len(ticks) < 15
    assert ticks[-1] == 1.0


def test_what_somebody_else_does_ends_the_play(
    qtbot: QtBot, page: MorphTimeline, exploration: Exploration
) -> None:
    _seconds(page).setValue(60)
    click(qtbot, page, "morphPlayButton")
    qtbot.waitSignal(exploration.previewed).wait()
    exploration.become(FACES[3], "a favourite")
    assert not page.playing
    assert exploration.shown is exploration.z
    np.testing.assert_array_equal(exploration.z, FACES[3])


def test_leaving_the_page_pauses(qtbot: QtBot, page: MorphTimeline, exploration: Exploration) -> None:
    _seconds(page).setValue(60)
    click(qtbot, page, "morphPlayButton")
    qtbot.waitSignal(exploration.previewed).wait()
    shown = exploration.shown
    page.hide()
    assert not page.playing
    np.testing.assert_allclose(exploration.z, shown, atol=0.01)


def test_a_lock_holds_while_it_plays(qtbot: QtBot, page: MorphTimeline, exploration: Exploration) -> None:
    axis = np.eye(10, dtype=np.float32)[4]
    exploration.set_lock("number 5", axis)
    kept = exploration.z[4]
    _seconds(page).setValue(60)
    _slider(page).setValue(20_000)
    click(qtbot, page, "morphPlayButton")
    qtbot.waitSignal(exploration.previewed).wait()
    assert exploration.shown[4] == pytest.approx(kept)
    assert not np.allclose(exploration.shown, exploration.z, atol=1e-4)
    click(qtbot, page, "morphPlayButton")
    assert exploration.z[4] == pytest.approx(kept)


def test_a_keyframe_is_gone_to_by_a_click(
    qtbot: QtBot, page: MorphTimeline, exploration: Exploration
) -> None:
    qtbot.mouseClick(page.tray, Qt.MouseButton.LeftButton, pos=page.tray.cell(1).center())
    np.testing.assert_array_equal(exploration.z, FACES[1])
    assert page.seconds == pytest.approx(Timeline(FACES[:3], 1.0).stops[1], abs=0.001)
    assert page.tray.selected() == 1
    _slider(page).setValue(_slider(page).value() + 100)
    assert page.tray.selected() is None


def test_keyframes_survive_another_moment_and_come_back_with_undo(
    qtbot: QtBot, page: MorphTimeline, exploration: Exploration
) -> None:
    assert exploration.subject is not None
    exploration.go_to(exploration.subject.moments[0])
    assert len(page.keyframes.vectors) == 3
    click(qtbot, page, "morphClearButton")
    assert page.keyframes.vectors == ()
    for name in ("morphPlayButton", "morphExportButton", "morphClearButton"):
        assert not _enabled(page, name)
    exploration.history.undo()
    assert len(page.keyframes.vectors) == 3
    assert _enabled(page, "morphPlayButton")


def test_space_plays_and_pauses(qtbot: QtBot, page: MorphTimeline) -> None:
    for playing in (True, False):
        qtbot.keyClick(_slider(page), Qt.Key.Key_Space)
        assert page.playing == playing


def test_one_face_is_no_morph(qtbot: QtBot, page: MorphTimeline) -> None:
    page.tray.remove(0)
    page.tray.remove(0)
    assert not _slider(page).isEnabled()
    click(qtbot, page, "morphRandomButton")
    assert _slider(page).isEnabled()


def test_there_is_room_for_so_many(qtbot: QtBot, page: MorphTimeline) -> None:
    while _enabled(page, "morphRandomButton"):
        click(qtbot, page, "morphRandomButton")
    assert len(page.keyframes.vectors) == MOST
    assert not _enabled(page, "morphAddButton")


def test_the_film_has_thirty_frames_a_second(qtbot: QtBot, page: MorphTimeline) -> None:
    _seconds(page).setValue(2.5)
    click(qtbot, page, "morphExportButton")
    form = page.findChild(FilmDialog)
    assert form is not None
    assert text(form, "exportExtent") == "75 frames · 2.5 s"
    form.reject()
