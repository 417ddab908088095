import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QListView, QMenu, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from core.runs import Run, locked
from studio.panels.run_list import PICTURE, source_title
from studio.panels.runs import RunsPanel
from studio.parts import EmptyState
from studio.theme import install

T = TypeVar("T", bound=QWidget)
MakeRun = Callable[..., Run]


@pytest.fixture
def panel(qtbot: QtBot, runs_folder: Path, qapp: object) -> Iterator[RunsPanel]:
    install(qapp)
    panel = RunsPanel()
    panel.resize(1200, 800)
    qtbot.addWidget(panel)
    yield panel
    panel.shut_down()
    qtbot.waitUntil(lambda: not [each for each in threading.enumerate() if each.name.startswith("studio")])


def _child(panel: QWidget, kind: type[T], name: str) -> T:
    found = panel.findChild(kind, name)
    assert found is not None, name
    return found


def _names(panel: RunsPanel) -> list[str]:
    model = _child(panel, QListView, "runsList").model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def _show(qtbot: QtBot, panel: RunsPanel, count: int) -> None:
    panel.show()
    panel.refresh()
    qtbot.waitUntil(lambda: len(_names(panel)) == count)


def _current(panel: RunsPanel) -> str:
    return _child(panel, QListView, "runsList").currentIndex().data()


def _choose(panel: RunsPanel, name: str) -> None:
    chosen = _child(panel, QListView, "runsList")
    chosen.setCurrentIndex(chosen.model().index(_names(panel).index(name), 0))


def test_without_runs_it_says_what_will_be_here(qtbot: QtBot, panel: RunsPanel) -> None:
    panel.show()
    qtbot.waitUntil(_child(panel, EmptyState, "runsEmpty").isVisible)


def test_every_run_is_listed_with_its_faces_and_the_newest_is_shown_at_length(
    qtbot: QtBot, panel: RunsPanel, make_run: MakeRun
) -> None:
    for name in ("one", "two", "three"):
        make_run(name)
    _show(qtbot, panel, 3)
    assert set(_names(panel)) == {"one", "two", "three"}
    model = _child(panel, QListView, "runsList").model()
    qtbot.waitUntil(lambda: all(not model.index(row, 0).data(PICTURE).isNull() for row in range(3)))
    said = model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "Stopped" in said
    assert "Step 20" in said
    assert _child(panel, QLabel, "runName").text() == _current(panel) == _names(panel)[0]
    qtbot.waitUntil(lambda: "iB" in _child(panel, QLabel, "runFactOndisk").text())


@pytest.mark.parametrize(
    ("event", "words"),
    [("finished", "Finished"), ("stopped", "Stopped"), ("failed", "Failed"), ("started", "Interrupted")],
)
def test_a_state_is_a_word(qtbot: QtBot, panel: RunsPanel, make_run: MakeRun, event: str, words: str) -> None:
    make_run("run", last_event=event)
    _show(qtbot, panel, 1)
    assert _child(panel, QLabel, "runState").text() == words


def test_a_refresh_keeps_the_selection(qtbot: QtBot, panel: RunsPanel, make_run: MakeRun) -> None:
    make_run("one")
    make_run("two")
    _show(qtbot, panel, 2)
    _choose(panel, "one")
    make_run("three")
    _show(qtbot, panel, 3)
    assert _current(panel) == "one"
    assert _child(panel, QLabel, "runName").text() == "one"


def test_a_search_leaves_what_has_the_words(qtbot: QtBot, panel: RunsPanel, make_run: MakeRun) -> None:
    make_run("red hair", last_event="finished")
    make_run("blue sky")
    _show(qtbot, panel, 2)
    search = _child(panel, QLineEdit, "runsSearch")
    search.setFocus()
    qtbot.keyClicks(search, "FINISHED")
    assert _names(panel) == ["red hair"]
    assert _child(panel, QLabel, "runName").text() == "red hair"
    search.setText("nothing like it")
    assert _names(panel) == []
    assert _child(panel, EmptyState, "runsNoMatch").isVisible()
    assert not _child(panel, QWidget, "runDetails").isVisible()
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert len(_names(panel)) == 2
    assert _child(panel, QWidget, "runDetails").isVisible()


def test_the_buttons_ask_for_the_run_that_is_chosen(
    qtbot: QtBot, panel: RunsPanel, make_run: MakeRun
) -> None:
    runs = {name: make_run(name) for name in ("one", "two")}
    _show(qtbot, panel, 2)
    for button, signal in (
        ("exploreRunButton", panel.open_requested),
        ("watchRunButton", panel.watch_requested),
        ("resumeRunButton", panel.resume_requested),
    ):
        for name, run in runs.items():
            _choose(panel, name)
            with qtbot.waitSignal(signal) as asked:
                _child(panel, QAbstractButton, button).click()
            assert asked.args == [run.folder]


def test_the_list_is_used_from_the_keyboard(qtbot: QtBot, panel: RunsPanel, make_run: MakeRun) -> None:
    make_run("one")
    make_run("two")
    _show(qtbot, panel, 2)
    listed = _child(panel, QListView, "runsList")
    first = _current(panel)
    qtbot.keyClick(listed, Qt.Key.Key_Down)
    assert _current(panel) != first
    with qtbot.waitSignal(panel.open_requested):
        qtbot.keyClick(listed, Qt.Key.Key_Return)
    qtbot.keyClick(listed, Qt.Key.Key_Delete)
    box = panel.findChild(QMessageBox, "deleteDialog")
    assert box is not None
    box.reject()


