"""How often a run may be measured."""

SHARE = 0.03  # of a session's time
FIRST_S = 20.0  # of training in a session, before which its networks say little
FIRST_STEP = 100  # of a run: what a slow machine has by then is noise, and must not become the best


class Budget:
    """Measuring at fixed steps, or so often that the session has time for it.

    The first measurement of a session is on credit, so that one of a few minutes has some. If it takes F
    seconds, more than .03 of the session is spent until F / .03 seconds have passed. Then none comes before
    it is paid for together with all earlier ones, its cost taken to be the last one's: no more than .03 is
    spent again, but for what a measurement takes longer than the one before. The second is taken to cost
    half of the first, which looks at the real pictures too.
    """

    def __init__(self, every: int, share: float = SHARE) -> None:
        """every: steps, 0 for the share."""
        self._every, self._share = every, share
        self._due = FIRST_S  # seconds of training in this session
        self._spent = 0.0

    def allows(self, step: int, trained: float) -> bool:
        """Whether to measure at a step, after so many seconds of training in this session."""
        if self._every:
            return step % self._every == 0
        return trained >= self._due and step >= FIRST_STEP

    def allows_last(self, step: int, trained: float) -> bool:
        """Whether to measure what a training has ended with: that slows nothing any more, so nobody pays."""
        return not self._every and trained >= FIRST_S and step >= FIRST_STEP

    def spend(self, seconds: float) -> None:
        """A measurement took so many seconds."""
        following = seconds if self._spent else seconds / 2
        self._spent += seconds
        self._due = (self._spent + following) / self._share
