"""MP4 with H.264, playable in browsers, phones and office programs: yuv420p, BT.709, the index in front.

H.264 with 4:2:0 colour needs even sides: an odd one gets one more pixel, which repeats the edge.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import IO

import numpy as np
from numpy.typing import NDArray

from core.errors import StudioError


@contextmanager
def write(
    file: IO[bytes], height: int, width: int, fps: float, scale: int, loop: bool
) -> Iterator[Callable[[NDArray[np.uint8]], None]]:
    """Gives what adds a frame, (height, width, 3) uint8. `loop` has no place in an MP4."""
    import av  # 0.1 s and a large library, wanted by films only
    from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation

    tall, wide = height * scale, width * scale
    rate = Fraction(fps).limit_denominator(1001)
    try:
        # By name, because moving the index to the front reads the file again.
        with av.open(file.name, "w", format="mp4", options={"movflags": "+faststart"}) as container:
            stream = container.add_stream("libx264", rate=rate, options={"crf": "15", "preset": "medium"})
            stream.width, stream.height, stream.pix_fmt = wide + wide % 2, tall + tall % 2, "yuv420p"
            context = stream.codec_context
            context.color_range = ColorRange.MPEG
            context.colorspace = Colorspace.ITU709
            context.color_primaries = ColorPrimaries.BT709
            context.color_trc = ColorTrc.BT709
            count = 0

            def add(frame: NDArray[np.uint8]) -> None:
                nonlocal count
                large = frame.repeat(scale, axis=0).repeat(scale, axis=1)
                even = np.pad(large, ((0, tall % 2), (0, wide % 2), (0, 0)), "edge")
                picture = av.VideoFrame.from_ndarray(even, format="rgb24").reformat(
                    format="yuv420p",
                    dst_colorspace=Colorspace.ITU709,
                    interpolation=Interpolation.AREA,
                )
                picture.pts, picture.time_base = count, 1 / rate
                container.mux(stream.encode(picture))
                count += 1

            yield add
            container.mux(stream.encode(None))
    except av.codec.codec.UnknownCodecError:
        raise StudioError(
            "This installation of PyAV cannot write H.264. Install it anew with pip, or write .webp or .gif."
        ) from None
    except av.FFmpegError as error:
        if isinstance(error, OSError):  # a full disk, which `commit` puts in words
            raise
        raise StudioError(f"The film could not be encoded ({error.strerror}). Try .webp instead.") from error