def test_a_run_without_checkpoint_opens_its_curves(qtbot: QtBot, panel: RunsPanel, make_run: MakeRun) -> None:
    make_run("young", steps=())
    _show(qtbot, panel, 1)
    assert not _child(panel, QAbstractButton, "exploreRunButton").isEnabled()
    with qtbot.waitSignal(panel.watch_requested):
        panel._open()


def test_a_training_run_can_be_neither_resumed_nor_deleted(
    qtbot: QtBot, panel: RunsPanel, make_run: MakeRun
) -> None:
    run = make_run("one")
    make_run("two")
    _show(qtbot, panel, 2)
    resume = _child(panel, QAbstractButton, "resumeRunButton")
    delete = _child(panel, QAbstractButton, "deleteRunButton")
    panel.set_running(run.folder)
    _choose(panel, "one")
    assert not resume.isEnabled()
    assert not delete.isEnabled()
    _choose(panel, "two")
    assert not resume.isEnabled()  # one training at a time
    assert delete.isEnabled()
    panel.set_running(None)
    assert resume.isEnabled()


def test_a_run_that_another_program_trains_is_left_alone(
    qtbot: QtBot, panel: RunsPanel, make_run: MakeRun
) -> None:
    run = make_run("one")
    with locked(run):
        _show(qtbot, panel, 1)
        assert _child(panel, QLabel, "runState").text() == "Training"
        assert not _child(panel, QAbstractButton, "resumeRunButton").isEnabled()
        with qtbot.waitSignal(panel.message, check_params_cb=lambda text: "is training" in text):
            panel._ask_delete()


def test_deleting_asks_and_moves_to_the_trash(
    qtbot: QtBot, panel: RunsPanel, make_run: MakeRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    run, kept = make_run("one"), make_run("two")
    _show(qtbot, panel, 2)
    _choose(panel, "one")
    for answer in ("keepRunButton", "confirmDeleteButton"):
        assert run.folder.exists()
        _child(panel, QAbstractButton, "deleteRunButton").click()
        box = panel.findChild(QMessageBox, "deleteDialog")
        assert box is not None
        assert "one" in box.text()
        if answer == "keepRunButton":
            _child(box, QAbstractButton, answer).click()
            qtbot.waitUntil(lambda: panel.findChild(QMessageBox, "deleteDialog") is None)
        else:
            with qtbot.waitSignal(panel.message, check_params_cb=lambda text: "in the trash" in text):
                _child(box, QAbstractButton, answer).click()
    qtbot.waitUntil(lambda: _names(panel) == ["two"])
    assert not run.folder.exists()
    assert kept.folder.exists()
    assert _current(panel) == "two"


def test_what_cannot_go_to_the_trash_is_a_sentence(
    qtbot: QtBot, panel: RunsPanel, make_run: MakeRun, runs_folder: Path
) -> None:
    run = make_run("one")
    run.folder.rename(runs_folder.parent / "elsewhere")
    panel._trash.ask(run)
    box = panel.findChild(QMessageBox, "deleteDialog")
    assert box is not None
    with qtbot.waitSignal(panel.message, check_params_cb=lambda text: "was kept" in text):
        _child(box, QAbstractButton, "confirmDeleteButton").click()


def test_show_folder_opens_it_or_names_it(
    qtbot: QtBot, panel: RunsPanel, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run("one")
    _show(qtbot, panel, 1)
    opened: list[QUrl] = []
    # The file manager is the one part that a test cannot start.
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: bool(opened.append(url)))
    with qtbot.waitSignal(panel.message, check_params_cb=lambda text: str(run.folder) in text):
        _child(panel, QAbstractButton, "showFolderButton").click()
    assert opened == [QUrl.fromLocalFile(str(run.folder))]


def test_the_menu_offers_what_the_buttons_do(qtbot: QtBot, panel: RunsPanel, make_run: MakeRun) -> None:
    make_run("one")
    _show(qtbot, panel, 1)
    listed = _child(panel, QListView, "runsList")
    listed.customContextMenuRequested.emit(listed.visualRect(listed.currentIndex()).center())
    menu = _child(panel, QMenu, "runMenu")
    words = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert words == ["Explore", "Show curves", "Resume", "Export", "Folder", "Delete…"]
    with qtbot.waitSignal(panel.resume_requested):
        menu.actions()[2].trigger()
    menu.close()


def test_a_torn_grid_does_not_hide_the_run(qtbot: QtBot, panel: RunsPanel, make_run: MakeRun) -> None:
    run = make_run("one")
    run.samples()[-1][1].write_bytes(b"\x89PNG torn")
    _show(qtbot, panel, 1)
    qtbot.waitUntil(lambda: "iB" in _child(panel, QLabel, "runFactOndisk").text())
    qtbot.waitUntil(lambda: not panel._drawing)
    assert _names(panel) == ["one"]


def test_sources_have_readable_names() -> None:
    assert source_title("cartoons:4096") == "Built-in cartoons (4,096)"
    assert source_title("cartoons") == "Built-in cartoons"
    assert source_title("/data/faces128.zip") == "faces128.zip"


def test_what_one_uses_has_a_name(qtbot: QtBot, panel: RunsPanel, make_run: MakeRun) -> None:
    make_run("one")
    _show(qtbot, panel, 1)
    for kind in (QAbstractButton, QLineEdit, QListView):
        for each in panel.findChildren(kind):
            if each.isVisible() and not isinstance(each.parent(), QLineEdit):
                assert each.objectName(), each
                assert each.accessibleName(), each.objectName()
