"""How long a run trains."""

from dataclasses import dataclass

from core.config import Config


@dataclass(frozen=True, slots=True)
class Duration:
    """The last step or the last second of a run; one of the two is None."""

    steps: int | None
    seconds: float | None

    def is_over(self, step: int, seconds: float) -> bool:
        return (self.steps is not None and step >= self.steps) or (
            self.seconds is not None and seconds >= self.seconds
        )


def duration(config: Config, steps_per_epoch: int) -> Duration:
    match config.duration_unit:
        case "steps":
            return Duration(int(config.duration), None)
        case "epochs":
            return Duration(max(1, round(config.duration * steps_per_epoch)), None)
        case "minutes":
            return Duration(None, config.duration * 60)
