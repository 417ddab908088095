"""The built-in pictures: cartoon faces, drawn here and now, each with its attributes.

Cartoon i is a function of i alone, so cartoons:100 are the first hundred of cartoons:4096.
"""

from dataclasses import dataclass
from importlib.metadata import version

from core.data.listing import Batch, Listing, RawPicture, Source
from core.data.watch import Watch
from core.errors import SourceError

DEFAULT_COUNT = 4096
MOST = 1_000_000

# Raise it whenever avatars.py draws other faces, so that caches of the old ones are not taken for them.
_RECIPE = 2


@dataclass(frozen=True, slots=True)
class Cartoons(Source):
    """The first `count` cartoon faces."""

    count: int = DEFAULT_COUNT

    @property
    def name(self) -> str:
        return f"Built-in cartoons ({self.count:,})"

    @property
    def text(self) -> str:
        return f"cartoons:{self.count}"

    def identity(self, watch: Watch) -> str:
        packages = (f"{name} {version(name)}" for name in ("dicebear-core", "dicebear-styles", "resvg-py"))
        return f"{self.text} recipe {_RECIPE}, {', '.join(packages)}"

    def scan(self, watch: Watch) -> Listing:
        from core.data.avatars import ATTRIBUTES  # here, as DiceBear takes long to import

        return Listing(count=self.count, batch=CartoonBatch, attribute_names=ATTRIBUTES)


def parse_cartoons(text: str) -> Cartoons:
    """The source of "cartoons" or "cartoons:COUNT". Raises SourceError if COUNT is not a fitting number."""
    _, colon, count = text.partition(":")
    if not colon:
        return Cartoons()
    if not count.isascii() or not count.isdigit() or not 2 <= int(count) <= MOST:
        raise SourceError(
            f"{text} does not say how many cartoons to draw. Write cartoons:COUNT, COUNT from 2 to {MOST:,}."
        )
    return Cartoons(int(count))


@dataclass(frozen=True, slots=True)
class CartoonBatch(Batch):
    """Cartoons start .. stop-1, drawn when they are read."""

    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start

    def name(self, index: int) -> str:
        return f"cartoon {self.start + index}"

    def read(self, index: int, side: int) -> RawPicture:
        from core.data.avatars import draw_cartoon

        return draw_cartoon(self.start + index, side)
