"""The step's knobs: each visibly acts, and a batch in parts is the same batch."""

from copy import deepcopy
from math import isnan

import pytest
import torch
from torch import Tensor

from core.config import Config
from core.devices import Precision
from core.losses import probabilities
from core.spectral_norm import own_weight
from core.step import NUMBERS, R1_EVERY, learns, update
from core.trainee import Trainee

SMALL = Config(size=32, latent_dim=12, g_features=4, d_features=6, batch_size=8)
# Neither network normalises over the batch (the generator's statistics are held), so parts change nothing.
EVERYTHING = {
    "loss": "wgan-gp",
    "d_batch_norm": False,
    "d_spectral_norm": True,
    "d_dropout": 0.2,
    "r1": 1.0,
    "noise": 0.1,
    "noise_steps": 100,
    "d_updates": 2,
    "diffaugment": "on",
    "flip": True,
    "jitter": 0.1,
}


def _batch(config: Config, seed: int = 0) -> tuple[Tensor, Tensor]:
    random = torch.Generator().manual_seed(seed)
    count = config.batch_size * config.d_updates
    real = torch.rand((count, 3, config.size, config.size), generator=random) * 2 - 1
    return real.contiguous(memory_format=torch.channels_last), torch.randn(
        (count, config.latent_dim), generator=random
    )


def _trainee(config: Config) -> Trainee:
    return Trainee(config, torch.device("cpu"), images=100)


def _take(config: Config, step: int = 1, parts: int = 1) -> tuple[Trainee, dict[str, float]]:
    trainee = _trainee(config)
    numbers = update(trainee, *_batch(config), step, parts)
    return trainee, dict(zip(NUMBERS, numbers[: len(NUMBERS)].tolist(), strict=True))


def _weights(trainee: Trainee) -> Tensor:
    return torch.cat([each.detach().flatten() for each in trainee.discriminator.parameters()])


@pytest.mark.parametrize(
    "change",
    [
        {"loss": "lsgan"},
        {"loss": "hinge"},
        {"loss": "wgan-gp"},
        {"loss": "wgan-gp", "gp": 0},
        {"r1": 1.0},
        {"d_dropout": 0.2},
        {"real_label": 0.9},
        {"fake_label": 0.1},
        {"noise": 0.1},
        {"diffaugment": "on"},
        {"diffaugment": "auto"},
        {"flip": True},
        {"jitter": 0.1},
        {"d_lr": 1e-4},
    ],
    ids=str,
)
def test_each_knob_changes_what_the_discriminator_learns(change: dict[str, object]) -> None:
    plain = SMALL if change != {"loss": "wgan-gp", "gp": 0} else SMALL.replace(loss="wgan-gp")
    assert not torch.equal(_weights(_take(SMALL.replace(**change))[0]), _weights(_take(plain)[0]))


def test_everything_at_once_gives_finite_numbers() -> None:
    config = SMALL.replace(**EVERYTHING, g_extra=1, g_biases=True)
    trainee = _trainee(config)
    for step in (1, 2):
        assert torch.isfinite(update(trainee, *_batch(config, step), step)).all()
    assert all(torch.isfinite(each).all() for each in trainee.tensors().values())


def _in(precision: Precision, config: Config, parts: int = 1) -> tuple[Tensor, Tensor, Tensor]:
    """The numbers of a step in a precision, and the gradients of D and of G that it leaves."""
    trainee = _trainee(config)
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
        numbers = update(trainee, *_batch(config), 1, parts)
    d, g = (
        torch.cat([each.grad.flatten() for each in network.parameters()])
        for network in (trainee.discriminator, trainee.generator)
    )
    return numbers, d, g


@pytest.mark.parametrize("parts", [1, 2])
@pytest.mark.parametrize("loss", ["bce", "wgan-gp"])
def test_bf16_computes_the_same_step_but_for_rounding(loss: str, parts: int) -> None:
    """Both updates of D and the one of G: what is learned, in both networks, points the same way."""
    config = SMALL.replace(**EVERYTHING | {"loss": loss}, g_extra=1, g_biases=True)
    exact, rounded = _in("float32", config, parts), _in("bf16", config, parts)
    shares = ["accuracy" in name for name in NUMBERS]  # one of 8 pictures more or less is a jump
    numbers = (each[0][: len(NUMBERS)].tolist() for each in (exact, rounded))
    for name, share, one, other in zip(NUMBERS, shares, *numbers, strict=True):
        assert share or other == pytest.approx(one, rel=0.05, abs=0.05), name
    for one, other in zip(exact[1:], rounded[1:], strict=True):
        assert not torch.equal(one, other), "bf16 must have acted"
        assert torch.nn.functional.cosine_similarity(one, other, dim=0) > 0.95


