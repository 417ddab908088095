"""How large a generator may be that comes from a file: a small file may ask for gigabytes.

Importing torch is not needed for it, so that a file can be judged before torch sees it.
"""

from collections.abc import Sequence

MIN_LAYERS, MAX_LAYERS = 3, 8  # 16 to 512 px
MAX_LATENT = 4_096
MAX_EXTRA = 2  # 3x3 convolutions after each layer but the last
MAX_ACTIVATIONS = 2**23  # numbers a picture in one layer: 512 px with 64 features take 2**22
MAX_FILE = 2 * 2**30  # bytes of a file that holds a generator; most take 15 to 200 MB
MAX_HEADER = 8 * 2**20  # bytes, of a safetensors file


def too_wide(channels: Sequence[int]) -> int | None:
    """The first layer that gives more than MAX_ACTIVATIONS numbers a picture; None if all are drawn with.

    channels: what each layer gives, the first at 4 px and each further one at twice the side.
    """
    return next(
        (index for index, each in enumerate(channels) if each * side(index) ** 2 > MAX_ACTIVATIONS), None
    )


def side(layer: int) -> int:
    """In px, of what a layer gives, counted from 0."""
    return int(4 * 2**layer)
