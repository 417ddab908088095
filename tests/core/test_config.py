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
        ({"size": 65}, "size: 65"),
        ({"batch_size": "many"}, "batch_size: 'many'"),
        ({"g_lr": -1}, "greater than 0"),
        ({"g_lr": float("nan")}, "finite"),
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