def test_in_bf16_every_update_sees_the_weights_that_the_one_before_left() -> None:
    """The loss of the second update, which is the one that is told, has to show what the first one did."""
    config = SMALL.replace(d_updates=2, d_batch_norm=False, d_lr=1e-2)
    at = NUMBERS.index("d_loss")
    first = _in("bf16", config.replace(d_lr=1e-9))[0][at].item()
    second = _in("bf16", config)[0][at].item()
    exact = _in("float32", config)[0][at].item()
    assert abs(second - exact) < 0.2 * abs(first - exact)


@pytest.mark.parametrize("changes", [{}, {"d_updates": 2}, {"d_every": 2}, {"loss": "wgan-gp"}])
def test_verdicts_are_those_that_the_numbers_are_made_of(changes: dict[str, object]) -> None:
    config = SMALL.replace(**changes)
    found = update(_trainee(config), *_batch(config), 1, parts=2)
    verdicts = found[len(NUMBERS) :].reshape(2, config.batch_size)
    if config.loss == "wgan-gp":
        assert (verdicts < 0).any(), "raw scores"
        verdicts = probabilities("wgan-gp", verdicts, verdicts.mean())
    for name, some in zip(("d_real", "d_fake_before"), verdicts, strict=True):
        assert some.mean().item() == pytest.approx(found[NUMBERS.index(name)].item())


def test_noise_fades_to_nothing() -> None:
    noisy = SMALL.replace(noise=0.5, noise_steps=4)
    plain = _weights(_take(SMALL)[0])
    distances = [(_weights(_take(noisy, step)[0]) - plain).abs().sum().item() for step in (1, 4, 5, 100)]
    assert distances[0] > 0
    assert distances[1] > 0
    assert distances[2:] == [0, 0]
    constant = SMALL.replace(noise=0.5)
    assert not torch.equal(_weights(_take(constant, 100)[0]), plain)


def test_r1_acts_lazily() -> None:
    steep = SMALL.replace(r1=5.0)
    for step in (2, R1_EVERY):
        assert torch.equal(_weights(_take(steep, step)[0]), _weights(_take(SMALL, step)[0])), step
    for step in (1, R1_EVERY + 1):
        assert not torch.equal(_weights(_take(steep, step)[0]), _weights(_take(SMALL, step)[0])), step
    second = steep.replace(d_every=2)  # sixteen updates are then thirty-two steps
    for step, acts in ((2, True), (R1_EVERY + 2, False), (2 * R1_EVERY + 2, True)):
        plain = _weights(_take(second.replace(r1=0), step)[0])
        assert torch.equal(_weights(_take(second, step)[0]), plain) is not acts, step


def test_the_discriminator_can_learn_in_every_second_step_only() -> None:
    config = SMALL.replace(d_every=2)
    before = _weights(_trainee(config))
    taught, numbers = _take(config, step=2)
    assert not torch.equal(_weights(taught), before)
    assert numbers["d_grad_norm"] > 0
    assert numbers["d_fake_before"] != numbers["d_fake_after"]
    rests, numbers = _take(config, step=3)
    assert torch.equal(_weights(rests), before)
    assert isnan(numbers["d_grad_norm"]), "there is no gradient, which is not one of 0"
    assert numbers["d_fake_before"] == numbers["d_fake_after"]
    assert 0 < numbers["d_real"] < 1
    assert numbers["d_loss"] > 0
    assert numbers["g_grad_norm"] > 0
    fresh = _trainee(config).generator.layers[0].weight
    assert not torch.equal(rests.generator.layers[0].weight, fresh)


@pytest.mark.parametrize(("d_every", "log_every"), [(1, 10), (2, 10), (2, 50), (3, 10), (5, 50), (4, 1)])
def test_the_discriminator_learns_in_steps_that_are_logged(d_every: int, log_every: int) -> None:
    config = SMALL.replace(d_every=d_every, log_every=log_every)
    logged = range(log_every, 12 * log_every + 1, log_every)
    share = sum(learns(config, step) for step in logged) / len(logged)
    assert share == 1 if log_every % d_every == 0 else share >= 1 / d_every


