"""One thread decodes for all: the most urgent first, the newest wish only, troubles as sentences."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch
from pytestqt.qtbot import QtBot

from core.generators import load
from core.latent import decode, z_of_seed
from core.models import Generator
from core.runs import Run
from studio.explore.decoder import CHUNK, Channel, Decoder, Faces, Trouble, Wish
from studio.explore.subjects import Moment
from tests.studio.explored import damage
from tests.studio.hands import LONG

MakeRun = Callable[..., Run]


@pytest.fixture
def decoder(qapp: object) -> Iterator[Decoder]:
    made = Decoder()
    yield made
    made.close()


class Held(torch.nn.Module):
    """A generator that draws only when it is let."""

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.inner = generator
        self.size, self.latent_dim, self.channels = generator.size, generator.latent_dim, generator.channels
        self.shape = generator.shape
        self.layers = generator.layers
        self.begun = threading.Event()
        self.go = threading.Event()

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        self.begun.set()
        assert self.go.wait(60)
        return cast(torch.Tensor, self.inner(z))


@pytest.fixture
def held(make_run: MakeRun) -> Held:
    return Held(load(make_run("faces").checkpoints()[-1][1]))


def _many(count: int) -> np.ndarray:
    return z_of_seed(1, 10, count)


def _live(held: Held) -> tuple[Moment]:
    return (Moment(1, live=cast(Generator, held)),)


def _gather(channel: Channel) -> list[Faces]:
    answers: list[Faces] = []
    channel.ready.connect(answers.append)
    return answers


def test_pictures_and_their_enlargement(qtbot: QtBot, decoder: Decoder, make_run: MakeRun) -> None:
    path = make_run("faces").checkpoints()[-1][1]
    channel = decoder.channel(0)
    answers = _gather(channel)
    for smooth in (True, False):
        channel.ask(Wish((Moment(20, path),), _many(3), 64, smooth))
        qtbot.waitUntil(lambda smooth=smooth: len(answers) == 2 - smooth, timeout=LONG)
    np.testing.assert_array_equal(answers[0].pictures, decode(load(path), _many(3)))
    assert answers[0].enlarged is not None
    assert answers[0].enlarged.shape == (3, 64, 64, 3)
    assert answers[1].enlarged is not None
    np.testing.assert_array_equal(answers[1].enlarged[:, ::2, ::2], answers[1].pictures)


def test_of_one_channel_only_the_newest_wish_is_granted(qtbot: QtBot, decoder: Decoder, held: Held) -> None:
    channel = decoder.channel(0)
    answers = _gather(channel)
    channel.ask(Wish(_live(held), _many(20)))
    assert held.begun.wait(60)
    for count in range(2, 15):
        channel.ask(Wish(_live(held), _many(count)))
    held.go.set()
    qtbot.waitUntil(lambda: len(answers) == 2, timeout=LONG)
    assert [len(each.pictures) for each in answers] == [20, 14]


def test_the_most_urgent_comes_first_even_within_a_long_wish(
    qtbot: QtBot, decoder: Decoder, held: Held
) -> None:
    order: list[str] = []
    face, grid, strip = (decoder.channel(urgency) for urgency in range(3))
    for name, channel in (("face", face), ("grid", grid), ("strip", strip)):
        channel.ready.connect(lambda faces, name=name: order.append(name))
    grid.ask(Wish(_live(held), _many(3 * CHUNK)))
    assert held.begun.wait(60)
    strip.ask(Wish(_live(held), _many(2)))
    face.ask(Wish(_live(held), _many(2)))
    held.go.set()
    qtbot.waitUntil(lambda: len(order) == 3, timeout=LONG)
    assert order == ["face", "grid", "strip"]


def test_a_drag_that_never_pauses_does_not_starve_the_grid(
    qtbot: QtBot, decoder: Decoder, held: Held
) -> None:
    held.go.set()
    face, grid = decoder.channel(0), decoder.channel(1)
    faces = _gather(face)
    # There is another wish whenever the decoder looks for one.
    drag = held.register_forward_hook(lambda *_: face.ask(Wish(_live(held), _many(2))))
    with qtbot.waitSignal(grid.ready, timeout=10_000):
        face.ask(Wish(_live(held), _many(2)))
        grid.ask(Wish(_live(held), _many(3 * CHUNK)))
    drag.remove()
    assert faces


def test_a_wish_can_be_taken_back(qtbot: QtBot, decoder: Decoder, held: Held) -> None:
    first, second = decoder.channel(0), decoder.channel(1)
    answers, dropped = _gather(first), _gather(second)
    first.ask(Wish(_live(held), _many(2)))
    assert held.begun.wait(60)
    second.ask(Wish(_live(held), _many(2)))
    second.drop()
    held.go.set()
    qtbot.waitUntil(lambda: len(answers) == 1, timeout=LONG)
    first.ask(Wish(_live(held), _many(2)))
    qtbot.waitUntil(lambda: len(answers) == 2, timeout=LONG)
    assert not dropped


@pytest.mark.parametrize(
    ("spoil", "words"),
    [(damage, "is damaged. Choose an older checkpoint."), (Path.unlink, "has been replaced by newer ones")],
)
def test_a_file_that_does_not_open_is_a_sentence_and_the_thread_lives_on(
    qtbot: QtBot, decoder: Decoder, make_run: MakeRun, spoil: Callable[[Path], None], words: str
) -> None:
    run = make_run("faces")
    (_, good), (_, bad) = run.checkpoints()
    spoil(bad)
    channel = decoder.channel(0)
    with qtbot.waitSignal(channel.troubled, timeout=LONG) as caught:
        channel.ask(Wish((Moment(20, bad),), _many(1)))
    assert caught.args is not None
    trouble: Trouble = caught.args[0]
    assert words in trouble.sentence
    assert trouble.wish.moments[0].path == bad
    with qtbot.waitSignal(channel.ready, timeout=LONG):
        channel.ask(Wish((Moment(10, good),), _many(1)))


def test_a_channel_is_freed_once_it_has_been_answered(qtbot: QtBot, decoder: Decoder, held: Held) -> None:
    busy, waiting, other = (decoder.channel(urgency) for urgency in range(3))
    for channel in (busy, waiting, other):
        channel.ask(Wish(_live(held), _many(2)))
    assert held.begun.wait(60)
    decoder.end(busy)
    decoder.end(waiting)
    with qtbot.waitSignal(other.ready, timeout=LONG):
        held.go.set()
    qtbot.waitUntil(lambda: decoder.findChildren(Channel) == [other])


def test_nothing_is_delivered_once_it_is_closed(qtbot: QtBot, qapp: object, held: Held) -> None:
    decoder = Decoder()
    channel = decoder.channel(0)
    answers = _gather(channel)
    channel.ask(Wish(_live(held), _many(2)))
    assert held.begun.wait(60)
    held.go.set()
    decoder.close()
    qtbot.wait(20)  # what the thread sent before its end is on its way
    assert not answers
