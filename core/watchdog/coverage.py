"""How much of the real pictures' variety the generator has, beside the most that it has had."""

from core.events import Measured

KID_NOISE = 2.0  # over the count: a KID below is as good as that of other real pictures
LEARNED = 0.1  # of the first KID: there is something to lose from there on


class Coverage:
    """The coverages measured so far."""

    def __init__(self) -> None:
        self._measured: list[Measured] = []

    def add(self, event: Measured) -> None:
        """event: of a later step than all before."""
        if self._measured and self._measured[-1].count != event.count:
            self._measured.clear()  # coverages of different counts do not compare
        self._measured.append(event)

    def until(self, step: int) -> "Coverage":
        """What had been measured up to a step."""
        earlier = Coverage()
        earlier._measured = [each for each in self._measured if each.step <= step]
        return earlier

    @property
    def first(self) -> Measured | None:
        return self._measured[0] if self._measured else None

    @property
    def latest(self) -> Measured | None:
        return self._measured[-1] if self._measured else None

    @property
    def best(self) -> Measured | None:
        return max(self._measured, key=lambda each: each.coverage, default=None)

    def kept(self, last: int = 1) -> float:
        """The share of the best coverage that the last measurements had; 1 without so many after it."""
        best, after = self.best, self._since_best(last)
        if best is None or not after or best.coverage <= 0:
            return 1.0
        return max(each.coverage for each in after) / best.coverage

    def farther(self, last: int = 1) -> float:
        """By which factor the KID of the last measurements is above the best coverage's; 1 as above."""
        best, after = self.best, self._since_best(last)
        if best is None or not after:
            return 1.0
        return min(each.kid for each in after) / floored_kid(best)

    @property
    def nearest(self) -> Measured | None:
        """Where the faces were nearest to the real ones, by KID."""
        return min(self._measured, key=lambda each: each.kid, default=None)

    def left_behind(self, last: int) -> float:
        """By which factor the last KIDs, all of them, are above the least; 1 before it was a tenth of the
        first, as nothing can be lost that was not learned.
        """
        nearest = self.nearest
        after = [each for each in self._measured if nearest is not None and each.step > nearest.step][-last:]
        if nearest is None or len(after) < last or nearest.kid > LEARNED * self._measured[0].kid:
            return 1.0
        return min(each.kid for each in after) / floored_kid(nearest)

    def beside_first(self, last: int) -> float:
        """The last KIDs, the least of them, beside the first one; 1 without so many after it."""
        after = self._measured[1:][-last:]
        return min(each.kid for each in after) / floored_kid(self._measured[0]) if len(after) >= last else 1.0

    def distance_left(self) -> float:
        """The share of the first KID that the least one still is; 0 before there are three to tell."""
        nearest = self.nearest
        if nearest is None or len(self._measured) < 3:
            return 0.0
        return nearest.kid / floored_kid(self._measured[0])

    def _since_best(self, last: int) -> list[Measured]:
        """The last measurements, all after the best one; none if there are not so many."""
        best = self.best
        after = [each for each in self._measured if best is not None and each.step > best.step]
        return after[-last:] if len(after) >= last else []

    def nearing(self, step: int, within: int, least: float) -> bool:
        """Whether the KID has come down within so many steps, or with the last measurement, to a
        share `least` of what it was before. True before there are two measurements to tell.
        """
        since = [each.kid for each in self._measured if each.step > step - within]
        since = since or [each.kid for each in self._measured[-1:]]
        before = [each.kid for each in self._measured[: -len(since) or None]]
        return not before or min(since) <= least * min(before)

    def rising(self, step: int, within: int, least: float) -> bool:
        """Whether the best is one of the last two, at most so many steps old, and better than the first.

        least: the share of the real pictures' coverage that it must have reached.
        """
        best = self.best
        return (
            best is not None
            and best.step >= step - within
            and best.step in [each.step for each in self._measured[-2:]]
            and best.coverage > self._measured[0].coverage
            and best.coverage >= least * best.real_coverage
        )


def floored_kid(measured: Measured) -> float:
    """Its KID, or that of other real pictures, which may come to less than nothing."""
    return max(measured.kid, KID_NOISE / measured.count)