def test_two_updates_take_other_pictures_each() -> None:
    config = SMALL.replace(d_updates=2)
    once, twice = _trainee(SMALL), _trainee(config)
    real, z = _batch(config)
    update(once, real[:8], z[:8], 1)
    update(twice, real, z, 1)
    assert not torch.equal(_weights(once), _weights(twice))
    other = _trainee(config)
    changed = real.clone()
    changed[8:] = changed[8:].flip(2)
    update(other, changed, z, 1)
    assert not torch.equal(_weights(other), _weights(twice)), "the second half matters"
    state = twice.d_optimiser.state_dict()["state"]
    assert state[0]["step"] == 2
    assert twice.g_optimiser.state_dict()["state"][0]["step"] == 1


def test_one_iteration_of_spectral_norm_an_update() -> None:
    config = SMALL.replace(d_spectral_norm=True, d_batch_norm=False)
    trainee = _trainee(config)
    expected = deepcopy(trainee.discriminator)
    first = expected.layers[0].parametrizations.weight[0]
    first.iterate(own_weight(expected.layers[0]))
    update(trainee, *_batch(config), 1, parts=4)
    assert torch.equal(trainee.discriminator.layers[0].parametrizations.weight[0].u, first.u)


def _gradients(config: Config, parts: int) -> tuple[Tensor, Tensor, Tensor]:
    """Of D and of G, and the numbers: the batch norms of G hold still, so that only the sums differ."""
    trainee = _trainee(config)
    trainee.generator.eval()
    numbers = update(trainee, *_batch(config), 1, parts)
    of = [
        torch.cat([each.grad.flatten() for each in network.parameters()])
        for network in (trainee.discriminator, trainee.generator)
    ]
    return of[0], of[1], numbers


@pytest.mark.parametrize("loss", ["bce", "lsgan", "hinge", "wgan-gp"])
@pytest.mark.parametrize("parts", [2, 3, 4, 8, 100])
def test_parts_add_up_to_the_batch(loss: str, parts: int) -> None:
    config = SMALL.replace(**EVERYTHING | {"loss": loss, "d_updates": 1})
    for whole, added in zip(_gradients(config, 1), _gradients(config, parts), strict=True):
        assert torch.allclose(whole, added, rtol=1e-3, atol=2e-5 * whole.abs().max().item())


@pytest.mark.parametrize("parts", [2, 4])
def test_with_batch_norm_parts_are_near(parts: int) -> None:
    """Each part has its own statistics, so the step is another one, in much the same direction."""
    config = SMALL.replace(batch_size=64)
    for index, least in ((0, 0.8), (1, 0.5)):
        gradients = []
        for each in (1, parts):
            trainee = _trainee(config)
            update(trainee, *_batch(config), 1, each)
            network = (trainee.discriminator, trainee.generator)[index]
            gradients.append(torch.cat([one.grad.flatten() for one in network.parameters()]))
        likeness = torch.nn.functional.cosine_similarity(*gradients, dim=0).item()
        assert likeness > least


def test_accuracies_are_shares_on_the_right_side() -> None:
    config = SMALL.replace(loss="wgan-gp", d_batch_norm=False, batch_size=32, d_lr=5e-3)
    trainee = _trainee(config)
    for step in range(1, 40):
        numbers = update(trainee, *_batch(config, step), step)
    named = dict(zip(NUMBERS, numbers[: len(NUMBERS)].tolist(), strict=True))
    assert named["d_real_accuracy"] > 0.8, "noise is told from a young generator"
    assert named["d_fake_accuracy"] > 0.8
    assert named["d_real"] > 0.5 > named["d_fake_before"]


def test_applied_knobs_act_at_the_next_step() -> None:
    changed = SMALL.replace(g_lr=1e-3, d_lr=5e-4, d_dropout=0.3, flip=True)
    late, early = _trainee(SMALL), _trainee(changed)
    late.apply(changed)
    assert [each["lr"] for each in late.g_optimiser.param_groups] == [1e-3]
    for trainee in (late, early):
        update(trainee, *_batch(changed), 1)
    assert torch.equal(_weights(late), _weights(early))
    assert late.config == changed
