import pytest

from core.config import Config, field_info, parse
from core.errors import ConfigError


def test_every_knob_explains_itself() -> None:
    for name in Config.model_fields:
        info = field_info(name)
        assert info.title
        assert info.description
        assert info.description.endswith(".")
        assert set(info.json_schema_extra) == {"group", "unit", "advanced"}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"size": 65}, r"size: 65 is not offered. Choose 32, 64, 128 or 256\."),
        ({"batch_size": "many"}, r"batch_size: many is not a whole number\."),
        ({"batch_size": 1}, r"batch_size: 1 is too small. Use 2 or more\."),
        ({"batch_size": 1.5}, r"batch_size: 1.5 is not a whole number\."),
        ({"g_lr": -1}, r"g_lr: -1 is too small. Use more than 0\."),
        ({"g_lr": 1}, r"g_lr: 1 is too large. Use 0.1 or less\."),
        ({"beta1": 1}, r"beta1: 1 is too large. Use less than 1\."),
        ({"g_lr": ""}, r"g_lr: no value is given\. Give one"),
        ({"flip": "perhaps"}, r"flip: perhaps is neither true nor false\."),
        ({"g_lr": float("nan")}, r"g_lr: nan is not a number\."),
        ({"colour": "rgb"}, "There is no setting called colour"),
        ({"duration": 1.5, "duration_unit": "steps"}, "whole numbers"),
    ],
)
def test_an_error_names_the_field(values: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        parse(values)
    assert "\n" not in str(caught.value)


def test_a_config_survives_its_plain_form() -> None:
    config = Config(size=128, flip=True)
    assert parse(config.model_dump()) == config
    assert config.replace(size=32).size == 32
    assert config.size == 128


@pytest.mark.parametrize(
    ("decay", "half_life"), [(0.999, 692.8), (0.995, 138.28), (0.9, 6.579), (0.5, 1), (0, 0)]
)
def test_the_decay_of_earlier_versions_is_read_as_a_half_life(decay: float, half_life: float) -> None:
    old = {name: value for name, value in Config().model_dump().items() if name != "ema_half_life"}
    config = parse(old | {"ema_decay": decay})
    assert config.ema_half_life == pytest.approx(half_life, rel=1e-4)
    assert config.ema_decay == decay, "a run that is resumed averages as before, bit for bit"
    assert "ema_decay" not in config.model_dump()
    assert Config().replace(ema_decay=decay) == config
    assert parse({"ema_decay": 1 - 1e-15}).ema_half_life == 1_000_000


def test_half_of_the_average_is_left_after_its_half_life() -> None:
    for half_life in (1.0, 10.0, 693.0):
        config = Config(ema_half_life=half_life)
        assert config.ema_decay**half_life == pytest.approx(0.5)
    assert Config(ema_half_life=0).ema_decay == 0
    with pytest.raises(ConfigError, match="no setting called ema_decay"):
        parse({"ema_decay": 1.5})
