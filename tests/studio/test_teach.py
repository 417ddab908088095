from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QListWidget, QWidget
from pytestqt.qtbot import QtBot

from core.directions.direction import Direction, unit
from core.directions.teaching import Answer, keep_answers, read_answers
from core.keepsakes.store import Keepsakes
from core.latent import z_of_seed
from studio.explore.exploration import Exploration
from studio.explore.teaching.teach import TeachDialog
from tests.studio.hands import LONG, click, text


def _open(qtbot: QtBot, exploration: Exploration, over: QWidget) -> TeachDialog:
    dialog = TeachDialog(exploration, over)
    dialog.open()
    return dialog


def _begin(qtbot: QtBot, exploration: Exploration, over: QWidget, name: str = "Glasses") -> TeachDialog:
    dialog = _open(qtbot, exploration, over)
    field = dialog.findChild(QLineEdit, "teachName")
    assert field is not None
    field.setText(name)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    _await_face(qtbot, dialog)
    return dialog


def _await_face(qtbot: QtBot, dialog: TeachDialog) -> None:
    qtbot.waitUntil(lambda: dialog._asking.asking)


def _truth(dialog: TeachDialog) -> bool:
    return bool(z_of_seed(dialog._seed, 10)[0, 0] > 0)


def _answer(qtbot: QtBot, dialog: TeachDialog, count: int) -> None:
    for _ in range(count):
        qtbot.keyClick(dialog, Qt.Key.Key_Y if _truth(dialog) else Qt.Key.Key_N)
        _await_face(qtbot, dialog)


def _enabled(dialog: TeachDialog, name: str) -> bool:
    button = dialog.findChild(QAbstractButton, name)
    assert button is not None
    return button.isEnabled()


def test_it_learns_what_is_answered_and_keeps_it(
    qtbot: QtBot, exploration: Exploration, over: QWidget
) -> None:
    dialog = _begin(qtbot, exploration, over)
    assert text(dialog, "teachQuestion") == "Glasses?"
    _answer(qtbot, dialog, 4)
    assert "you can see how well" in text(dialog, "teachCertainty")
    assert not _enabled(dialog, "teachSaveButton")
    _answer(qtbot, dialog, 56)
    qtbot.waitUntil(lambda: _enabled(dialog, "teachSaveButton"), timeout=LONG)
    assert "better than chance" in text(dialog, "teachCertainty")
    with qtbot.waitSignal(dialog.learned) as got:
        click(qtbot, dialog, "teachSaveButton")
    assert got.args is not None
    direction = got.args[0]
    assert isinstance(direction, Direction)
    assert direction.vector[0] > 0.7
    assert exploration.subject is not None
    assert [each.name for each in Keepsakes(exploration.subject.home).directions()] == ["Glasses"]


def test_answers_that_mean_nothing_are_not_called_better_than_chance(
    qtbot: QtBot, exploration: Exploration, over: QWidget
) -> None:
    dialog = _begin(qtbot, exploration, over)
    for number in range(16):
        qtbot.keyClick(dialog, Qt.Key.Key_Y if number % 2 == 0 else Qt.Key.Key_N)
        _await_face(qtbot, dialog)
        # The next face depends on what is learned so far: were that left to time, luck would choose it.
        qtbot.waitUntil(lambda: not dialog._learning, timeout=LONG)
    qtbot.waitUntil(lambda: _enabled(dialog, "teachSaveButton"), timeout=LONG)
    assert "may be luck" in text(dialog, "teachCertainty")
    dialog.reject()


def test_an_answer_can_be_taken_back_and_a_face_passed_over(
    qtbot: QtBot, exploration: Exploration, over: QWidget
) -> None:
    dialog = _begin(qtbot, exploration, over)
    assert not _enabled(dialog, "teachBackButton")
    first = dialog._seed
    click(qtbot, dialog, "teachYesButton")
    _await_face(qtbot, dialog)
    click(qtbot, dialog, "teachSkipButton")
    _await_face(qtbot, dialog)
    assert text(dialog, "teachCounts") == "1 yes · 0 no · 1 skipped"
    qtbot.keyClick(dialog, Qt.Key.Key_Backspace)
    click(qtbot, dialog, "teachBackButton")
    assert text(dialog, "teachCounts") == "0 yes · 0 no · 0 skipped"
    assert dialog._seed == first
    dialog.reject()


