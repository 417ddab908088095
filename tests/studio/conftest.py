"""Runs with real checkpoints, made without training."""

import gc
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from core import checkpoints, runs
from core.checkpoints import Checkpoint
from core.config import Config
from core.export import save_grid
from core.journal import Journal
from core.models import build_generator
from core.runs import Run
from studio import jobs
from studio.app import create
from studio.explore.exploration import Exploration
from studio.explore.panel import ExplorePanel
from studio.explore.subjects import subject_of_run
from studio.theme import install
from studio.window import MainWindow
from tests.studio.hands import LONG, text, write

MakeRun = Callable[..., Run]


@pytest.fixture(scope="session", autouse=True)
def own_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tracebacks of the tests stay out of the person's log."""
    folder = tmp_path_factory.mktemp("log")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("studio.faults.user_log_path", lambda *_, **__: folder)
        yield


@pytest.fixture
def runs_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that the window takes for the person's runs."""
    folder = tmp_path / "runs"
    folder.mkdir()
    monkeypatch.setenv("DCGAN_STUDIO_RUNS", str(folder))
    return folder


@pytest.fixture
def make_run(runs_folder: Path) -> MakeRun:
    """make_run(name, steps=(10, 20), last_event="stopped", **config): a run with some checkpoints."""

    def make(
        name: str, steps: tuple[int, ...] = (10, 20), last_event: str = "stopped", **knobs: object
    ) -> Run:
        settings = {"size": 32, "latent_dim": 10, "g_features": 4, "d_features": 4, "sample_count": 16}
        config = Config.model_validate(settings | knobs)
        run = runs.create(runs_folder / name, config, source="cartoons:64", source_digest="0", preset="quick")
        journal = Journal(run.folder)
        journal.event("started", 0)
        for step in steps:
            torch.manual_seed(step)
            weights = build_generator(config).state_dict()
            tensors = {f"EMA/{key}": tensor for key, tensor in weights.items()}
            checkpoints.save(run.checkpoint_folder, Checkpoint(step, 1.0, config, tensors))
            faces = np.random.default_rng(step).integers(0, 256, (16, 32, 32, 3), np.uint8)
            save_grid(run.sample_folder / f"{step:09d}.png", faces, 4, spacing=0)
            journal.metrics({"step": step, "epoch": 1})
        journal.event(last_event, max(steps, default=0))
        return run

    return make


@pytest.fixture
def run(make_run: MakeRun) -> Run:
    return make_run("faces")


@pytest.fixture
def exploration(run: Run, qapp: QApplication) -> Iterator[Exploration]:
    """The run's newest checkpoint, opened to be explored."""
    install(qapp)
    made = Exploration()
    subject = subject_of_run(run)
    made.open(subject, subject.moments[-1])
    yield made
    jobs.wait_for_all()
    made.close()


@pytest.fixture
def said(exploration: Exploration) -> list[str]:
    """What the workspace tells the person, as it comes."""
    made: list[str] = []
    exploration.message.connect(made.append)
    return made


@pytest.fixture
def over(qtbot: QtBot) -> Iterator[QWidget]:
    """A window for dialogs to stand over."""
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    yield made
    jobs.wait_for_all()


@pytest.fixture
def panel(qtbot: QtBot, runs_folder: Path, qapp: QApplication) -> Iterator[ExplorePanel]:
    """The Explore workspace alone; it looks for runs when it is shown."""
    install(qapp)
    made = ExplorePanel()
    made.resize(1200, 800)
    qtbot.addWidget(made)
    yield made
    made.shut_down()
    jobs.wait_for_all()


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """A test that leaves a thread of the studio running fails."""
    yield
    left = [thread.name for thread in threading.enumerate() if thread.name.startswith("studio")]
    main = QThread.currentThread()
    left += [
        each.objectName()
        for each in gc.get_objects()
        if issubclass(type(each), QThread) and each is not main and isValid(each) and each.isRunning()
    ]
    assert not left, f"still running: {left}"


@pytest.fixture
def window(
    qtbot: QtBot, runs_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MainWindow]:
    """The whole window with settings of its own, shown; closed afterwards, its threads with it."""
    monkeypatch.setenv("DCGAN_STUDIO_CONFIG", str(tmp_path / "config"))
    # The window's own hook would keep what a slot raises from pytest-qt, which fails the test for it.
    monkeypatch.setattr("studio.application._watch_exceptions", lambda window: None)
    _, made = create(["cartoons:64"])
    made.show()
    qtbot.waitUntil(lambda: made.train.setup.recipe.device.count() > 1, timeout=60_000)  # torch is warm
    yield made
    made.session.stop()
    made.session.wait()
    made.session._drain()
    made.close()
    made.deleteLater()
    jobs.wait_for_all()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Forty pictures and one broken file."""
    made = tmp_path / "faces"
    made.mkdir()
    random = np.random.default_rng(0)
    for number in range(40):
        Image.fromarray(random.integers(0, 256, (40, 40, 3), np.uint8)).save(made / f"{number}.png")
    (made / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    return made


@pytest.fixture
def ready(window: MainWindow, folder: Path, qtbot: QtBot) -> MainWindow:
    """The window with that folder chosen and a tiny recipe."""
    for name, value in (
        ("g_features", "4"),
        ("d_features", "4"),
        ("batch_size", "8"),
        ("latent_dim", "8"),
        ("log_every", "1"),
        ("sample_every", "5"),
    ):
        write(window, name, value)
    size = window.findChild(QComboBox, "field_size")
    assert size is not None
    size.setCurrentText("32 px")
    window.train.choose_source(str(folder))
    qtbot.waitUntil(lambda: text(window, "sourceLabel").startswith("40 pictures"), timeout=LONG)
    return window
