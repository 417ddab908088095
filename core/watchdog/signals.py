"""A run's numbers as the watchdog sees them: smoothed over steps, beside what they once were."""

from math import inf, isfinite, isinf, isnan, nan

from core.events import Step

# A batch of 16 tells an accuracy to within .12 and forty of them, weighted as here, to within .015; an alarm
# must come within 500 steps, so that it cannot wait for much more.
HALF_LIFE = 40  # steps
EARLY = 300  # steps, in which D leads every new generator and gradients are what they never are again


class Average:
    """A mean that forgets: what lies `half_life` steps back weighs half. NaN while it knows nothing."""

    def __init__(self, half_life: float = HALF_LIFE) -> None:
        self._half_life = half_life
        self._sum = self._weight = 0.0

    def add(self, value: float, steps: int) -> None:
        """Take in a value that stands for so many steps. One that is not finite says nothing."""
        if isfinite(value):
            keep = 0.5 ** (steps / self._half_life)
            self._sum = keep * self._sum + (1 - keep) * value
            self._weight = keep * self._weight + (1 - keep)

    @property
    def value(self) -> float:
        return self._sum / self._weight if self._weight else nan


class Signals:
    """The averages that the rules ask for, up to the last step that was added."""

    def __init__(self) -> None:
        self.step = self.epoch = self.events = 0
        self.broken = ""  # which numbers are not finite, in a sentence; empty if all are
        self._broken_at = 0
        self.real_right = Average()  # share of real pictures that D takes for real
        self.fake_right = Average()  # share of fakes that D takes for fakes
        self.fooled = Average()  # D(G(z)) after D's update
        self.d_gradient = Average()
        self.g_gradient = Average()
        self.g_gradient_peak = 0.0  # the most that its average has been
        self.steepness_least = inf  # since EARLY

    def add(self, event: Step) -> None:
        """event: a later step than all before."""
        steps = event.step - self.step
        self.step, self.epoch = event.step, event.epoch
        self.events += 1
        self._look_for_breaks(event)
        self.real_right.add(_known(event.d_real_accuracy, event.d_real), steps)
        self.fake_right.add(_known(event.d_fake_accuracy, 1 - event.d_fake_before), steps)
        self.fooled.add(event.d_fake_after, steps)
        self.d_gradient.add(event.d_grad_norm or nan, steps)  # 0: D sat this step out
        self.g_gradient.add(event.g_grad_norm, steps)
        if isfinite(self.g_gradient.value):
            self.g_gradient_peak = max(self.g_gradient_peak, self.g_gradient.value)
        if self.step >= EARLY and isfinite(self.steepness):
            self.steepness_least = min(self.steepness_least, self.steepness)

    @property
    def steepness(self) -> float:
        """How much harder D pushes the generator than it is pushed itself; NaN if that was not recorded."""
        return self.g_gradient.value / max(self.d_gradient.value, 1e-12)

    def _look_for_breaks(self, event: Step) -> None:
        numbers = {
            "the discriminator's loss": event.d_loss,
            "the generator's loss": event.g_loss,
        }
        broken = [name for name, value in numbers.items() if not isfinite(value)]
        if any(isinf(norm) for norm in (event.d_grad_norm, event.g_grad_norm)):  # NaN: it was not recorded
            broken.append("a gradient")
        if broken:
            self.broken = f"At step {event.step:,} {' and '.join(broken)} was no finite number any more."
            self._broken_at = event.step
        elif event.step - self._broken_at > HALF_LIFE:
            self.broken = ""

    @property
    def right(self) -> float:
        """How often D is right of real and generated pictures together: .5 is guessing."""
        return (self.real_right.value + self.fake_right.value) / 2


def _known(accuracy: float, probability: float) -> float:
    """The accuracy, or what a D that knows its own mind would have, for runs that did not record it."""
    return probability if isnan(accuracy) else accuracy
