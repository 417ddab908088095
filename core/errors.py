"""Errors that a person sees: each message is one sentence that says what is wrong and what to do."""

from collections.abc import Mapping


class StudioError(Exception):
    """Anything expected to go wrong; `str(error)` is the sentence to show.

    `facts` is what there is to know beside it, fit for JSON.
    """

    def __init__(self, sentence: str = "", *, facts: Mapping[str, object] | None = None) -> None:
        super().__init__(sentence)
        self.facts = dict(facts or {})


class ConfigError(StudioError):
    """A setting is out of its range or does not fit the pictures."""


class SourceError(StudioError):
    """The pictures cannot be found, read or used."""


class RunError(StudioError):
    """A run folder or a checkpoint cannot be opened, written or resumed."""


class RunOverError(RunError):
    """The run has trained for as long as it was meant to; a larger total lets it go on."""


class ShapeError(StudioError):
    """A latent vector or a picture does not have the size that is asked for."""


class DivergedError(StudioError):
    """A loss is no longer a finite number."""


class Cancelled(StudioError):  # noqa: N818  a request that was honoured, not a fault
    """The person cancelled; nothing half-done was kept."""
