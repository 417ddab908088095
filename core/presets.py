"""Named recipes: those of resources/presets, and a person's own, one TOML file each."""

import json
import os
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import platformdirs

from core.commit import commit, unwritable
from core.config import Config, parse
from core.errors import ConfigError
from core.ordinary_file import open_ordinary
from core.plain_text import plain

LONGEST_NAME, LONGEST_TITLE, LONGEST_ABOUT = 40, 60, 400
MAX_FILE = 64 * 2**10  # bytes; one takes about 1,500

_NAME = re.compile(r"[^\W_](?:[\w .-]*[^\W_])?")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # no file names on Windows


@dataclass(frozen=True, slots=True)
class Preset:
    name: str
    title: str
    about: str
    config: Config
    own: bool = False  # saved by the person, so that it can be replaced and deleted


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file among a person's own presets that is none."""

    path: Path
    reason: str

    @property
    def sentence(self) -> str:
        """The reason and the remedy."""
        return f"{self.reason} Mend or delete {self.path}."


def presets() -> list[Preset]:
    """All presets, the ones for a first run first and a person's own last."""
    return _built_in() + own_presets()[0]


def preset(name: str) -> Preset:
    """The preset of that name. Raises ConfigError: why it cannot be read, or the names that there are."""
    available = presets()
    for each in available:
        if each.name.casefold() == _composed(name).casefold():
            return each
    for skipped in own_presets()[1]:
        if _same(skipped.path, name):
            raise ConfigError(skipped.sentence)
    names = ", ".join(each.name for each in available)
    raise ConfigError(f"There is no preset called {name}. The presets are: {names}.")


def own_presets() -> tuple[list[Preset], list[Skipped]]:
    """A person's own by name, and the files that were skipped because they cannot be used."""
    found, skipped = [], []
    for path in _own_files():
        try:
            found.append(_read_own(path))
        except ConfigError as error:
            skipped.append(Skipped(path, str(error)))
    return found, skipped


def save(name: str, title: str, about: str, config: Config) -> Preset:
    """Keep a recipe as the person's own; one of theirs that has the name already is replaced.

    Raises ConfigError if the name cannot be used, StudioError if the place cannot be written.
    """
    name = _composed(name.strip())
    check_name(name)
    made = Preset(name, plain(title, LONGEST_TITLE) or name, plain(about, LONGEST_ABOUT), config, own=True)
    path = own_folder() / f"{name}.toml"
    earlier = [each for each in _own_files() if _same(each, name) and each.name != path.name]
    commit(path, lambda file: file.write(_toml(made).encode()))
    for each in earlier:  # spelled in other case; where the disk makes no difference it is the new one
        if not each.samefile(path):
            each.unlink(missing_ok=True)
    return made


def delete(name: str) -> None:
    """Delete one of the person's own presets, a broken one too.

    Raises ConfigError if there is none of that name, StudioError if it cannot be deleted.
    """
    chosen = [path for path in _own_files() if _same(path, name)]
    if not chosen:
        raise ConfigError(f"There is no preset of your own called {name}.")
    for path in chosen:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(path, error) from error


def check_name(name: str) -> None:
    """Raises ConfigError, with a sentence that says why, if a person's preset cannot have the name."""
    if not name.strip():
        raise ConfigError("A preset needs a name. Type one.")
    if len(name) > LONGEST_NAME:
        raise ConfigError(f"The name is too long. Use {LONGEST_NAME} characters or fewer.")
    if not _NAME.fullmatch(name) or _DEVICES.fullmatch(name):
        raise ConfigError(
            f"{plain(name, LONGEST_NAME)} cannot be a preset's name. Use letters and digits, with spaces, "
            "dots or hyphens between them."
        )
    if any(each.name == name.casefold() for each in _built_in()):
        raise ConfigError(f"{name} is a preset of the program. Choose another name.")


def own_folder() -> Path:
    """Where a person's own presets are; the environment variable DCGAN_STUDIO_CONFIG moves it."""
    chosen = os.environ.get("DCGAN_STUDIO_CONFIG")
    parent = Path(chosen) if chosen else platformdirs.user_config_path("DCGAN Studio", appauthor=False)
    return parent / "presets"


def _built_in() -> list[Preset]:
    found = []
    for entry in files("resources").joinpath("presets").iterdir():
        if entry.name.endswith(".toml"):
            data = tomllib.loads(entry.read_text("utf-8"))
            name = entry.name.removesuffix(".toml")
            found.append((data["place"], Preset(name, data["title"], data["about"], parse(data["settings"]))))
    return [preset for _, preset in sorted(found, key=lambda each: each[0])]


def _own_files() -> list[Path]:
    folder = own_folder()
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".toml" and path.name[0] != ".")
    except OSError:
        return []


def _read_own(path: Path) -> Preset:
    """Raises ConfigError with the sentence to show."""
    try:
        with open_ordinary(path) as file:
            raw = file.read(MAX_FILE + 1)
        if len(raw) > MAX_FILE:
            raise ValueError("size")
        data = tomllib.loads(raw.decode("utf-8"))
        title, about, settings = data["title"], data["about"], data["settings"]
        if not isinstance(title, str) or not isinstance(about, str) or not isinstance(settings, dict):
            raise TypeError("kinds")
        name = _composed(path.stem)
        check_name(name)
        words = plain(title, LONGEST_TITLE) or name, plain(about, LONGEST_ABOUT)
        return Preset(name, *words, parse(settings), own=True)
    except ConfigError as error:
        raise ConfigError(f"{plain(path.name, LONGEST_NAME + 5)} was skipped: {error}") from None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ConfigError(
            f"{plain(path.name, LONGEST_NAME + 5)} was skipped: it is no preset. Delete it, or save it anew."
        ) from error


def _same(path: Path, name: str) -> bool:
    return _composed(path.stem).casefold() == _composed(name).casefold()


def _composed(name: str) -> str:
    """macOS may take file names apart into letters and their accents."""
    return unicodedata.normalize("NFC", name)


def _toml(preset: Preset) -> str:
    lines = [f"title = {_string(preset.title)}", f"about = {_string(preset.about)}", "", "[settings]"]
    for name, value in preset.config.model_dump().items():
        match value:
            case str():
                lines.append(f"{name} = {_string(value)}")
            case bool():
                lines.append(f"{name} = {str(value).lower()}")
            case _:
                lines.append(f"{name} = {value!r}")
    return "\n".join(lines) + "\n"


def _string(text: str) -> str:
    """A TOML string: JSON's escapes are TOML's, as long as only printable characters are to be written."""
    return json.dumps(text, ensure_ascii=False)
