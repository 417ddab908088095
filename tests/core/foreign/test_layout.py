"""What does not fit is named layer by layer. Shapes suffice: no file is needed."""

from collections.abc import Callable

import pytest

from core.foreign.claims import Claim, Storage, claim, in_order
from core.foreign.layout import find_generator
from core.foreign.refusal import Refusal

Shapes = dict[str, tuple[int, ...]]


def claims(shapes: Shapes, kind: str = "float32") -> dict[tuple[str, ...], Claim]:
    made = {}
    for name, shape in shapes.items():
        count = 1
        for side in shape:
            count *= side
        made[(name,)] = claim(Storage(name, kind, count), 0, shape, in_order(shape))
    return made


def shapes(latent: int = 100, widths: tuple[int, ...] = (64, 32, 16, 8), channels: int = 3) -> Shapes:
    found: Shapes = {}
    before = latent
    for index, wide in enumerate(widths):
        found[f"main.{3 * index}.weight"] = (before, wide, 4, 4)
        for name in ("weight", "bias", "running_mean", "running_var"):
            found[f"main.{3 * index + 1}.{name}"] = (wide,)
        found[f"main.{3 * index + 1}.num_batches_tracked"] = ()
        before = wide
    found[f"main.{3 * len(widths)}.weight"] = (before, channels, 4, 4)
    return found


def without(*endings: str) -> Callable[[Shapes], Shapes]:
    return lambda found: {name: shape for name, shape in found.items() if not name.endswith(endings)}


def with_shape(name: str, shape: tuple[int, ...]) -> Callable[[Shapes], Shapes]:
    return lambda found: found | {name: shape}


def test_a_generator_is_read_from_its_shapes() -> None:
    plan = find_generator(claims(shapes(128, (256, 128, 64, 32, 16), 1)))
    assert (plan.prefix, plan.latent_dim, plan.widths, plan.channels) == (
        "main",
        128,
        (256, 128, 64, 32, 16),
        1,
    )
    assert plan.biases == (False,) * 6
    assert plan.sources["layers.15.weight"] == ("main.15.weight",)
    assert not plan.ones
    assert not plan.zeros


def test_scales_that_are_missing_are_one() -> None:
    plan = find_generator(claims(without("1.weight", "4.bias")(shapes())))
    assert plan.ones == {"layers.1.weight": 64}
    assert plan.zeros == {"layers.4.bias": 32}


def test_sorted_names_are_put_in_the_order_of_their_numbers() -> None:
    found = shapes(widths=(64, 32, 16, 8, 8))
    plan = find_generator(claims(dict(sorted(found.items()))), sort=True)
    assert plan.widths == (64, 32, 16, 8, 8)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (with_shape("main.6.weight", (32, 16, 3, 3)),
         "layer 3 (main.6): transposed convolution 3x3 where 4x4 is needed"),
        (with_shape("main.6.weight", (24, 16, 4, 4)),
         "layer 3 (main.6): takes 24 channels where the layer before gives 32"),
        (with_shape("main.12.weight", (8, 4, 4, 4)),
         "layer 5 (main.12): gives 4 channels where pictures have 1 or 3"),
        (with_shape("main.3.bias", (7,)), "layer 2 (main.3): bias of 7 where 32 is needed"),
        (with_shape("main.4.weight", (33,)), "layer 2 (main.4): batch norm of 33 where 32 is needed"),
        (without("4.running_mean", "4.running_var"),
         "layer 2 (main.4): batch norm without running statistics"),
        (without(*(f"main.10.{name}" for name in ("weight", "bias", "running_mean", "running_var"))),
         "batch norms: 3 where 4 are needed"),
        (with_shape("main.20.weight", (10, 10)), "main.20: fully connected"),
        (with_shape("main.6.weight_u", (16,)), "layer 3 (main.6): weight_u has no place"),
        (with_shape("main.0.weight", (5000, 64, 4, 4)), "a latent size of 5,000 where at most 4,096"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(change: Callable[[Shapes], Shapes], problem: str) -> None:
    with pytest.raises(Refusal, match=r"^holds no DCGAN generator that fits under main: ") as caught:
        find_generator(claims(change(shapes())))
    assert any(problem in detail for detail in caught.value.details), caught.value.details
    assert caught.value.details[0] in str(caught.value)


def test_a_small_file_cannot_ask_for_gigabytes_of_activations() -> None:
    with pytest.raises(Refusal, match="take more memory than is drawn with"):
        find_generator(claims(shapes(4, (1, 1, 1, 1, 1, 1, 4096))))


def test_whole_numbers_are_no_weights() -> None:
    with pytest.raises(Refusal, match=r"weight holds int64 numbers where floats are needed"):
        find_generator(claims(shapes(), kind="int64"))


def test_the_part_that_is_meant_is_told_of() -> None:
    """A generator under its name is explained, whatever else lies beside it."""
    wrong = with_shape("main.6.weight", (32, 16, 5, 5))(shapes())
    both = {f"disc.{name}": shape for name, shape in shapes(3, (8, 8, 8), 1).items()}
    both |= {f"netG.{name}": shape for name, shape in wrong.items()}
    del both["disc.main.9.weight"]
    with pytest.raises(
        Refusal, match=r"under netG.main: layer 3 \(netG.main.6\): transposed convolution 5x5"
    ):
        find_generator(claims(both))


def test_the_same_numbers_do_not_serve_as_many_layers() -> None:
    row = (8, 8, 8, 8, 8, 8)
    found = claims(shapes(8, row, 3))
    one = Storage("0", "float32", 8 * 8 * 16)
    shared = {
        keys: claim(one, 0, each.shape, in_order(each.shape)) if len(each.shape) == 4 else each
        for keys, each in found.items()
    }
    with pytest.raises(Refusal, match="the same stored numbers as several layers"):
        find_generator(shared)
