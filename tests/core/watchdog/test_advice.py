from itertools import product

import pytest

from core import knobs
from core.config import Config
from core.presets import presets
from core.strength import FEW_PICTURES
from core.watchdog.advice import MOST, advise
from core.watchdog.verdict import Advice, Kind

KINDS: tuple[Kind, ...] = (
    "discriminator_winning",
    "generator_collapsing",
    "balance_dead",
    "overfitting",
    "not_finite",
)
TURNED = (
    {},
    {"g_lr": 4e-3},
    {"d_lr": 1e-2},
    {"g_lr": 0.1, "d_lr": 0.1},
    {"g_lr": 1e-6, "d_lr": 1e-6},
    {"real_label": 0.9, "fake_label": 0.1},
    {"noise": 2.0},
    {"noise": 0.2, "noise_steps": 100},
    {"d_updates": 16},
    {"d_every": 100},
    {"loss": "wgan-gp", "d_updates": 5},
    {"loss": "hinge", "diffaugment": "on", "flip": True, "r1": 10.0},
)
CONFIGS = [each.config for each in presets()] + [Config(**changes) for changes in TURNED]


def advised(kind: Kind, config: Config, *, images: int = 4_000, step: int = 1000) -> tuple[Advice, ...]:
    return advise(kind, config, images, step=step, d_strong=True)


@pytest.mark.parametrize("kind", KINDS)
def test_every_advice_is_a_real_change_of_live_knobs(kind: Kind) -> None:
    for config, images, step, strong in product(CONFIGS, (100, 10**6), (0, 10**7 // 3), (True, False)):
        for each in advise(kind, config, images, step=step, d_strong=strong):
            assert knobs.turned(config, each.changes) != config, (each, config)
            assert each.title[0].isupper()
            assert not each.title.endswith(".")
            assert each.about.endswith(".")


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_advice_for_every_preset(kind: Kind) -> None:
    for preset in presets():
        found = advised(kind, preset.config)
        assert 1 <= len(found) <= MOST
        assert len({each.title for each in found}) == len(found)


@pytest.mark.parametrize("kind", ["learning", "healthy"])
def test_a_healthy_run_needs_no_advice(kind: Kind) -> None:
    assert advised(kind, Config()) == ()


def test_a_rate_far_too_high_comes_down_at_once_and_others_by_half() -> None:
    assert advised("balance_dead", Config(g_lr=4e-3))[0].changes == {"g_lr": 2e-4}
    assert advised("discriminator_winning", Config(d_lr=1e-2))[0].changes == {"d_lr": 2e-4}
    halved = advised("discriminator_winning", Config())[0]
    assert halved.changes == {"d_lr": 1e-4}
    assert halved.title == "Halve the discriminator's learning rate"
    assert "0.0001" in halved.about


def test_a_rate_that_was_just_raised_is_put_back_first() -> None:
    now, before = Config(g_lr=0.05, d_lr=1e-4), Config(g_lr=5e-4, d_lr=2e-4)
    for kind in KINDS:
        first = advise(kind, now, 4_000, step=1_000, d_strong=True, before=before)[0]
        assert first.changes == {"g_lr": 5e-4}  # the other one was lowered
        assert first.title == "Put the generator's learning rate back"
        assert "from 0.0005 to 0.05" in first.about
    both = advise("not_finite", Config(g_lr=0.1, d_lr=0.1), 4_000, step=0, d_strong=True, before=before)[0]
    assert both.changes == {"g_lr": 5e-4, "d_lr": 2e-4}
    for kind in KINDS:
        assert advise(kind, before, 4_000, step=0, d_strong=True, before=now.replace(d_lr=2e-4)) == advise(
            kind, before, 4_000, step=0, d_strong=True
        )


def test_what_the_settings_do_already_is_not_advised() -> None:
    names = {name for each in advised("discriminator_winning", Config()) for name in each.changes}
    assert names >= {"d_lr", "real_label", "noise", "d_every"}
    done = Config(real_label=0.9, noise=0.3, d_every=4)
    names = {name for each in advised("discriminator_winning", done) for name in each.changes}
    assert not names & {"real_label", "noise", "d_every"}


def test_labels_are_advised_where_they_act_only() -> None:
    for loss, acts in (("bce", True), ("lsgan", True), ("hinge", False), ("wgan-gp", False)):
        found = advised("discriminator_winning", Config(loss=loss))
        assert any("real_label" in each.changes for each in found) is acts


def test_noise_is_there_when_it_is_advised_late_in_a_run() -> None:
    found = advised("discriminator_winning", Config(), step=40_000)
    changes = next(each.changes for each in found if "noise" in each.changes)
    assert changes == {"noise": 0.2, "noise_steps": 80_000}  # .1 at step 40,000


def test_noise_is_not_advised_while_the_present_step_has_enough() -> None:
    fading = Config(noise=0.2, noise_steps=100)
    for step, enough in ((51, True), (52, False)):  # .1 and .098
        found = advised("discriminator_winning", fading, step=step)
        assert any("noise" in each.changes for each in found) is not enough


def test_the_discriminator_is_not_to_learn_less_often_while_it_learns_more_often() -> None:
    found = advised("discriminator_winning", Config(d_updates=3))
    assert {"d_updates": 1} in [each.changes for each in found]
    found = advised("balance_dead", Config(d_every=2))
    assert {"d_every": 1} in [each.changes for each in found]


def test_few_pictures_means_what_it_means_to_diffaugment() -> None:
    assert advised("overfitting", Config())[0].changes == {"diffaugment": "on"}
    for images, few in ((FEW_PICTURES, True), (FEW_PICTURES + 1, False)):
        found = advised("overfitting", Config(), images=images)
        assert any("diffaugment" in each.changes for each in found) is few
    acting = Config(diffaugment="auto")
    assert all("diffaugment" not in each.changes for each in advised("overfitting", acting))
