"""The form has every knob, keeps every value, and says in place what is wrong."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from core.config import Config
from core.errors import ConfigError
from core.presets import presets
from studio.form import SettingsForm
from studio.relevance import CONDITIONS, why_idle


@pytest.fixture
def form(qtbot: QtBot) -> SettingsForm:
    made = SettingsForm()
    qtbot.addWidget(made)
    made.resize(300, 900)
    made.show()
    return made


def _field(form: SettingsForm, name: str) -> QLineEdit:
    field = form.findChild(QLineEdit, f"field_{name}")
    assert field is not None
    return field


def _error(form: SettingsForm, name: str) -> QLabel:
    shown = form.findChild(QLabel, f"error_{name}")
    assert shown is not None
    return shown


def test_large_and_small_numbers_stand_in_full(form: SettingsForm) -> None:
    form.set_values({"duration": 1234567.0})
    assert _field(form, "duration").text() == "1234567"
    assert form.values()["duration"] == 1234567.0
    form.set_values({"duration": 0.1, "g_lr": 0.00001})
    assert (_field(form, "duration").text(), _field(form, "g_lr").text()) == ("0.1", "0.00001")


@pytest.mark.parametrize("name", list(Config.model_fields))
def test_every_knob_has_a_described_field(form: SettingsForm, name: str) -> None:
    field = form.findChild(QWidget, f"field_{name}")
    assert isinstance(field, QLineEdit | QComboBox | QCheckBox)
    assert field.accessibleName() == Config.model_fields[name].title
    assert str(Config.model_fields[name].description) in field.accessibleDescription()


@pytest.mark.parametrize("preset", presets(), ids=lambda preset: preset.name)
def test_values_come_back_as_they_went_in(form: SettingsForm, preset: object) -> None:
    config = preset.config  # type: ignore[attr-defined]
    form.set_values(config.model_dump())
    assert form.config() == config


def test_unusual_values_come_back(form: SettingsForm) -> None:
    config = Config(size=32, color="grey", crop="pad", flip=True, g_lr=1.25e-5, duration=2.5, seed=2**31 - 1)
    form.set_values(config.model_dump())
    assert form.config() == config


def test_wrong_value_is_explained_under_its_field(form: SettingsForm, qtbot: QtBot) -> None:
    field = _field(form, "batch_size")
    field.clear()
    with qtbot.waitSignal(form.changed):
        qtbot.keyClicks(field, "1")
    assert _error(form, "batch_size").isVisible()
    assert _error(form, "batch_size").text() == "1 is too small. Use 2 or more."
    assert field.property("invalid") is True
    assert form.problem() == "Batch size: 1 is too small. Use 2 or more."
    with pytest.raises(ConfigError):
        form.config()
    qtbot.keyClicks(field, "6")
    assert not _error(form, "batch_size").isVisible()
    assert field.property("invalid") is False
    assert form.config().batch_size == 16


def test_every_wrong_value_is_marked(form: SettingsForm) -> None:
    _field(form, "batch_size").setText("many")
    _field(form, "seed").setText("")
    assert _error(form, "batch_size").isVisible()
    assert _error(form, "batch_size").text() == "many is not a whole number."
    assert _error(form, "seed").text() == "A number is missing."


def test_number_and_unit_are_checked_together(form: SettingsForm) -> None:
    form.set_values({"duration": 2.5, "duration_unit": "epochs"})
    assert form.problem() == ""
    form.set_values({"duration_unit": "steps"})
    assert _error(form, "duration").text().startswith("Steps are counted in whole numbers.")


def _fold(form: SettingsForm, group: str) -> QPushButton:
    button = form.findChild(QPushButton, f"{group}Fold")
    assert button is not None
    return button


def test_advanced_knobs_unfold_by_group(form: SettingsForm, qtbot: QtBot) -> None:
    for name, field in Config.model_fields.items():
        advanced = field.json_schema_extra["advanced"]  # type: ignore[index, call-overload]
        shown = form.findChild(QWidget, f"field_{name}")
        assert shown is not None
        assert shown.isVisible() is not advanced, name
    qtbot.mouseClick(_fold(form, "training"), Qt.MouseButton.LeftButton)
    assert _field(form, "beta1").isVisible()
    assert not _field(form, "gp").isVisible()
    qtbot.mouseClick(_fold(form, "training"), Qt.MouseButton.LeftButton)
    assert not _field(form, "beta1").isVisible()


def test_comma_is_explained_and_a_title_names_the_knob(form: SettingsForm) -> None:
    _field(form, "g_lr").setText("0,0002")
    assert _error(form, "g_lr").text().endswith("Write 0.0002 with a dot.")
    assert form.problem() == f"Generator learning rate: {_error(form, 'g_lr').text()}"
    _field(form, "g_lr").setText("")
    assert form.problem() == "Generator learning rate: A number is missing."
    _field(form, "g_lr").setText("5")
    assert _error(form, "g_lr").text().startswith("5 is too large.")


def test_problem_in_a_folded_group_is_revealed(form: SettingsForm) -> None:
    form.findChild(QComboBox, "field_loss").setCurrentText("Wasserstein")  # type: ignore[union-attr]
    _field(form, "gp").setText("x")
    assert not _error(form, "gp").isVisible()
    form.reveal_problem()
    assert _error(form, "gp").isVisible()


@pytest.mark.parametrize(
    ("master", "value", "others"),
    [
        ("loss", "wgan-gp", ["gp"]),
        ("loss", "lsgan", ["real_label", "fake_label"]),
        ("noise", 0.1, ["noise_steps"]),
        ("diffaugment", "auto", ["augment_color", "augment_translation", "augment_cutout"]),
    ],
)
def test_what_does_not_act_is_disabled_with_a_reason(
    form: SettingsForm, master: str, value: object, others: list[str]
) -> None:
    form.set_values({"loss": "hinge", "noise": 0.0, "diffaugment": "off"})
    for name in others:
        field = form.findChild(QWidget, f"field_{name}")
        assert field is not None
        assert not field.isEnabled()
        assert field.toolTip().startswith("Acts while ")
    note = form.findChild(QLabel, f"note_{others[0]}")
    assert note is not None
    assert note.text() == form.findChild(QWidget, f"field_{others[0]}").toolTip()  # type: ignore[union-attr]
    assert not note.isHidden()
    form.set_values({master: value})
    for name in others:
        field = form.findChild(QWidget, f"field_{name}")
        assert field is not None
        assert field.isEnabled()
        assert field.toolTip() == ""
    assert note.isHidden()


def test_conditions_are_of_knobs_that_there_are() -> None:
    for name, condition in CONDITIONS.items():
        assert {name, condition.depends_on} <= set(Config.model_fields)
        assert why_idle(name, Config().model_dump()) in ("", condition.otherwise)


def test_wrong_value_does_not_outlive_its_being_disabled(form: SettingsForm) -> None:
    form.set_values({"loss": "wgan-gp"})
    _field(form, "gp").setText("-5")
    assert ": " in form.problem()
    form.set_values({"loss": "bce"})
    assert form.problem() == ""
    assert form.config().gp == Config().gp


def test_changes_from_the_preset_are_counted_and_marked(form: SettingsForm) -> None:
    note = form.findChild(QLabel, "trainingFoldNote")
    assert note is not None
    form.set_preset(Config(g_lr=1e-3))
    assert note.text() == ""
    form.set_values({"g_lr": 5e-4, "beta1": 0.4, "duration": 7.0})
    assert note.text() == "2 changed"
    assert note.toolTip() == "Generator learning rate, Adam beta 1"
    row = _field(form, "g_lr").parentWidget()
    assert any("The preset has 0.001." in each.toolTip() for each in row.findChildren(QLabel))
    form.set_values({"g_lr": 1e-3, "beta1": 0.5})
    assert note.text() == ""


def test_values_of_an_earlier_version_are_ignored(form: SettingsForm) -> None:
    form.set_values({"ema_decay": 0.999, "batch_size": 32})
    assert form.config().batch_size == 32
