"""Which run and which moment: of the run that is training now, and of what it leaves behind."""

import numpy as np
from PySide6.QtWidgets import QSlider
from pytestqt.qtbot import QtBot

from core.latent import decode
from studio.window import EXPLORE, MainWindow
from tests.studio.explored import child, moment_words, run_name
from tests.studio.hands import LONG, click, write


def _step(window: MainWindow) -> int:
    moment = window.explore.exploration.moment
    return -1 if moment is None or moment.live is None or moment.step is None else moment.step


def test_the_face_follows_the_training_and_keeps_its_vector(ready: MainWindow, qtbot: QtBot) -> None:
    write(ready, "checkpoint_every", "20")
    panel = ready.explore
    click(qtbot, ready, "startButton")
    qtbot.waitUntil(lambda: ready.session.state == "training", timeout=LONG)
    ready.show_workspace(EXPLORE)
    qtbot.waitUntil(lambda: _step(ready) > 0 and panel.face.faces is not None, timeout=LONG)
    first, z = _step(ready), panel.exploration.z
    assert moment_words(panel) == f"step {first:,}, live"
    qtbot.waitUntil(lambda: _step(ready) > first, timeout=LONG)
    np.testing.assert_array_equal(panel.exploration.z, z)

    # A moment that was saved is looked at in peace.
    qtbot.waitUntil(lambda: len(panel.choice.subject.moments) > 1, timeout=LONG)
    slider = child(panel, QSlider, "exploreMomentSlider")
    slider.setValue(0)
    assert moment_words(panel) == "step 20"
    with qtbot.assertNotEmitted(panel.snapshot_wanted):
        panel._live.timeout.emit()
    assert moment_words(panel) == "step 20"
    slider.setValue(slider.maximum())
    qtbot.waitUntil(lambda: moment_words(panel).endswith("live"), timeout=LONG)

    # What was live becomes what was saved at the end.
    ready.session.stop()
    qtbot.waitUntil(lambda: not ready.session.active, timeout=LONG)
    qtbot.waitUntil(lambda: not moment_words(panel).endswith("live"), timeout=LONG)
    run = panel.choice.subject.run
    assert run is not None
    assert moment_words(panel) == f"step {run.checkpoints()[-1][0]:,}"
    assert run_name(panel) == run.name
    np.testing.assert_array_equal(panel.exploration.z, z)


def test_the_generator_is_not_asked_for_while_nobody_looks(ready: MainWindow, qtbot: QtBot) -> None:
    click(qtbot, ready, "startButton")
    qtbot.waitUntil(lambda: ready.session.state == "training", timeout=LONG)
    with qtbot.assertNotEmitted(ready.explore.snapshot_wanted):
        ready.explore._live.timeout.emit()
    with qtbot.waitSignal(ready.explore.snapshot_wanted, timeout=LONG):
        ready.show_workspace(EXPLORE)


def test_a_live_face_is_drawn_by_the_newest_weights(ready: MainWindow, qtbot: QtBot) -> None:
    panel = ready.explore
    click(qtbot, ready, "startButton")
    ready.show_workspace(EXPLORE)  # before there is anything to see
    qtbot.waitUntil(lambda: _step(ready) > 0, timeout=LONG)
    ready.session.pause()
    qtbot.waitUntil(lambda: ready.session.state == "paused", timeout=LONG)

    def newest() -> bool:
        moment, faces = panel.exploration.moment, panel.face.faces
        assert moment is not None
        assert moment.live is not None
        assert faces is not None
        expected = decode(moment.live, panel.exploration.z[None])[0].astype(int)
        return bool(np.abs(faces.pictures[0] - expected).max() <= 1)

    qtbot.waitUntil(newest, timeout=LONG)
