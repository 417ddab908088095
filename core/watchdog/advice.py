"""What usually helps, as single changes of knobs that can be turned while a run trains."""

from core import strength
from core.config import Config
from core.strength import FEW_PICTURES, diffaugments
from core.watchdog.verdict import Advice, Kind

USUAL_LR = 2e-4  # Radford et al. 2016, section 4, found .001 too high
HIGH_LR = 1e-3
LEAST_LR = 1e-6  # a network that learns so slowly is not helped by learning more slowly
NOISE = 0.1  # a twentieth of the pictures' range
NOISE_STEPS = 5_000
R1 = 1.0
_ORDINALS = {2: "second", 3: "third", 4: "fourth"}
MOST = 4  # that are offered; more is no advice

Choice = Advice | None


def advise(
    kind: Kind, config: Config, images: int, *, step: int, d_strong: bool, before: Config | None = None
) -> tuple[Advice, ...]:
    """Changes for a kind of trouble, best first. What the settings in force already do is left out.

    step: the present one, which the noise's decay is counted from. d_strong: whether D is far ahead.
    before: the settings before knobs were turned, where that was a short while ago.
    """
    slower_g, slower_d = _slower(config, "g_lr", "generator"), _slower(config, "d_lr", "discriminator")
    noise, labels, rarer = _noise(config, step), _smooth(config), _teach_less(config)
    augment = _augment(config, images)
    choices: list[Choice]
    match kind:
        case "discriminator_winning":
            choices = [slower_d, labels, noise, rarer, augment, _flatten(config)]
        case "generator_collapsing" if d_strong:
            choices = [slower_d, labels, noise, rarer, _slower_both(config), augment]
        case "generator_collapsing":
            choices = [_slower_both(config), slower_g, _teach_more(config), augment, noise]
        case "balance_dead":
            more = _teach_more(config)
            choices = [_less_noise(config), slower_g, more, _faster_d(config)]
            if config.g_lr > config.d_lr or config.g_lr >= HIGH_LR:
                choices.insert(0, slower_g)
        case "overfitting":
            choices = [augment, _mirror(config), _flatten(config), labels, slower_d, noise]
        case "not_finite":
            choices = [_slower_both(config), slower_d, slower_g]
        case _:
            return ()
    if before is not None:
        choices.insert(0, _put_back(config, before))
    found: list[Advice] = []
    for choice in choices:
        if choice is not None and choice not in found:
            found.append(choice)
    return tuple(found[:MOST])


def _put_back(config: Config, before: Config) -> Choice:
    """What was raised a short while ago is the first suspect."""
    rates = ("g_lr", "d_lr")
    raised = {knob: getattr(before, knob) for knob in rates if getattr(config, knob) > getattr(before, knob)}
    if not raised:
        return None
    whose = "generator's" if "g_lr" in raised else "discriminator's"
    steps = (f"{_rate(old)} to {_rate(getattr(config, knob))}" for knob, old in raised.items())
    return Advice(
        "Put both learning rates back" if len(raised) > 1 else f"Put the {whose} learning rate back",
        f"Raised from {' and from '.join(steps)} a short while ago.",
        raised,
    )


def _slower(config: Config, knob: str, network: str) -> Choice:
    now = float(getattr(config, knob))
    new = _lower(now)
    if new is None:
        return None
    title = (
        f"Halve the {network}'s learning rate" if new == now / 2 else f"Lower the {network}'s learning rate"
    )
    return Advice(
        title, f"From {_rate(now)} to {_rate(new)}: shorter steps disturb the balance less.", {knob: new}
    )


def _slower_both(config: Config) -> Choice:
    g_lr, d_lr = _lower(config.g_lr), _lower(config.d_lr)
    if g_lr is None or d_lr is None:
        return None
    halved = (g_lr, d_lr) == (config.g_lr / 2, config.d_lr / 2)
    return Advice(
        "Halve both learning rates" if halved else "Lower both learning rates",
        f"The generator's to {_rate(g_lr)}, the discriminator's to {_rate(d_lr)}: "
        "with shorter steps neither can run away from the other.",
        {"g_lr": g_lr, "d_lr": d_lr},
    )


def _faster_d(config: Config) -> Choice:
    if config.d_lr >= USUAL_LR:
        return None
    new = min(2 * config.d_lr, USUAL_LR)
    return Advice(
        "Raise the discriminator's learning rate",
        f"From {_rate(config.d_lr)} to {_rate(new)}, so that it can keep up with the generator.",
        {"d_lr": new},
    )


def _smooth(config: Config) -> Choice:
    if config.loss not in ("bce", "lsgan") or config.real_label <= 0.9:
        return None
    return Advice(
        "Label real pictures .9",
        "A discriminator that is never to be quite sure leaves the generator something to learn from.",
        {"real_label": 0.9},
    )


def _noise(config: Config, step: int) -> Choice:
    if strength.noise(config, step) >= NOISE:
        return None
    # The decay is counted from the run's beginning: .1 is left now, and nothing after as many steps again.
    return Advice(
        "Blur the difference with noise",
        f"Noise of {NOISE:g} on all that the discriminator sees, fading out, makes its task harder.",
        {"noise": 2 * NOISE, "noise_steps": max(2 * step, NOISE_STEPS)},
    )


def _less_noise(config: Config) -> Choice:
    if config.noise < 2 * NOISE:
        return None
    return Advice(
        "Halve the instance noise",
        f"Noise of {config.noise:g} may hide from the discriminator what it has to tell apart.",
        {"noise": config.noise / 2},
    )


def _teach_less(config: Config) -> Choice:
    if config.d_updates > 1:
        return Advice(
            "Update the discriminator once a step",
            f"It learns {config.d_updates} times as often as the generator now.",
            {"d_updates": 1},
        )
    if config.loss == "wgan-gp" or config.d_every >= 4:
        return None
    every = config.d_every + 1
    return Advice(
        f"Update the discriminator every {_ORDINALS[every]} step",
        "The generator learns in every step and catches up.",
        {"d_every": every},
    )


def _teach_more(config: Config) -> Choice:
    if config.d_every > 1:
        return Advice(
            "Update the discriminator in every step",
            f"It learns in one step of {config.d_every} now, and cannot keep up.",
            {"d_every": 1},
        )
    if config.d_updates >= 5:
        return None
    times = "twice" if config.d_updates == 1 else f"{config.d_updates + 1} times"
    return Advice(
        f"Update the discriminator {times} a step",
        "So that it can keep up with the generator; a step takes longer.",
        {"d_updates": config.d_updates + 1},
    )


def _augment(config: Config, images: int) -> Choice:
    if images > FEW_PICTURES or diffaugments(config, images):
        return None
    return Advice(
        "Augment for few pictures",
        f"DiffAugment alters what the discriminator sees, which makes {images:,} pictures hard to memorise.",
        {"diffaugment": "on"},
    )


def _mirror(config: Config) -> Choice:
    if config.flip:
        return None
    return Advice("Mirror at random", "Twice as many different pictures to learn from.", {"flip": True})


def _flatten(config: Config) -> Choice:
    if config.r1 >= R1:
        return None
    return Advice(
        "Penalise steep judgements (R1)",
        "Keeps the discriminator flat around the real pictures, so that it does not single them out.",
        {"r1": R1},
    )


def _lower(lr: float) -> float | None:
    if lr / 2 < LEAST_LR:
        return None
    return USUAL_LR if lr > HIGH_LR else lr / 2


def _rate(lr: float) -> str:
    return f"{lr:.7f}".rstrip("0")
