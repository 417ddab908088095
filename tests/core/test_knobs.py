import pytest

from core import knobs
from core.config import Config
from core.errors import ConfigError


def knob(step: int, **changes: object) -> dict[str, object]:
    return {"event": "knob", "step": step, "changes": changes}


def returned(step: int, left: int, **changes: object) -> dict[str, object]:
    return {"event": "returned", "step": step, "left": left, "changes": changes}


def test_every_live_knob_is_a_setting() -> None:
    assert set(knobs.LIVE) <= set(Config.model_fields)


def test_changes_act_from_their_step_on() -> None:
    events = [{"event": "started", "step": 0}, knob(15, g_lr=1e-4), knob(30, d_lr=1e-5, g_lr=3e-4)]
    base = Config()
    assert knobs.config_at(base, events, 14) == base
    assert knobs.config_at(base, events, 15) == base.replace(g_lr=1e-4)
    assert knobs.config_at(base, events, 30) == base.replace(g_lr=3e-4, d_lr=1e-5)


def test_turning_a_knob_twice_before_a_step_is_one_change() -> None:
    assert knobs.history([knob(5, g_lr=1e-4, noise=0.1), knob(5, g_lr=2e-4)]) == [
        (5, {"g_lr": 2e-4, "noise": 0.1})
    ]


def test_what_lay_after_the_checkpoint_of_a_return_is_void() -> None:
    events = [knob(5, g_lr=1e-4), knob(9, d_lr=1e-4), knob(15, noise=0.1), returned(8, 20, g_lr=5e-5)]
    assert knobs.history(events) == [(5, {"g_lr": 1e-4}), (9, {"g_lr": 5e-5})]
    assert knobs.history([*events, knob(12, flip=True)])[-1] == (12, {"flip": True})
    assert knobs.history([knob(5, g_lr=1e-4), returned(8, 20)]) == [(5, {"g_lr": 1e-4})]


def test_what_a_return_was_made_with_outlives_the_next_one() -> None:
    first = [knob(350, noise=0.1), returned(300, 400, d_lr=1e-4)]
    assert knobs.history([*first, returned(300, 450, g_lr=5e-5)]) == [(301, {"d_lr": 1e-4, "g_lr": 5e-5})]
    assert knobs.history([*first, knob(320, d_lr=9e-4), returned(300, 450)]) == [(301, {"d_lr": 1e-4})]
    assert knobs.history([*first, returned(200, 450, d_lr=5e-5)]) == [(201, {"d_lr": 5e-5})]
    assert knobs.history([*first, returned(400, 450, g_lr=5e-5)]) == [
        (301, {"d_lr": 1e-4}),
        (401, {"g_lr": 5e-5}),
    ]


def test_a_resume_repeats_changes_unless_the_knob_is_turned_anew() -> None:
    """Killed after step 20, gone on from the checkpoint at 12: what was turned at 15 comes again at 15."""
    events = [knob(15, g_lr=1e-4, noise=0.1), {"event": "resumed", "step": 12}]
    assert knobs.history(events) == [(15, {"g_lr": 1e-4, "noise": 0.1})]
    assert knobs.history([*events, knob(13, g_lr=9e-4)]) == [(13, {"g_lr": 9e-4}), (15, {"noise": 0.1})]


def test_rows_that_are_no_changes_are_left_out() -> None:
    rows = [{"event": "knob", "step": 3}, {"event": "knob", "step": "3", "changes": {}}, {"step": 1}]
    assert knobs.history(rows) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"batch_size": 64}, "batch_size cannot change while a run trains"),
        ({"g_lr": -1}, "g_lr: -1 is too small"),
        ({"nonsense": 1}, "no setting called nonsense"),
    ],
)
def test_what_cannot_be_turned_says_why(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        knobs.turned(Config(), changes)
    with pytest.raises(ConfigError, match=words):
        knobs.config_at(Config(), [knob(3, **changes)], 3)
