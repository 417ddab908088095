"""The follower of pickles, on what torch writes and on what chance makes of it."""

import io
import zipfile
from random import Random

import pytest
import torch

from core.foreign.claims import Claim
from core.foreign.pickles import follow
from core.foreign.refusal import Refusal
from tests.core.foreign.networks import MainGenerator, train


@pytest.fixture(scope="module")
def written() -> bytes:
    """The pickle of a checkpoint with an optimiser, as torch writes it."""
    network = MainGenerator(4, (8, 8))
    optimiser = train(network)
    buffer = io.BytesIO()
    torch.save({"epoch": 3, "netG": network.state_dict(), "optimizerG": optimiser.state_dict()}, buffer)
    with zipfile.ZipFile(buffer) as file:
        return file.read(next(name for name in file.namelist() if name.endswith("data.pkl")))


def test_the_tensors_are_those_of_torch(written: bytes) -> None:
    followed = follow(written)
    assert followed.length == len(written)
    network = MainGenerator(4, (8, 8)).state_dict()
    found = followed.value["netG"]
    assert list(found) == list(network)
    for name, claim in found.items():
        assert isinstance(claim, Claim)
        assert (claim.shape, claim.strides) == (tuple(network[name].shape), network[name].stride())
        assert claim.kind == str(network[name].dtype).removeprefix("torch.")
    assert followed.value["epoch"] == 3
    assert followed.value["optimizerG"]["param_groups"][0]["lr"] == 0.002


def test_damage_is_refused_or_harmless_and_never_anything_else(written: bytes) -> None:
    """Bytes replaced, removed, doubled: whatever chance does, a Refusal or plain values come back."""
    random = Random(0)
    refused = 0
    for _ in range(600):
        data = bytearray(written)
        for _ in range(random.choice((1, 1, 2, 8))):
            place = random.randrange(len(data))
            match random.randrange(3):
                case 0:
                    data[place] = random.randrange(256)
                case 1:
                    del data[place : place + random.randrange(1, 20)]
                case 2:
                    data[place:place] = data[place : place + random.randrange(1, 20)]
        try:
            follow(bytes(data))
        except Refusal:
            refused += 1
    assert refused > 300
