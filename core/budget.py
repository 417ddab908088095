"""How often a run may be measured."""

SHARE = 0.025  # of the training time; with the first one, which is on credit, .03 after some ten minutes
FIRST_S = 20.0  # of training in a session, before which its networks say little


class Budget:
    """Measuring at fixed steps, or so often that the training in between has paid for it.

    What a measurement took is taken for what the next one will. The first took about twice as long, for it
    looks at the real pictures too, and at that only once in a session.
    """

    def __init__(self, every: int, share: float = SHARE) -> None:
        """every: steps, 0 for the share."""
        self._every, self._share = every, share
        self._due = FIRST_S  # seconds of training in this session
        self._first = True

    def allows(self, step: int, trained: float) -> bool:
        """Whether to measure at a step, after so many seconds of training in this session."""
        return step % self._every == 0 if self._every else trained >= self._due

    def spend(self, seconds: float, trained: float) -> None:
        """A measurement took so many of the `trained` seconds."""
        self._due = trained + (seconds / 2 if self._first else seconds) / self._share
        self._first = False
