"""Settings as the option --set writes them: KEY=VALUE."""

import json
from collections.abc import Iterable

from core.errors import ConfigError


def parse_settings(pairs: Iterable[str]) -> dict[str, object]:
    """Names and values; whether they fit is for `core.config` to say. Raises ConfigError without a =."""
    found: dict[str, object] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise ConfigError(f"--set {pair}: write KEY=VALUE, for example --set batch_size=64.")
        try:
            found[key.strip()] = json.loads(value)
        except ValueError:
            found[key.strip()] = {"True": True, "False": False}.get(value, value)
    return found
