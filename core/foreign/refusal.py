"""Why a file is not opened, in the words that the person reads."""

from collections.abc import Sequence

from core.errors import StudioError
from core.plain_text import plain


class ForeignError(StudioError):
    """A foreign file is refused; `details` names what does not fit, layer by layer where there are any."""

    def __init__(self, sentence: str, details: Sequence[str] = ()) -> None:
        self.details = list(details)
        super().__init__(sentence, facts={"details": self.details})


class Refusal(Exception):  # noqa: N818  a verdict, not a fault of the program
    """The sentence without its subject, the file's name: "is damaged: ...", raised where that is unknown."""

    def __init__(self, predicate: str, details: Sequence[str] = ()) -> None:
        super().__init__(predicate)
        self.details = list(details)


def quoted(text: object, longest: int = 80) -> str:
    """Text from a stranger's file, fit for a sentence."""
    return plain(str(text), longest)
