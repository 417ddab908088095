"""Small pieces: what they show, and what they say when the pointer rests on them."""

from pytestqt.qtbot import QtBot

from studio.parts import ElidedLabel, Segmented
from studio.words import span, speed


def test_tooltip_of_its_own_outlives_a_repaint(qtbot: QtBot) -> None:
    made = ElidedLabel("caption", name="line", accessible="A line")
    qtbot.addWidget(made)
    made.resize(40, 20)
    made.setText("A line that is far too long for so little room")
    made.grab()
    assert made.toolTip() == made.text()
    made.setToolTip("The reason")
    made.grab()
    assert made.toolTip() == "The reason"
    made.setToolTip("")
    made.resize(900, 20)
    made.grab()
    assert made.toolTip() == ""


def test_what_a_record_does_not_say_is_a_dash() -> None:
    assert (span(float("nan")), speed(float("nan"))) == ("–", "–")
    assert (span(42), span(3787), speed(7.25), speed(1234.5)) == ("0:42", "1:03:07", "7.2", "1,234")


def test_a_switch_between_views_is_named_after_what_it_is_for(qtbot: QtBot) -> None:
    made = Segmented((("one", "One"), ("all", "All")), "Edits apply to (faces)")
    qtbot.addWidget(made)
    assert made.objectName() == "editsApplyToFaces"
