"""What is remembered comes back; what cannot be read counts as never chosen."""

from pathlib import Path

from PySide6.QtCore import QByteArray

from studio.settings import RECENT_SOURCES, Settings


def test_choices_come_back(tmp_path: Path) -> None:
    first = Settings(tmp_path)
    first.geometry = QByteArray(b"\x00\x01geometry")
    first.workspace = 2
    first.appearance = "dark"
    first.device = "cuda:0"
    first.remember_form("quick", {"batch_size": 16, "flip": True, "g_lr": 2e-4})
    for number in range(RECENT_SOURCES + 2):
        first.remember_source(f"/faces ü {number}")
    first.remember_source("cartoons")
    first._store.sync()
    again = Settings(tmp_path)
    assert again.geometry == QByteArray(b"\x00\x01geometry")
    assert (again.workspace, again.appearance, again.device) == (2, "dark", "cuda:0")
    assert (again.preset, again.values) == ("quick", {"batch_size": 16, "flip": True, "g_lr": 2e-4})
    assert again.source == "cartoons"
    assert len(again.recent) == RECENT_SOURCES
    assert again.recent[0] == f"/faces ü {RECENT_SOURCES + 1}"


def test_damaged_file_is_as_good_as_none(tmp_path: Path) -> None:
    (tmp_path / "studio.ini").write_text(
        "[train]\nrecent={{{\nvalues=7\n[window]\nworkspace=x\nappearance=pink\n"
    )
    settings = Settings(tmp_path)
    assert (settings.recent, settings.values, settings.workspace) == ([], {}, 0)
    assert settings.appearance == "system"
