"""How often a run may be measured."""

SHARE = 0.03  # of the training time
FIRST_S = 15.0  # of training in a session, before which its networks say little


class Budget:
    """Measuring at fixed steps, or as often as a share of the session's training time pays for.

    A measurement is taken when its cost, taken to be the last one's, fits beside what has been spent. Nobody
    knows what the first one costs; it is taken on credit, and the next waits until it has been earned.
    """

    def __init__(self, every: int, share: float = SHARE) -> None:
        """every: steps, 0 for the share."""
        self._every, self._share = every, share
        self._spent = self._last = 0.0

    def allows(self, step: int, trained: float) -> bool:
        """Whether to measure at a step, after so many seconds of training in this session."""
        if self._every:
            return step % self._every == 0
        return trained >= FIRST_S and self._spent + self._last <= self._share * trained

    def spend(self, seconds: float) -> None:
        self._spent += seconds
        self._last = seconds
