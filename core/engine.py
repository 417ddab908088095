"""What takes the steps of a training: what they need to the device, both networks, the average."""

import torch
from torch import Tensor

from core import draws, memory
from core.data.batches import Batches
from core.data.feed import Feed
from core.devices import Precision
from core.models import update_average
from core.recording import Recorder, cuda_graph
from core.step import update
from core.trainee import Trainee
from core.wide.world import ALONE, World


class Engine:
    """Takes steps on a device, in a precision, as one of the processes that train together."""

    def __init__(
        self, batches: Batches, device: torch.device, precision: Precision, world: World = ALONE
    ) -> None:
        self.device, self.precision, self.world = device, precision, world
        self._feed = Feed(batches, device)
        self._recorder: Recorder | None = None

    def step(self, trainee: Trainee, step: int, parts: int = 1) -> Tensor | None:
        """One step, its batch in so many parts: its numbers (`core.step.update`), or this process's part.

        None if the memory was too small, here or in another process, the step half done.
        """
        config, rows = trainee.config, self.world.rows(trainee.config.batch_size)
        try:
            real = self._feed.batch(step, config.d_updates, rows)
            drawn = draws.normal(
                config.seed, "z", step, config.d_updates * config.batch_size, config.latent_dim
            ).reshape(config.d_updates, config.batch_size, -1)
            z = torch.from_numpy(drawn[:, rows]).flatten(0, 1).to(self.device)
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bf16"):
                numbers = self._update(trainee, real, z, step, parts)
            update_average(trainee.average, trainee.generator, config.ema_decay, step)
            self.world.check()
            return numbers
        except Exception as error:
            if not memory.is_short(error):
                raise
            self.world.admit(error)
        return None

    def release(self) -> None:
        """Give back the memory of a trainee that is no more."""
        self._recorder = None
        memory.release(self.device)

    def _update(self, trainee: Trainee, real: Tensor, z: Tensor, step: int, parts: int) -> Tensor:
        if self.device.type != "cuda" or self.world.size > 1:
            return update(trainee, real, z, step, parts, self.world)
        if self._recorder is None:
            self._recorder = Recorder(trainee, cuda_graph)
        return self._recorder.update(real, z, step, parts)
