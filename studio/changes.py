"""Changed settings in words."""

from collections.abc import Mapping

from core.config import Config, field_info


def in_words(changes: Mapping[str, object], before: Config | None = None) -> str:
    """ "generator learning rate 0.0002 → 0.0001"; without `before` only the new values."""
    return ", ".join(_one(name, value, before) for name, value in changes.items())


def _one(name: str, value: object, before: Config | None) -> str:
    title = str(field_info(name).title) if name in Config.model_fields else name
    title = title[:1].lower() + title[1:]
    if before is None or name not in Config.model_fields:
        return f"{title} {_plain(value)}"
    return f"{title} {_plain(getattr(before, name))} → {_plain(value)}"


def _plain(value: object) -> str:
    match value:
        case bool():
            return "on" if value else "off"
        case float():
            return f"{value:g}"
        case _:
            return str(value)
