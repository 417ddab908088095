"""How well a direction is known, in words."""

from core.directions.direction import Direction


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def certainty(direction: Direction) -> str:
    """A sentence on whether the direction is better than chance; empty where nothing was measured."""
    if direction.accuracy is None or direction.interval is None:
        return ""
    low, high = (percent(end) for end in direction.interval)
    told = f"It tells yes from no in {percent(direction.accuracy)} of faces it did not learn from"
    if direction.better_than_chance:
        return f"{told} ({low} to {high}): better than chance, which is 50 %."
    return f"{told}, but that may be luck ({low} to {high}, and chance is 50 %). More answers may settle it."
