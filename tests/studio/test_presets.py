"""Choosing a preset, and keeping, renaming and deleting one's own; settings of earlier versions still fit."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from core import presets
from core.config import Config
from studio.panels.recipe import RecipeCard
from studio.panels.setup import Setup
from studio.settings import Settings
from studio.theme import install
from tests.studio.hands import click, text, write


@pytest.fixture
def config_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DCGAN_STUDIO_CONFIG", str(tmp_path))
    return tmp_path


@pytest.fixture
def recipe(qtbot: QtBot, config_folder: Path, qapp: QApplication) -> RecipeCard:
    install(qapp)
    made = RecipeCard()
    qtbot.addWidget(made)
    made.resize(304, 800)
    made.show()
    return made


def _act(recipe: RecipeCard, name: str) -> QAction:
    action = recipe.findChild(QAction, name)
    assert action is not None
    return action


def _fill_in(recipe: RecipeCard, title: str, about: str) -> None:
    name = recipe.findChild(QLineEdit, "presetTitleField")
    words = recipe.findChild(QPlainTextEdit, "presetAboutField")
    assert name is not None
    assert words is not None
    name.setText(title)
    words.setPlainText(about)


def _listed(recipe: RecipeCard) -> list[str]:
    return [recipe.preset.itemText(index) for index in range(recipe.preset.count())]


def test_every_preset_is_offered_and_says_what_it_is(recipe: RecipeCard) -> None:
    for each in presets.presets():
        recipe.choose(each.name)
        assert text(recipe, "presetAbout") == each.about
        assert recipe.config() == each.config
        assert recipe.preset_name() == each.name
    assert "Your own" not in _listed(recipe)


def test_settings_are_saved_as_a_preset_of_ones_own(recipe: RecipeCard, qtbot: QtBot) -> None:
    recipe.choose("tutorial")
    write(recipe, "batch_size", "24")
    _act(recipe, "savePresetAction").trigger()
    _fill_in(recipe, "  Büro   2 ", "Small batches.")
    click(qtbot, recipe, "savePresetButton")
    [kept] = presets.own_presets()[0]
    assert (kept.title, kept.about, kept.config.batch_size) == ("Büro 2", "Small batches.", 24)
    assert recipe.preset.currentText() == "Büro 2"
    assert recipe.preset_name() == "Büro 2"
    assert text(recipe, "presetAbout") == "Small batches."
    heading = _listed(recipe).index("Your own")
    assert heading == len(presets.presets())  # below the others and a line
    item = recipe.preset.model().index(heading, 0)
    assert not item.flags() & Qt.ItemFlag.ItemIsEnabled
    assert _listed(recipe)[heading + 1 :] == ["Büro 2"]


def test_a_name_that_cannot_be_is_explained(recipe: RecipeCard, qtbot: QtBot) -> None:
    presets.save("Mine", "Mine", "", Config())
    _act(recipe, "savePresetAction").trigger()
    save = recipe.findChild(QWidget, "savePresetButton")
    assert save is not None
    for title, words in (
        ("", ""),
        ("n" * 41, "40 characters or fewer"),
        ("quick", "is a preset of the program"),
        ("mine", "called Mine already"),
        ("../x", "cannot be a preset's name"),
    ):
        _fill_in(recipe, title, "")
        assert words in text(recipe, "presetError")
        assert not save.isEnabled()
    _fill_in(recipe, "Fine", "")
    assert save.isEnabled()
    click(qtbot, recipe, "cancelPresetButton")
    assert [each.name for each in presets.own_presets()[0]] == ["Mine"]


def test_own_preset_is_changed_renamed_and_deleted(recipe: RecipeCard, qtbot: QtBot) -> None:
    presets.save("First", "First", "About it", Config(batch_size=16))
    recipe._list()
    recipe.choose("First")
    assert not _act(recipe, "updatePresetAction").isVisible()
    write(recipe, "batch_size", "20")
    assert _act(recipe, "updatePresetAction").text() == "Save changes to First"
    _act(recipe, "updatePresetAction").trigger()
    assert presets.preset("First").config.batch_size == 20
    assert presets.preset("First").about == "About it"
    assert recipe.preset_name() == "First"

    _act(recipe, "renamePresetAction").trigger()
    _fill_in(recipe, "Second", "Better")
    click(qtbot, recipe, "savePresetButton")
    [kept] = presets.own_presets()[0]
    assert (kept.name, kept.about, kept.config.batch_size) == ("Second", "Better", 20)
    assert recipe.preset_name() == "Second"

    qtbot.waitUntil(lambda: recipe.findChild(QWidget, "presetDialog") is None)
    _act(recipe, "renamePresetAction").trigger()
    _fill_in(recipe, "SECOND", "Better")
    click(qtbot, recipe, "savePresetButton")
    assert [each.name for each in presets.own_presets()[0]] == ["SECOND"]

    _act(recipe, "deletePresetAction").trigger()
    click(qtbot, recipe, "deletePresetButton")
    assert presets.own_presets()[0] == []
    assert "Your own" not in _listed(recipe)
    assert recipe.preset.currentData() == presets.presets()[0].name
    assert recipe.config().batch_size == 20  # as it was
    assert recipe.chip.isVisible()


def test_renaming_keeps_what_is_being_edited_out_of_it(recipe: RecipeCard, qtbot: QtBot) -> None:
    presets.save("First", "First", "", Config(batch_size=16))
    recipe._list()
    recipe.choose("First")
    write(recipe, "batch_size", "20")
    _act(recipe, "renamePresetAction").trigger()
    _fill_in(recipe, "Second", "")
    click(qtbot, recipe, "savePresetButton")
    assert presets.preset("Second").config.batch_size == 16
    assert recipe.config().batch_size == 20
    assert recipe.chip.isVisible()


def test_built_in_presets_stay_as_they_are(recipe: RecipeCard) -> None:
    recipe.choose("quick")
    write(recipe, "batch_size", "20")
    for name in ("renamePresetAction", "deletePresetAction"):
        assert not _act(recipe, name).isEnabled()
    assert not _act(recipe, "updatePresetAction").isVisible()
    assert _act(recipe, "savePresetAction").isEnabled()
    write(recipe, "batch_size", "x")
    assert not _act(recipe, "savePresetAction").isEnabled()


def test_a_place_that_cannot_be_written_is_one_sentence(
    recipe: RecipeCard, config_folder: Path, qtbot: QtBot
) -> None:
    (config_folder / "presets").write_text("a file in the way")
    _act(recipe, "savePresetAction").trigger()
    _fill_in(recipe, "Mine", "")
    click(qtbot, recipe, "savePresetButton")
    assert "presets" in text(recipe, "presetProblemDialogText")
    click(qtbot, recipe, "presetProblemButton")


def test_a_damaged_preset_is_named_and_the_others_are_there(config_folder: Path, qtbot: QtBot) -> None:
    presets.save("Mine", "Mine", "", Config())
    (config_folder / "presets" / "broken.toml").write_text("title = 7")
    made = RecipeCard()
    qtbot.addWidget(made)
    made.show()
    note = made.findChild(QLabel, "presetsSkipped")
    assert note is not None
    assert note.isVisible()
    assert "broken.toml" in note.text()
    assert note.text().endswith("Mend or delete the file.")
    assert str(config_folder) in note.toolTip()
    (config_folder / "presets" / "also broken.toml").write_text("title = 8")
    made._list()
    assert note.text().endswith("So with 1 other preset.")
    assert "Mine" in _listed(made)


def test_settings_of_an_earlier_version_still_fit(config_folder: Path, qtbot: QtBot) -> None:
    settings = Settings(config_folder)
    settings.remember_form(
        "tutorial", {"batch_size": 24, "ema_decay": 0.99, "g_lr": -1, "gone since": [1], "loss": "other"}
    )
    setup = Setup(settings)
    qtbot.addWidget(setup)
    tutorial = presets.preset("tutorial").config
    found = setup.recipe.config()
    assert found == tutorial.replace(batch_size=24, ema_half_life=found.ema_half_life)
    assert found.ema_half_life == pytest.approx(tutorial.replace(ema_decay=0.99).ema_half_life)
    setup.shut_down()


def test_a_preset_that_is_gone_is_not_chosen(config_folder: Path, qtbot: QtBot) -> None:
    settings = Settings(config_folder)
    settings.remember_form("deleted since", {})
    setup = Setup(settings)
    qtbot.addWidget(setup)
    assert setup.recipe.preset_name() == presets.presets()[0].name
    setup.shut_down()
