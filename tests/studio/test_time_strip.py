"""One face at all moments of a run."""

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.generators import load
from core.latent import decode, truncate, z_of_seed
from core.runs import Run
from studio.explore.bench.time_strip import TimeStrip, thinned
from studio.explore.exploration import Exploration
from studio.explore.exports.film_dialog import FilmDialog
from studio.explore.subjects import Moment, subject_of_run
from studio.pictures import to_image
from tests.studio.hands import click, text

MakeRun = Callable[..., Run]


@pytest.fixture
def exploration(qapp: object) -> Iterator[Exploration]:
    made = Exploration()
    yield made
    made.close()


@pytest.fixture
def page(qtbot: QtBot, exploration: Exploration) -> TimeStrip:
    made = TimeStrip(exploration)
    qtbot.addWidget(made)
    made.resize(966, 142)
    made.show()
    return made


def _open(exploration: Exploration, run: Run) -> tuple[Moment, ...]:
    subject = subject_of_run(run)
    exploration.open(subject, subject.moments[-1])
    return subject.moments


def _expect(qtbot: QtBot, page: TimeStrip, z: np.ndarray, moments: tuple[Moment, ...]) -> None:
    """Wait until the strip shows what each moment's generator makes of z."""

    def generator(moment: Moment) -> object:
        return moment.live or load(moment.path or Path())

    expected = [to_image(decode(generator(moment), z[None])[0]) for moment in moments]
    qtbot.waitUntil(lambda: [page.strip.image(at) for at in range(len(moments))] == expected)


def test_it_shows_the_face_at_every_step(
    qtbot: QtBot, page: TimeStrip, exploration: Exploration, make_run: MakeRun
) -> None:
    moments = _open(exploration, make_run("faces", steps=(10, 20, 1500)))
    _expect(qtbot, page, exploration.z, moments)
    assert page.strip.captions() == ["10", "20", "1,500"]
    assert page.strip.current() == 2


def test_a_click_goes_to_that_moment_with_the_same_face(
    qtbot: QtBot, page: TimeStrip, exploration: Exploration, make_run: MakeRun
) -> None:
    moments = _open(exploration, make_run("faces", steps=(10, 20, 30)))
    z = exploration.z
    qtbot.mouseClick(page.strip, Qt.MouseButton.LeftButton, pos=page.strip.cell(0).center())
    assert exploration.moment == moments[0]
    assert exploration.z is z
    assert page.strip.current() == 0
    qtbot.keyClick(page.strip, Qt.Key.Key_Right)
    assert exploration.moment == moments[1]


def test_it_follows_the_face_once_it_rests(
    qtbot: QtBot, page: TimeStrip, exploration: Exploration, make_run: MakeRun
) -> None:
    moments = _open(exploration, make_run("faces", steps=(10, 20, 30)))
    _expect(qtbot, page, exploration.z, moments)
    decoded: list[object] = []
    page._line.ready.connect(decoded.append)
    for z in z_of_seed(1, 10, 100):
        exploration.edit(z, "move", "drag")
    assert page.strip.image(0) is None  # the picture of the face before is not taken for right
    _expect(qtbot, page, z, moments)
    assert len(decoded) == len(moments)


def test_truncation_changes_all_pictures(
    qtbot: QtBot, page: TimeStrip, exploration: Exploration, make_run: MakeRun
) -> None:
    moments = _open(exploration, make_run("faces", steps=(10, 20)))
    _expect(qtbot, page, exploration.z, moments)
    exploration.set_truncation(0.5)
    _expect(qtbot, page, truncate(exploration.z, 0.5), moments)


def test_the_live_moment_is_the_last(
    qtbot: QtBot, page: TimeStrip, exploration: Exploration, make_run: MakeRun
) -> None:
    run = make_run("faces", steps=(10, 20))
    moments = _open(exploration, run)
    for step in (25, 26):
        live = Moment(step, live=load(run.checkpoints()[0][1]))
        exploration.go_to(live)
        _expect(qtbot, page, exploration.z, (*moments, live))
    assert page.strip.captions() == ["10", "20", "Live"]
    assert page.strip.current() == 2


