"""The look: text can be read on its ground, and everything follows a change of light and dark."""

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from studio.theme import DARK, LIGHT, Palette, icon, install, theme

TEXT_ON_GROUND = [
    ("text", "window"),
    ("text", "surface"),
    ("text", "sunken"),
    ("text", "accent_soft"),
    ("text", "danger_soft"),
    ("muted", "window"),
    ("muted", "surface"),
    ("muted", "sunken"),
    ("muted", "rail"),
    ("accent_text", "surface"),
    ("accent_text", "accent_soft"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("inverse_text", "inverse"),
    ("good_text", "good_soft"),
    ("warn_text", "warn_soft"),
    ("danger_text", "danger_soft"),
    ("danger_text", "surface"),
]


def _luminance(shade: str) -> float:
    channels = [
        c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in QColor(shade).getRgbF()[:3]
    ]
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]


def _contrast(a: str, b: str) -> float:
    light, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_can_be_read(palette: Palette, text: str, ground: str) -> None:
    assert _contrast(getattr(palette, text), getattr(palette, ground)) >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("line", ["plot_real", "plot_fake", "plot_after", "line_strong"])
def test_lines_can_be_seen(palette: Palette, line: str) -> None:
    assert _contrast(getattr(palette, line), palette.surface) >= (2.0 if line == "line_strong" else 3.0)


def test_choice_of_dark_reaches_everything(qapp: QApplication) -> None:
    install(qapp)
    changes: list[str] = []
    theme().changed.connect(lambda: changes.append(theme().palette.window))
    light_icon = icon("play").pixmap(20).toImage().pixelColor(10, 10).name()
    theme().prefer("dark")
    assert DARK.window in qapp.styleSheet()
    assert icon("play").pixmap(20).toImage().pixelColor(10, 10).name() != light_icon
    theme().prefer("system")
    assert LIGHT.window in qapp.styleSheet()
    assert changes == [DARK.window, LIGHT.window]
