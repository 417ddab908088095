"""One worker thread that decodes latent vectors: the most urgent asker first, and its newest wish only.

One thread, because every thread that computes brings its own team of OpenMP threads, and two teams on the
same cores wait for each other.
"""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QObject, Qt, Signal, Slot

from core import latent
from studio.explore.loading import generator_of
from studio.explore.one_face import OneFace
from studio.explore.subjects import Moment
from studio.faults import sentence

CHUNK = 8  # pictures between two looks at what is more urgent: 20 ms of a 64-feature generator on two cores
PATIENCE_S = 0.016  # what has waited longer comes before what is more urgent: a drag never ends to ask


@dataclass(frozen=True, slots=True)
class Wish:
    """Latent vectors to be decoded, each by the generator of one moment."""

    moments: tuple[Moment, ...]  # one for all, or one for each
    z: NDArray[np.float32]  # (n, latent_dim)
    side_px: int = 0  # of the enlarged pictures; 0: none are wanted
    smooth: bool = True


@dataclass(frozen=True, slots=True)
class Faces:
    wish: Wish
    pictures: NDArray[np.uint8]  # (n, size, size, 3)
    enlarged: NDArray[np.uint8] | None  # (n, side_px, side_px, 3)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a wish could not be granted."""

    wish: Wish
    sentence: str


class Channel(QObject):
    """One asker's line to the decoder: a new wish replaces one that still waits."""

    ready = Signal(object)  # Faces
    troubled = Signal(object)  # Trouble
    _answered = Signal(object)

    def __init__(self, decoder: "Decoder", urgency: int) -> None:
        super().__init__(decoder)
        self.urgency = urgency  # lower comes first
        self.since = 0.0  # when the wish that waits, or the first of those it replaced, was made
        self._decoder = decoder
        self._answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def ask(self, wish: Wish) -> None:
        """Returns at once; `ready` or `troubled` follows unless a newer wish overtakes this one."""
        self._decoder.ask(self, wish)

    def drop(self) -> None:
        """Take a wish back that has not been begun."""
        self._decoder.ask(self, None)

    @Slot(object)
    def _deliver(self, answer: Faces | Trouble) -> None:
        if self._decoder.closed:
            return
        if isinstance(answer, Faces):
            self.ready.emit(answer)
        else:
            self.troubled.emit(answer)


class Decoder(QObject):
    """The thread and its channels. `close` it before the program ends."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.closed = False
        self._waiting: dict[Channel, Wish] = {}
        self._changed = threading.Condition()
        self._one = OneFace()
        self._serving: set[Channel] = set()
        self._ending: set[Channel] = set()  # of these, what shall be freed
        self._thread = threading.Thread(target=self._run, name="studio decoder", daemon=True)
        self._thread.start()

    def channel(self, urgency: int) -> Channel:
        return Channel(self, urgency)

    def ask(self, channel: Channel, wish: Wish | None) -> None:
        with self._changed:
            if wish is None:
                self._waiting.pop(channel, None)
            else:
                if channel not in self._waiting:
                    channel.since = time.monotonic()
                self._waiting[channel] = wish
            self._changed.notify()

    def end(self, channel: Channel) -> None:
        """Free a channel, now or once it has been answered."""
        with self._changed:
            self._waiting.pop(channel, None)
            if channel in self._serving:
                self._ending.add(channel)
            else:
                channel.deleteLater()

    def close(self) -> None:
        """Drop what waits, wait for what runs, end the thread. Nothing is delivered afterwards."""
        with self._changed:
            self.closed = True
            self._waiting.clear()
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self.closed or self._waiting)
            if self.closed:
                return
            self._serve(None)

    def _serve(self, under: Channel | None) -> None:
        """Grant one wish, more urgent than `under`'s; between its parts, one that is still more urgent."""
        taken = self._take(under)
        if taken is None:
            return
        channel, wish = taken
        try:
            parts = []
            for part in self._parts(wish):
                parts.append(part)
                self._serve(channel)
                if self.closed:
                    return
            pictures = np.concatenate(parts)
            enlarged = _enlarged(pictures, wish.side_px, wish.smooth) if wish.side_px else None
            answer: Faces | Trouble = Faces(wish, pictures, enlarged)
        except Exception as error:
            answer = Trouble(wish, sentence(error))
        channel._answered.emit(answer)
        self._let_go(channel)

    def _let_go(self, channel: Channel) -> None:
        with self._changed:
            self._serving.discard(channel)
            if channel in self._ending:
                self._ending.discard(channel)
                channel.deleteLater()  # after the answer, which is on its way

    def _take(self, under: Channel | None) -> tuple[Channel, Wish] | None:
        with self._changed:
            candidates = [each for each in self._waiting if under is None or each.urgency < under.urgency]
            if self.closed or not candidates:
                return None
            overdue = time.monotonic() - PATIENCE_S
            waited = [each for each in candidates if each.since < overdue]
            if waited:
                channel = min(waited, key=lambda each: each.since)
            else:
                channel = min(candidates, key=lambda each: each.urgency)
            self._serving.add(channel)
            return channel, self._waiting.pop(channel)

    def _parts(self, wish: Wish) -> Iterator[NDArray[np.uint8]]:
        if len(wish.z) == 1:
            yield self._one.decode(wish.moments[0], wish.z)
        elif len(wish.moments) == 1:
            generator = generator_of(wish.moments[0])
            for first in range(0, len(wish.z), CHUNK):
                yield latent.decode(generator, wish.z[first : first + CHUNK])
        else:
            for moment, z in zip(wish.moments, wish.z, strict=True):
                yield latent.decode(generator_of(moment), z[None])


def _enlarged(pictures: NDArray[np.uint8], side: int, smooth: bool) -> NDArray[np.uint8]:
    """Lanczos keeps edges sharp where the window's own bilinear scaling would blur them."""
    if side == pictures.shape[1]:
        return pictures
    kind = Image.Resampling.LANCZOS if smooth else Image.Resampling.NEAREST
    return np.stack([np.asarray(Image.fromarray(each).resize((side, side), kind)) for each in pictures])