def test_a_move_takes_back_what_the_strip_still_waits_for(
    page: TimeStrip, exploration: Exploration, make_run: MakeRun
) -> None:
    """Overdue it would come before the large face of the drag, and load a generator for it."""
    moments = _open(exploration, make_run("faces", steps=(10, 20, 30)))
    begun, go = threading.Event(), threading.Event()
    busy = load(moments[0].path or Path())

    def hold(*_: object) -> None:
        begun.set()
        assert go.wait(60)

    busy.register_forward_hook(hold)
    exploration.line(0).ask(exploration.z[None], moments=(Moment(15, live=busy),))
    assert begun.wait(60)
    page._draw()
    waited = page._line._channel in exploration.decoder._waiting
    exploration.edit(z_of_seed(1, 10)[0], "move", "drag")
    waits = page._line._channel in exploration.decoder._waiting
    go.set()
    assert (waited, waits) == (True, False)


def test_the_weights_of_a_training_that_has_ended_are_released(
    qtbot: QtBot, page: TimeStrip, exploration: Exploration, make_run: MakeRun
) -> None:
    run = make_run("faces", steps=(10, 20))
    moments = _open(exploration, run)
    _expect(qtbot, page, exploration.z, moments)  # so that the live one is the last that is asked for
    live = Moment(25, live=load(run.checkpoints()[0][1]))
    kept = weakref.ref(live.live)
    exploration.go_to(live)
    _expect(qtbot, page, exploration.z, (*moments, live))
    del live
    exploration.go_to(moments[0])
    exploration.line(0).ask(exploration.z[None])  # as the large face does
    qtbot.waitUntil(lambda: gc.collect() >= 0 and kept() is None)


def test_a_step_saved_meanwhile_appears(
    qtbot: QtBot, page: TimeStrip, exploration: Exploration, make_run: MakeRun
) -> None:
    subject = subject_of_run(make_run("faces", steps=(10, 20)))
    run = subject.run
    assert run is not None
    one = subject.__class__(subject.name, 10, 32, subject.home, subject.moments[:1], run)
    exploration.open(one, one.moments[0])
    assert text(page, "timeEmpty").startswith("This run has one saved step so far.")
    exploration.renew(subject)
    _expect(qtbot, page, exploration.z, subject.moments)


def test_hidden_it_decodes_nothing(
    qtbot: QtBot, page: TimeStrip, exploration: Exploration, make_run: MakeRun
) -> None:
    moments = _open(exploration, make_run("faces", steps=(10, 20)))
    _expect(qtbot, page, exploration.z, moments)
    page.hide()
    decoded: list[object] = []
    page._line.ready.connect(decoded.append)
    exploration.edit(z_of_seed(5, 10)[0], "move")
    line = exploration.line(9)  # served after everything else
    with qtbot.waitSignal(line.ready):
        line.ask(exploration.z[None])
    assert not decoded
    page.show()
    _expect(qtbot, page, exploration.z, moments)


def test_without_a_run_it_says_what_would_be_here(page: TimeStrip) -> None:
    sentence = page.findChild(QLabel, "timeEmpty")
    assert sentence is not None
    assert sentence.isVisible()
    assert "Train or choose a run" in sentence.text()


def test_the_film_has_every_moment(
    qtbot: QtBot, page: TimeStrip, exploration: Exploration, make_run: MakeRun
) -> None:
    steps = tuple(range(1, 16))
    _open(exploration, make_run("faces", steps=steps))
    assert len(page.strip.captions()) < len(steps)
    click(qtbot, page, "timeExportButton")
    form = page.findChild(FilmDialog)
    assert form is not None
    assert text(form, "exportExtent").startswith("15 frames")
    form.reject()


@pytest.mark.parametrize(("count", "room"), [(50, 8), (9, 8), (8, 8), (3, 8), (50, 2), (50, 1)])
def test_thinning_keeps_the_ends_and_the_current_moment(count: int, room: int) -> None:
    moments = [Moment(step, Path(str(step))) for step in range(count)]
    for current in (*moments, None):
        chosen = thinned(moments, room, current)
        steps = [each.step for each in chosen]
        assert len(chosen) == min(count, room)
        assert steps == sorted(set(steps))
        assert current is None or current in chosen
        if room > 2:
            assert (steps[0], steps[-1]) == (0, count - 1)
        if current is None and room == 8:
            assert max(np.diff(steps)) <= np.ceil(count / (room - 1))
