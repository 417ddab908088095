import pytest

from core.budget import FIRST_S, FIRST_STEP, Budget


def measured(budget: Budget, trains_s: float, cost_s: float, first_s: float) -> list[float]:
    """When a run of so many seconds, with a step every .1 s, is measured."""
    now, step, found = 0.0, 0, []
    while now < trains_s:
        now, step = now + 0.1, step + 1
        if budget.allows(step, now):
            found.append(now)
            cost = cost_s if len(found) > 1 else first_s
            now += cost
            budget.spend(cost)
    return found


@pytest.mark.parametrize(("cost", "first"), [(0.3, 0.8), (3.0, 5.8), (11.5, 14.6)])
def test_three_hundredths_of_an_hour_are_spent_at_most(cost: float, first: float) -> None:
    found = measured(Budget(0), 3600, cost, first)
    assert 0.02 * 3600 < first + cost * (len(found) - 1) <= 0.03 * 3600


@pytest.mark.parametrize(("cost", "first"), [(0.3, 0.8), (3.0, 5.8), (11.5, 23.0)])
def test_once_the_first_is_paid_for_no_more_than_the_share_is_spent(cost: float, first: float) -> None:
    found = measured(Budget(0), 3600, cost, first)
    assert found[1] >= first / 0.03
    for count, at in enumerate(found[1:], 2):
        assert first + cost * (count - 1) <= 0.03 * (at + cost) * 1.01


def test_a_few_minutes_are_measured_several_times() -> None:
    """With what a measurement of 1,024 pictures takes a small network on one core."""
    found = measured(Budget(0), 300, 3.0, 5.8)
    assert len(found) >= 2
    assert found[0] == pytest.approx(FIRST_S, abs=0.2)


def test_the_noise_of_a_slow_machines_first_steps_is_not_measured() -> None:
    """A step of .9 s comes to 22 steps in the first 20 s."""
    allowed = [step for step in range(1, 200) if Budget(0).allows(step, 0.9 * step)]
    assert allowed[0] == FIRST_STEP
    assert Budget(0).allows(5_000, FIRST_S), "a resumed run has been through them"


def test_what_a_training_ends_with_is_measured_unless_it_was_short() -> None:
    budget = Budget(0)
    budget.spend(1_000)
    assert budget.allows_last(FIRST_STEP, FIRST_S)
    assert not budget.allows_last(FIRST_STEP, FIRST_S - 1)
    assert not budget.allows_last(FIRST_STEP - 1, FIRST_S)
    assert not Budget(50).allows_last(FIRST_STEP, FIRST_S), "fixed steps are those and no others"


def test_fixed_steps_take_no_account_of_time() -> None:
    budget = Budget(4)
    assert [step for step in range(1, 13) if budget.allows(step, 0.0)] == [4, 8, 12]
    budget.spend(100)
    assert budget.allows(16, 102)
