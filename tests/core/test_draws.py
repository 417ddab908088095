import numpy as np

from core import draws


def test_a_draw_depends_on_its_name_alone() -> None:
    first = draws.normal(3, "z", 7, 4, 5)
    draws.stream(3, "z", 6).random(1000)
    assert np.array_equal(first, draws.normal(3, "z", 7, 4, 5))
    for other in (
        draws.normal(4, "z", 7, 4, 5),
        draws.normal(3, "fixed", 7, 4, 5),
        draws.normal(3, "z", 8, 4, 5),
    ):
        assert not np.array_equal(first, other)


def test_row_i_does_not_depend_on_the_number_of_rows() -> None:
    assert np.array_equal(draws.normal(0, "z", 1, 64, 100)[:9], draws.normal(0, "z", 1, 9, 100))


def test_normal_numbers_are_standard() -> None:
    numbers = draws.normal(0, "z", 0, 1000, 100)
    assert abs(numbers.mean()) < 0.02
    assert abs(numbers.std() - 1) < 0.02
    assert numbers.dtype == np.float32


def test_a_permutation_holds_every_index_once() -> None:
    order = draws.permutation(0, "shuffle", 1, 500)
    assert sorted(order) == list(range(500))
    assert not np.array_equal(order, draws.permutation(0, "shuffle", 2, 500))
