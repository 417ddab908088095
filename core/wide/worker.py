"""What the processes beside the first one do: they obey its orders (`core.wide.orders`)."""

from collections.abc import Callable, Mapping
from typing import Any

import torch

from core import knobs, memory
from core.config import parse
from core.data.batches import Batches
from core.data.cache import PictureCache
from core.devices import Precision
from core.engine import Engine
from core.trainee import Trainee
from core.wide.world import Group

Prepare = Callable[[Mapping[str, Any]], PictureCache]  # by what the order "pictures" says


def work(world: Group, device: torch.device, prepare: Prepare) -> None:
    """Obey until the end. Raises LostError, and whatever a step raises but a full memory."""
    torch.backends.cudnn.deterministic = True
    trainee: Trainee | None = None
    engine: Engine | None = None
    while True:
        match world.obey():
            case {"order": "pictures", **settings}:
                cache = prepare(settings)
            case {"order": "take over", **facts}:
                trainee = engine = None  # before there are others
                memory.release(device)
                trainee = _take_over(world, device, facts)
                precision: Precision = facts["precision"]
                config = trainee.config
                batches = Batches(cache.pictures, config.batch_size, config.seed)
                engine = Engine(batches, device, precision, world)
            case {"order": "step", "step": step, "parts": parts, "turned": turned}:
                assert trainee is not None
                assert engine is not None
                if turned:
                    trainee.apply(knobs.turned(trainee.config, turned))
                numbers = engine.step(trainee, step, parts)
            case {"order": "numbers"}:
                assert numbers is not None
                world.add_up([numbers])
            case {"order": "end"}:
                return


def _take_over(world: Group, device: torch.device, facts: Mapping[str, Any]) -> Trainee:
    trainee = Trainee(parse(facts["config"]), device, facts["images"])
    trainee.load(world.take(facts["tensors"]))
    return trainee
