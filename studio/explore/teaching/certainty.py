"""How well a direction is known, in words."""

from core.directions.direction import Direction


def percent(share: float, digits: int = 0) -> str:
    return f"{100 * share:.{digits}f} %"


def told_right(accuracy: float, interval: tuple[float, float]) -> str:
    """An accuracy with its interval of 95 %, to stand within a sentence."""
    low, high = (percent(end) for end in interval)
    return f"{percent(accuracy)} told right (between {low} and {high}, 95 % of the time)"


def certainty(direction: Direction) -> str:
    """Sentences on whether the direction is better than chance; empty where nothing was measured."""
    if direction.accuracy is None or direction.interval is None:
        return ""
    words = f"Faces that it had not seen: {told_right(direction.accuracy, direction.interval)}."
    if direction.better_than_chance:
        return f"{words} That is better than chance, which is 50 %."
    return f"{words} Chance is 50 %, so that may be luck."
