"""The curves of a run: what each shows, and in plain words what is normal in it and what is not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from studio.editors import in_figures
from studio.words import short


@dataclass(frozen=True, slots=True)
class Series:
    field: str  # of events.Step or events.Measured
    title: str
    token: str  # of theme.Palette
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """One plot over the step.

    kept: the axis begins at 0 and reaches at least so far. fixed: the axis shows this and nothing else.
    """

    name: str
    title: str
    series: tuple[Series, ...]
    about: str
    normal: str
    strange: str
    empty: str = "Curves begin with the first steps."
    unrecorded: str = "This run did not record it."
    kept: float = 1.0
    fixed: tuple[float, float] | None = None
    sparse: bool = False  # of Measured, not of Step: few numbers
    level: bool = False  # of Step, but no noise to be smoothed
    read: Callable[[float], str] = "{:.2f}".format
    zero_is_unknown: bool = False

    @property
    def fields(self) -> list[str]:
        return [each.field for each in self.series]

    @property
    def noisy(self) -> bool:
        """Whether a smoothed line is to be seen through the raw numbers."""
        return not (self.sparse or self.level)

    @property
    def explanation(self) -> str:
        """A few lines: what it is, what is normal, what is not."""
        return f"{self.about}\nNormal: {self.normal}\nNot normal: {self.strange}"


NOT_MEASURED = "Quality is measured now and then while a run trains."
MEASURED_WITH = (
    "Measured with {count} real and {count} generated pictures on the features of a fixed network of random "
    "convolutions (32 channels and up, seed 0), which was never trained."
)

LOSSES = Chart(
    "lossPlot",
    "Losses",
    (Series("d_loss", "Discriminator", "plot_real"), Series("g_loss", "Generator", "plot_fake")),
    "How wrong each network was in its own task. The two play against each other, so neither loss falls the "
    "way a classifier's does, and a low loss does not mean good faces.",
    "Both wander within a band for the whole training, with spikes; the generator's is often the higher one.",
    "The discriminator stays near 0 while the generator climbs: the discriminator has won and the faces stop "
    "improving. Or both stand still (at 1.39 and 0.69 with the usual loss): neither teaches the other.",
)
SCORES = Chart(
    "scorePlot",
    "Discriminator's belief",
    (
        Series("d_real", "Real", "plot_real"),
        Series("d_fake_before", "Fake", "plot_fake"),
        Series("d_fake_after", "After", "plot_after"),
    ),
    "The mean probability of being real that the discriminator gives: D(x) to real pictures, D(G(z)) to "
    "generated ones, before (Fake) and after (After) its own update in the same step. 1 is sure of real, 0 "
    "is sure of fake.",
    "Real somewhere between .6 and .9 and Fake between .1 and .4, both restless.",
    "Real near 1 with Fake near 0 for long: the discriminator is winning. All at .5 and still: it cannot "
    "tell them apart and teaches nothing.",
    fixed=(0.0, 1.0),
)
_COVERAGE = (
    Series("coverage", "Coverage", "accent_text"),
    Series("real_coverage", "Real pictures", "muted", dashed=True),
)
COVERAGE = Chart(
    "coveragePlot",
    "Coverage",
    _COVERAGE,
    "How much of the variety of your pictures the generator draws: the share of real pictures that have a "
    "generated one in their neighbourhood (Naeem et al. 2020). 1 is all of it, 0 is nothing. The dashed line "
    "is what other real pictures reach; more is not to be had. " + MEASURED_WITH,
    "It climbs steeply at first, then slowly towards the dashed line.",
    "It falls and does not recover: the generator draws fewer and fewer different faces (mode collapse).",
    empty=NOT_MEASURED,
    fixed=(0.0, 1.0),
    sparse=True,
)
DENSITY = Chart(
    "densityPlot",
    "Density",
    (
        Series("density", "Density", "accent_text"),
        Series("real_density", "Real pictures", "muted", dashed=True),
    ),
    "How close generated pictures lie to real ones: about 1 is as close as real pictures lie to each other "
    "(the dashed line), and it may be more (Naeem et al. 2020). " + MEASURED_WITH,
    "It climbs together with coverage.",
    "It is high while coverage falls: a few faces, well drawn, again and again.",
    empty=NOT_MEASURED,
    kept=1.2,
    sparse=True,
)
KID = Chart(
    "kidPlot",
    "KID, on random features",
    (Series("kid", "KID", "accent_text"), Series("real_kid", "Real pictures", "muted", dashed=True)),
    "The kernel distance between real and generated pictures; 0 is no difference, and the dashed line is "
    "what two sets of real pictures show. Published figures use another network, so compare only runs on "
    "the same pictures with each other. " + MEASURED_WITH,
    "It falls quickly at first, then slowly.",
    "It rises over several measurements: the faces get worse. The best checkpoint is from before that.",
    empty=NOT_MEASURED,
    kept=0.0,
    sparse=True,
    read=short,
)
FID = Chart(
    "fidPlot",
    "FID",
    (Series("fid", "FID", "accent_text"),),
    "The Frechet distance on Inception's features, from {count} real and {count} generated pictures; lower "
    "is better. With so few pictures it is higher than published figures, which take 50,000.",
    "It falls quickly at first, then slowly.",
    "It rises over several measurements: the faces get worse.",
    empty=NOT_MEASURED,
    kept=10.0,
    sparse=True,
    read="{:.1f}".format,
)
ACCURACY = Chart(
    "accuracyPlot",
    "Discriminator's accuracy",
    (Series("d_real_accuracy", "Real", "plot_real"), Series("d_fake_accuracy", "Fake", "plot_fake")),
    "The share of real pictures that the discriminator takes for real, and of generated ones that it takes "
    "for generated, before its update.",
    "Both between .6 and .95: right more often than not, and often mistaken.",
    "Both at 1 for long: it is never fooled, so the generator is not told what to do better. One at 1 and "
    "the other at 0: it calls everything the same.",
    fixed=(0.0, 1.0),
)
GRADIENTS = Chart(
    "gradientPlot",
    "Gradient norms",
    (Series("d_grad_norm", "Discriminator", "plot_real"), Series("g_grad_norm", "Generator", "plot_fake")),
    "How hard each step pulls at the weights: the length of all of a network's gradients together.",
    "About the same height for a long time, with spikes.",
    "The generator's falls to nearly 0: it no longer learns. Or one climbs without end: the training is "
    "about to break.",
    read=short,
)
RATES = Chart(
    "ratePlot",
    "Learning rates",
    (Series("d_lr", "Discriminator", "plot_real"), Series("g_lr", "Generator", "plot_fake")),
    "How long the steps are that each network's optimiser takes.",
    "Level; they change only where somebody changes them, at the marks.",
    "Far above 0.001, DCGANs seldom stay stable.",
    kept=0.0,
    read=in_figures,
    level=True,
)
SPEED = Chart(
    "speedPlot",
    "Speed",
    (Series("images_per_s", "Pictures/s", "accent_text"),),
    "Real pictures that are learned from in a second.",
    "Level, with short dips where faces are drawn, quality is measured or a checkpoint is saved.",
    "It falls and stays low: other programs are at work, or the machine is too hot or short of memory.",
    read=short,
    zero_is_unknown=True,
)
MEMORY = Chart(
    "memoryPlot",
    "Memory",
    (Series("memory_mib", "MiB", "accent_text"),),
    "The most that was held so far: on a GPU by the training, else by the whole program.",
    "Level after the first steps; on a CPU it may grow while you explore.",
    "It climbs on and on towards all that the machine has.",
    kept=100.0,
    read="{:,.0f}".format,
    level=True,
)

OVERVIEW = (LOSSES, SCORES, COVERAGE)
QUALITY = (DENSITY, KID, FID)
DETAILS = (ACCURACY, GRADIENTS, RATES, SPEED, MEMORY)
CHARTS: Sequence[Chart] = (*OVERVIEW, *QUALITY, *DETAILS)
