"""The form has every knob, keeps every value, and says in place what is wrong."""

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from core.config import Config
from core.errors import ConfigError
from core.presets import presets
from studio.form import SettingsForm


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


def test_large_numbers_stand_in_full(form: SettingsForm) -> None:
    form.set_values({"duration": 1234567.0})
    assert _field(form, "duration").text() == "1234567"
    assert form.values()["duration"] == 1234567.0
    form.set_values({"duration": 0.1, "g_lr": 0.0002})
    assert (_field(form, "duration").text(), _field(form, "g_lr").text()) == ("0.1", "0.0002")


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
    assert _error(form, "batch_size").text().startswith("batch_size: ")
    assert field.property("invalid") is True
    assert form.problem() == _error(form, "batch_size").text()
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
    assert _error(form, "seed").isVisible()


def test_number_and_unit_are_checked_together(form: SettingsForm) -> None:
    form.set_values({"duration": 2.5, "duration_unit": "epochs"})
    assert form.problem() == ""
    form.set_values({"duration_unit": "steps"})
    assert _error(form, "duration").text().startswith("duration: ")


def test_advanced_knobs_unfold(form: SettingsForm, qtbot: QtBot) -> None:
    assert not _field(form, "beta1").isVisible()
    button = form.findChild(QWidget, "advancedButton")
    assert button is not None
    button.click()  # type: ignore[attr-defined]
    assert _field(form, "beta1").isVisible()
