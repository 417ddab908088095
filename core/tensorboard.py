"""Curves as TensorBoard reads them."""

import hashlib
import math
import shutil
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from core.commit import commit, unwritable
from core.curves import NUMBERS, Curves
from core.errors import Cancelled
from core.runs import Run

_VERSION = "brain.Event:2"  # what every event file begins with
_TOLD_EVERY = 500  # steps: 30 ms
_GROUPS = {each.name: each.group for each in NUMBERS}


def event_file(folder: Path, run: Run) -> Path:
    """Where a run's curves go in a folder that `tensorboard --logdir` is given: the same file each time."""
    began = int(datetime.fromisoformat(run.created).timestamp())
    own = hashlib.sha256(run.id.encode()).hexdigest()[:12]
    return folder / run.name / f"events.out.tfevents.{began}.{own}"


def save_events(
    folder: Path,
    run: Run,
    curves: Curves,
    *,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Path:
    """Write a run's curves as an event file in a folder of its own below `folder`; the file comes back.

    Its times are those of training, without pauses, as TensorBoard's "relative" axis shows. What is exported
    again takes the earlier file's place. `progress` is told (steps done, of how many). Raises StudioError,
    Cancelled, which leaves nothing behind.
    """
    # tensorboardX brings along torch, and is the part of TensorBoard that writes: 90 KB, where the whole
    # program is 20 MB. Its SummaryWriter would write in a thread that keeps a full disk to itself.
    from tensorboardX.proto.event_pb2 import Event
    from tensorboardX.proto.summary_pb2 import Summary
    from tensorboardX.record_writer import RecordWriter

    path = event_file(folder, run)
    began = datetime.fromisoformat(run.created).timestamp()
    columns = {name: values for name, values in curves.columns.items() if name not in ("seconds", "count")}
    tags = {name: f"{_GROUPS.get(name, 'more')}/{name}" for name in columns}
    try:
        with tempfile.TemporaryDirectory() as place:
            whole = Path(place) / "events"
            with closing(RecordWriter(str(whole))) as writer:
                writer.write(Event(wall_time=began, file_version=_VERSION).SerializeToString())
                for row, (step, seconds) in enumerate(zip(curves.steps, curves.seconds, strict=True)):
                    if row % _TOLD_EVERY == 0:
                        if cancelled and cancelled():
                            raise Cancelled("Writing the curves was cancelled.")
                        if progress:
                            progress(row, len(curves.steps))
                    values = [
                        Summary.Value(tag=tags[name], simple_value=value)
                        for name, numbers in columns.items()
                        if not math.isnan(value := float(numbers[row]))
                    ]
                    time = began + (0.0 if math.isnan(seconds) else float(seconds))
                    event = Event(wall_time=time, step=int(step), summary=Summary(value=values))
                    writer.write(event.SerializeToString())
            with whole.open("rb") as made:
                commit(path, lambda file: shutil.copyfileobj(made, file))
    except OSError as error:
        raise unwritable(path, error) from error
    return path