def test_closing_keeps_the_answers_and_it_goes_on_there(
    qtbot: QtBot, exploration: Exploration, over: QWidget
) -> None:
    dialog = _begin(qtbot, exploration, over)
    _answer(qtbot, dialog, 3)
    asked = dialog._seed
    lines = len(exploration._lines)
    click(qtbot, dialog, "teachCloseButton")
    assert len(exploration._lines) == lines - 1
    assert exploration.subject is not None
    again = _open(qtbot, exploration, over)
    earlier = again.findChild(QListWidget, "teachEarlier")
    assert earlier is not None
    qtbot.waitUntil(lambda: earlier.count() == 1)  # it has waited for the last answer to be written
    assert [each.step for each in read_answers(exploration.subject.home)["Glasses"]] == [20, 20, 20]
    qtbot.mouseClick(
        earlier.viewport(), Qt.MouseButton.LeftButton, pos=earlier.visualItemRect(earlier.item(0)).center()
    )
    _await_face(qtbot, again)
    assert again._seed == asked
    assert text(again, "teachCounts").startswith(f"{sum(_told(exploration))} yes")
    again.reject()


def test_what_is_answered_elsewhere_meanwhile_stays(
    qtbot: QtBot, exploration: Exploration, over: QWidget
) -> None:
    dialog = _begin(qtbot, exploration, over)
    assert exploration.subject is not None
    home = exploration.subject.home
    keep_answers(home, "Hats", [Answer(5, True)])
    _answer(qtbot, dialog, 2)
    qtbot.waitUntil(lambda: len(read_answers(home).get("Glasses", [])) == 2)
    assert read_answers(home)["Hats"] == [Answer(5, True)]
    dialog.reject()


def test_a_direction_that_was_saved_under_the_name_stays(
    qtbot: QtBot, exploration: Exploration, over: QWidget
) -> None:
    assert exploration.subject is not None
    keepsakes = Keepsakes(exploration.subject.home)
    keepsakes.add(Direction("Glasses", "principal", unit([1.0] * 10), 0.5))
    dialog = _begin(qtbot, exploration, over)
    _answer(qtbot, dialog, 24)
    qtbot.waitUntil(lambda: _enabled(dialog, "teachSaveButton"), timeout=LONG)
    with qtbot.waitSignal(dialog.learned):
        click(qtbot, dialog, "teachSaveButton")
    kept = [(each.name, each.kind) for each in keepsakes.directions()]
    assert kept == [("Glasses", "principal"), ("Glasses 2", "attribute")]


def _told(exploration: Exploration) -> list[bool]:
    assert exploration.subject is not None
    return [bool(each.yes) for each in read_answers(exploration.subject.home)["Glasses"]]


def test_damaged_answers_are_told_and_do_not_stop_it(
    qtbot: QtBot, exploration: Exploration, over: QWidget
) -> None:
    assert exploration.subject is not None
    exploration.subject.home.mkdir(parents=True)
    (exploration.subject.home / "answers.json").write_text("{")
    dialog = _begin(qtbot, exploration, over)
    assert "set aside" in text(dialog, "teachNameError")
    _answer(qtbot, dialog, 1)
    dialog.reject()


def test_what_is_taught_again_takes_the_place_of_before(
    qtbot: QtBot, exploration: Exploration, over: QWidget
) -> None:
    for _ in range(2):
        dialog = _begin(qtbot, exploration, over)
        _answer(qtbot, dialog, 24)
        qtbot.waitUntil(lambda shown=dialog: _enabled(shown, "teachSaveButton"), timeout=LONG)
        with qtbot.waitSignal(dialog.learned):
            click(qtbot, dialog, "teachSaveButton")
    assert exploration.subject is not None
    kept = Keepsakes(exploration.subject.home).directions()
    assert [(each.name, each.examples) for each in kept] == [("Glasses", 48)]
