"""Numbers and times as a person reads them."""

from math import isfinite


def count(number: int, what: str) -> str:
    """ "1 picture", "4,096 pictures"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def span(seconds: float) -> str:
    """A length of time: "0:42", "12:05", "3:07:00"; a dash where a record does not say."""
    if not isfinite(seconds):
        return "–"
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, second = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{second:02}" if hours else f"{minutes}:{second:02}"


def speed(per_s: float) -> str:
    """Pictures a second, with a decimal only where it matters; a dash where a record does not say."""
    if not isfinite(per_s):
        return "–"
    return f"{per_s:,.1f}" if per_s < 10 else f"{per_s:,.0f}"


def plain(number: float) -> str:
    """A number in full, without the zeros that say nothing: 2.0 is 2, 1234567.0 is 1234567."""
    return f"{number:.15g}"


def short(number: float) -> str:
    """About three figures of it: 0.0002, 0.0153, 12.3, 1,234."""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"


def brief(number: float) -> str:
    """As few figures as say it, for narrow places: 0.05, 2e-4, 1500."""
    if 0 < abs(number) < 0.001:
        figures, power = f"{number:.2e}".split("e")
        return f"{float(figures):g}e{int(power)}"
    return f"{number:g}"
