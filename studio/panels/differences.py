"""Settings that differ between runs, in the words of the form."""

from core import presets
from core.comparison import Difference
from core.config import Config, field_info
from core.knobs import Turn
from studio.editors import extra, spoken


def in_words(difference: Difference) -> list[str]:
    """What each run had."""
    match difference.name:
        case "preset":
            titles = {each.name: each.title for each in presets.presets()}
            return [
                titles.get(str(name), text)
                for name, text in zip(difference.values, difference.texts, strict=True)
            ]
        case "knobs":
            return [_turned(turns) for turns in difference.values]  # type: ignore[arg-type]
        case name if name in Config.model_fields and name != "duration":
            return [_value(name, value) for value in difference.values]
        case _:
            return list(difference.texts)


def _value(name: str, value: object) -> str:
    return f"{spoken(value)} {extra(name)['unit']}".strip()


def _turned(turns: list[Turn]) -> str:
    told = [
        f"{field_info(name).title}: {_value(name, value)} from step {step:,}"
        for step, changes in turns
        for name, value in changes.items()
        if name in Config.model_fields
    ]
    return "; ".join(told) or "nothing"
