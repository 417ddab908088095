"""What the window remembers between sessions: its geometry and the last choices, in one readable INI file."""

import json
import os
from pathlib import Path

from platformdirs import user_config_path
from PySide6.QtCore import QByteArray, QSettings

from studio.theme import Appearance

RECENT_SOURCES = 6


def config_folder() -> Path:
    """Where the settings are kept; the environment variable DCGAN_STUDIO_CONFIG overrides it."""
    chosen = os.environ.get("DCGAN_STUDIO_CONFIG")
    return Path(chosen) if chosen else user_config_path("DCGAN Studio", appauthor=False)


class Settings:
    """Typed access to the settings file. What cannot be read counts as never chosen."""

    def __init__(self, folder: Path | None = None) -> None:
        path = (folder or config_folder()) / "studio.ini"
        self._store = QSettings(str(path), QSettings.Format.IniFormat)

    @property
    def geometry(self) -> QByteArray:
        value = self._store.value("window/geometry")
        return value if isinstance(value, QByteArray) else QByteArray()

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._store.setValue("window/geometry", value)

    @property
    def workspace(self) -> int:
        text = self._text("window/workspace")
        return int(text) if text.isdecimal() else 0

    @workspace.setter
    def workspace(self, index: int) -> None:
        self._store.setValue("window/workspace", str(index))

    @property
    def appearance(self) -> Appearance:
        match self._text("window/appearance"):
            case "light" | "dark" as chosen:
                return chosen
            case _:
                return "system"

    @appearance.setter
    def appearance(self, appearance: Appearance) -> None:
        self._store.setValue("window/appearance", appearance)

    @property
    def source(self) -> str:
        """The last source chosen, as `open_source` takes it; empty at first."""
        return self._text("train/source")

    @property
    def recent(self) -> list[str]:
        """Sources chosen before, the last one first, the built-in ones left out."""
        try:
            found = json.loads(self._text("train/recent") or "[]")
        except ValueError:
            return []
        return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []

    def remember_source(self, text: str) -> None:
        self._store.setValue("train/source", text)
        if not text.startswith("cartoons"):
            kept = [text, *(each for each in self.recent if each != text)][:RECENT_SOURCES]
            self._store.setValue("train/recent", json.dumps(kept))

    @property
    def preset(self) -> str:
        return self._text("train/preset")

    @property
    def values(self) -> dict[str, object]:
        """The form's last valid values; empty at first."""
        try:
            found = json.loads(self._text("train/values") or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def remember_form(self, preset: str, values: dict[str, object]) -> None:
        self._store.setValue("train/preset", preset)
        self._store.setValue("train/values", json.dumps(values))

    @property
    def device(self) -> str:
        return self._text("train/device") or "auto"

    @device.setter
    def device(self, name: str) -> None:
        self._store.setValue("train/device", name)

    @property
    def inception(self) -> Path | None:
        """The file of Inception's weights that was chosen for the FID, as long as it is there."""
        chosen = self._text("train/inception")
        is_there = os.path.isfile(chosen)  # noqa: PTH113 - Path's own raises where a name or a disk is odd
        return Path(chosen) if is_there else None

    @inception.setter
    def inception(self, weights: Path | None) -> None:
        self._store.setValue("train/inception", str(weights or ""))

    def _text(self, key: str) -> str:
        value = self._store.value(key)
        return value if isinstance(value, str) else ""
