import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from torch import nn

from core.bench import ours, training, tutorial
from core.bench.asking import Ask
from core.bench.plan import Plan, recipe
from core.budget import SHARE
from core.config import Config
from core.errors import ConfigError
from core.models import build_discriminator, build_generator
from core.runs import open_run


def test_the_tutorials_networks_are_those_of_the_default_settings() -> None:
    def shapes(network: nn.Module) -> list[tuple[int, ...]]:
        return [tuple(each.shape) for each in network.parameters()]

    g, d = tutorial.generator(64, 100, 64), tutorial.discriminator(64, 64)
    assert shapes(g) == shapes(build_generator(Config()))
    assert shapes(d) == shapes(build_discriminator(Config()))
    assert sum(each.numel() for each in g.parameters()) == 3_576_704


def test_both_sides_are_given_the_same_in_turn(
    plan: Plan, pictures: Path, prepared: Path, tmp_path: Path
) -> None:
    asked: list[tuple[str, dict[str, Any]]] = []

    def ask(module: str, request: Mapping[str, object], title: str) -> dict[str, Any]:
        asked.append((module, dict(request)))
        found: dict[str, Any] = importlib.import_module(module).measure(dict(request))
        return found

    facts = training.compare(plan, pictures, prepared, tmp_path / "runs", ask)
    assert [module for module, _ in asked] == ["core.bench.tutorial", "core.bench.ours"] * 2
    theirs, mine = asked[0][1], asked[1][1]["config"]
    for name in ("size", "latent_dim", "g_features", "d_features", "batch_size"):
        assert theirs[name] == mine[name]
    rounds = facts["rounds"]
    ratios = [
        one["images_per_s"] / other["images_per_s"]
        for one, other in zip(rounds["ours"], rounds["tutorial"], strict=True)
    ]
    assert facts["ratio"] == pytest.approx(sum(ratios) / 2, abs=1e-3)
    assert facts["spread"]["ratio"]["least"] == pytest.approx(min(ratios), abs=1e-3)
    assert facts["memory_mib"]["ours"]["process"] > 50


def test_ours_bears_its_reporting(plan: Plan, prepared: Path, tmp_path: Path) -> None:
    config = plan.config.replace(sample_every=4, checkpoint_every=6, sample_count=16)
    request = {"cache": str(prepared), "run": str(tmp_path / "run"), "config": config.model_dump()}
    found = ours.measure(request | {"device": "cpu", "warmup_s": 0.0, "seconds": 0.3})
    reporting = found["reporting_s"]
    assert found["grid_s"] > 0
    assert found["checkpoint_s"] > 0
    assert reporting["grids"] == found["grid_s"] / 4
    assert reporting["checkpoints"] == found["checkpoint_s"] / 6
    whole = found["step_s"] + sum(reporting.values())
    assert reporting["measuring"] == pytest.approx(SHARE * whole)
    assert found["images_per_s"] == pytest.approx(config.batch_size / whole)
    run = open_run(tmp_path / "run")
    assert len(run.metrics()) >= found["steps"] > 1
    assert run.checkpoints()
    assert run.samples()


def test_a_steps_parts_add_up(plan: Plan, prepared: Path, ask: Ask) -> None:
    found = training.take_apart(plan, prepared, ask)
    parts = [found[f"{name}_ms"] for name in ("data", "d", "g", "optimiser")]
    assert min(parts) > 0
    assert sum(parts) == pytest.approx(found["whole_ms"], rel=0.5)  # each is a median of its own


def test_a_setting_that_the_tutorial_has_not_is_refused() -> None:
    with pytest.raises(ConfigError, match="d_spectral_norm cannot be changed in a comparison"):
        recipe({"d_spectral_norm": True})
    with pytest.raises(ConfigError, match="batch_size"):
        recipe({"batch_size": 0})
