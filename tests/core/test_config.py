import pytest

from core.config import Config, field_info, parse
from core.errors import ConfigError
from core.presets import preset, presets


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


def test_presets_are_valid_and_named() -> None:
    assert [each.name for each in presets()] == ["quick", "tutorial"]
    tutorial = preset("tutorial").config
    assert (tutorial.batch_size, tutorial.g_lr, tutorial.beta1, tutorial.g_features) == (128, 2e-4, 0.5, 64)
    with pytest.raises(ConfigError, match="quick, tutorial"):
        preset("slow")
