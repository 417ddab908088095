"""The run folder: create, open, list, append to, and keep others out while it is being written."""

import json
import os
import platform
import re
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import filelock
import platformdirs

from core import knobs
from core.commit import put, unwritable
from core.config import Config, parse
from core.errors import ConfigError, RunError
from core.journal import Row, in_force, last_line, now, read_lines, segments

SCHEMA = 1
State = Literal["running", "finished", "stopped", "failed", "interrupted", "new"]
# What weights, pictures and the count of epochs are made of, and a resume therefore cannot change.
FIXED = (
    "size",
    "color",
    "crop",
    "latent_dim",
    "g_features",
    "d_features",
    "g_extra",
    "g_biases",
    "d_spectral_norm",
    "d_batch_norm",
    "batch_size",
)
# What else is learned follows from. A run that has begun keeps it, for nothing tells the step of a change.
SETTLED = ("loss", "gp", "d_dropout", "beta1", "beta2", "ema_half_life", "seed")
# The events that a run's state follows from; others (knob, alarm, memory) only tell what it went through.
LIFE = ("started", "resumed", "paused", "returned", "stopped", "failed", "finished")
AT_REST = ("new", "stopped", "failed", "finished")  # of LIFE
SILENT_S = 600  # a training on another machine that has not been heard of for so long may have been killed
SAMPLE_NAME = re.compile(r"(\d{9})\.png")
GENERATOR_NAME = re.compile(r"gen-(\d{9})-([0-9a-f]{16})\.safetensors")
CHECKPOINT_NAME = re.compile(r"ckpt-(\d{9})-([0-9a-f]{16})\.safetensors")


@dataclass(frozen=True, slots=True)
class Run:
    folder: Path
    id: str
    created: str  # ISO 8601, UTC
    config: Config
    preset: str | None
    source: str  # `core.data.sources.open_source` takes it
    source_digest: str
    environment: dict[str, str]

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def checkpoint_folder(self) -> Path:
        return self.folder / "checkpoints"

    @property
    def sample_folder(self) -> Path:
        return self.folder / "samples"

    @property
    def generator_folder(self) -> Path:
        return self.folder / "generators"

    @property
    def latent_folder(self) -> Path:
        """Favourites and directions."""
        return self.folder / "latent"

    def samples(self) -> list[tuple[int, Path]]:
        """(step, PNG) of every kept grid, by step: sqrt(sample_count) rows and columns, no spacing."""
        return numbered(self.sample_folder, SAMPLE_NAME)

    def checkpoints(self) -> list[tuple[int, Path]]:
        """(step, file) of every checkpoint, by step; whether one verifies is found when it is opened."""
        return numbered(self.checkpoint_folder, CHECKPOINT_NAME)

    def earlier_generators(self) -> list[tuple[int, Path]]:
        """(step, file) of every generator that outlived its checkpoint, by step."""
        return numbered(self.generator_folder, GENERATOR_NAME)

    def generators(self) -> list[tuple[int, Path]]:
        """(step, file) of every moment that can be explored, by step: earlier generators and checkpoints."""
        whole = self.checkpoints()
        steps = {step for step, _ in whole}
        return sorted([each for each in self.earlier_generators() if each[0] not in steps] + whole)

    def metrics(self) -> list[dict[str, Any]]:
        """The numbers of every logged step; where steps were repeated, the repeated ones."""
        groups = ((int(path.stem), read_lines(path)) for path in segments(self.folder))
        return in_force(groups, self.events())

    def measures(self) -> list[dict[str, Any]]:
        """The fields of every `core.events.Measured`, by step; the repeated ones where steps were."""
        rows = read_lines(self.folder / "measures.jsonl")
        groups = [(row.pop("segment", 0), [row]) for row in rows]
        return in_force(groups, self.events())

    def events(self) -> list[dict[str, Any]]:
        return read_lines(self.folder / "events.jsonl")

    def best_checkpoint(self) -> tuple[int, Path] | None:
        """(step, file) of the checkpoint that is best by its measures; None if there is none (any more)."""
        try:
            name = json.loads((self.folder / "best.json").read_text("utf-8"))["checkpoint"]
            match = CHECKPOINT_NAME.fullmatch(name)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        path = self.checkpoint_folder / name
        return (int(match[1]), path) if match and path.is_file() else None


@dataclass(frozen=True, slots=True)
class RunSummary:
    run: Run
    state: State
    step: int
    epoch: int
    modified: float  # seconds since 1970 of the last thing written
    thumbnail: Path | None  # the newest grid
    host: str = ""  # the other machine on which it trains by its journal, if it does; it may have been killed


def default_runs_folder() -> Path:
    """Where runs go unless told; the environment variable DCGAN_STUDIO_RUNS overrides it."""
    chosen = os.environ.get("DCGAN_STUDIO_RUNS")
    return Path(chosen) if chosen else platformdirs.user_documents_path() / "DCGAN Studio"


def new_run_folder(parent: Path, source_name: str, preset: str | None) -> Path:
    """An unused folder name that says what is in it: date, source, preset."""
    name = re.sub(r"\(.*?\)", "", source_name)  # "Built-in cartoons (4,096)": the count is in run.json
    words = re.sub(r"[^\w.-]+", " ", f"{name} {preset or ''}").strip()[:60]
    stem = f"{datetime.now():%Y-%m-%d} {words}"
    return next(
        folder
        for count in range(1, 10_000)
        if not (folder := parent / (stem if count == 1 else f"{stem} {count}")).exists()
    )


def create(
    folder: Path,
    config: Config,
    *,
    source: str,
    source_digest: str,
    preset: str | None = None,
    ahead: Sequence[Row] = (),
) -> Run:
    """A new run folder. Raises RunError if the folder is in use or cannot be made.

    ahead: events of steps to come; they are on the disk before the folder is a run.
    """
    if (folder / "run.json").exists():
        raise RunError(f"{folder} already holds a run. Resume it, or choose another folder.")
    run = Run(
        folder=folder.absolute(),
        id=uuid.uuid4().hex,
        created=now(),
        config=config,
        preset=preset,
        source=source,
        source_digest=source_digest,
        environment=_environment(),
    )
    try:
        for part in (run.sample_folder, run.checkpoint_folder, folder / "metrics", folder / "exports"):
            part.mkdir(parents=True, exist_ok=True)
        if ahead:
            lines = "".join(json.dumps(row) + "\n" for row in ahead)
            put(folder / "events.jsonl", lambda file: file.write(lines.encode()))
        _write(run)
    except OSError as error:
        raise RunError(f"{folder} cannot hold a run: {error.strerror}. Choose another folder.") from error
    return run


def open_run(folder: Path) -> Run:
    """The run in a folder. Raises RunError if there is none or it cannot be read."""
    path = folder / "run.json"
    try:
        data = json.loads(path.read_text("utf-8"))
        if data["schema"] > SCHEMA:
            raise RunError(
                f"{folder} was written by a newer version of this program. Update it to open the run."
            )
        return Run(
            folder=folder.absolute(),
            id=data["id"],
            created=datetime.fromisoformat(data["created"]).isoformat(timespec="milliseconds"),
            config=parse(data["config"]),
            preset=data["preset"],
            source=data["source"]["path"],
            source_digest=data["source"]["digest"],
            environment=data["environment"],
        )
    except FileNotFoundError:
        raise RunError(f"{folder} holds no run (there is no run.json). Choose another folder.") from None
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}.") from error
    except (KeyError, TypeError, ValueError, ConfigError) as error:
        raise RunError(f"{path} is damaged: {error}. Restore it, or start a new run.") from error


def change(run: Run, config: Config, *, source: str | None = None, source_digest: str | None = None) -> Run:
    """The run with other settings or pictures from its next resume on. Raises RunError if they do not fit."""
    check_change(run, config)
    with locked(run):
        changed = replace(
            run,
            config=config,
            source=source or run.source,
            source_digest=source_digest or run.source_digest,
        )
        try:
            _write(changed)
        except OSError as error:
            raise RunError(str(unwritable(run.folder / "run.json", error))) from error
    return changed


def check_change(run: Run, config: Config) -> None:
    """Raises RunError if a resume cannot take over these settings."""
    for name in FIXED:
        if getattr(config, name) != getattr(run.config, name):
            raise RunError(f"{name} cannot change within a run. Start a new run for another {name}.")
    if run.events():  # begun: run.json says what it began with, its journal what was turned when
        for name in knobs.LIVE:
            if getattr(config, name) != getattr(run.config, name):
                raise RunError(f"{name} changes while the run trains. Resume it and turn {name} then.")
        for name in SETTLED:
            if getattr(config, name) != getattr(run.config, name):
                raise RunError(f"{name} cannot change in a run that has begun. Start a new run for it.")


def list_runs(parent: Path) -> list[RunSummary]:
    """The runs in a folder, last written first. Folders that hold no readable run are left out."""
    found = []
    for folder in parent.iterdir() if parent.is_dir() else []:
        if (folder / "run.json").is_file():
            try:
                found.append(summarise(open_run(folder)))
            except (RunError, OSError, KeyError, TypeError, ValueError):
                continue  # damaged, or deleted while it was read; the others matter no less
    return sorted(found, key=lambda summary: summary.modified, reverse=True)


def summarise(run: Run) -> RunSummary:
    """What a list of runs shows of one."""
    events = run.events()
    new: dict[str, Any] = {"event": "new", "step": 0}
    last = next((row for row in reversed(events) if row["event"] in LIFE), new)
    under_way = last["event"] not in AT_REST
    began = next((row for row in reversed(events) if "host" in row), new)
    host = elsewhere(began) if under_way else ""
    files = segments(run.folder)
    newest = last_line(files[-1]) if files else None
    returned = next((row for row in reversed(events) if row.get("event") == "returned"), None)
    if returned and newest and returned["segment"] > int(files[-1].stem):
        newest = None  # what came after the checkpoint is void, and nothing has been written since
    known = [row for row in (newest, last) if row and "epoch" in row]
    furthest = max(known, key=lambda row: int(row["step"]), default={"epoch": 0})
    samples = run.samples()
    modified = max(
        path.stat().st_mtime
        for path in (run.folder / "run.json", run.folder / "events.jsonl", *files[-1:])
        if path.exists()
    )
    return RunSummary(
        run=run,
        state=_state(run, last["event"], modified, host),
        step=max(last["step"], newest["step"] if newest else 0),
        epoch=furthest["epoch"],
        modified=modified,
        thumbnail=samples[-1][1] if samples else None,
        host=host,
    )


def is_running(run: Run) -> bool:
    """Whether some program on this machine, perhaps this one, holds the run's lock."""
    return lock_state(run) == "held"


def lock_state(run: Run) -> Literal["held", "free", "unknown"]:
    """Whether a program on this machine writes to the run; unknown where this one may not."""
    if not (run.folder / ".lock").exists():
        return "free"
    try:
        with filelock.FileLock(run.folder / ".lock", timeout=0):
            return "free"
    except filelock.Timeout:
        return "held"
    except OSError:  # a read-only copy of a run, or somebody else's run
        return "unknown"


def elsewhere(row: Mapping[str, Any]) -> str:
    """The machine that a "started" or "resumed" event names, if it is another; its lock is not seen here."""
    host = str(row.get("host", ""))
    return "" if host == platform.node() else host


@contextmanager
def locked(run: Run) -> Iterator[None]:
    """Keep every other writer out. Raises RunError if one is there already."""
    try:
        # A moment's patience, because `is_running` holds the lock for an instant.
        with filelock.FileLock(run.folder / ".lock", timeout=1):
            yield
    except filelock.Timeout:
        raise RunError(f"{run.name} is being trained by another program. Stop it there first.") from None
    except PermissionError as error:
        raise RunError(f"{run.folder} cannot be written. Copy the run to a folder of yours.") from error


def _state(run: Run, last_event: str, modified: float, host: str) -> State:
    lock = lock_state(run)
    if lock == "held":
        return "running"
    match last_event:
        case "finished" | "stopped" | "failed" | "new":
            return last_event
        case _:
            unseen = host or lock == "unknown"
            return "running" if unseen and time.time() - modified < SILENT_S else "interrupted"


def _write(run: Run) -> None:
    data = {
        "schema": SCHEMA,
        "id": run.id,
        "created": run.created,
        "preset": run.preset,
        "source": {"path": run.source, "digest": run.source_digest},
        "config": run.config.model_dump(),
        "environment": run.environment,
    }
    text = json.dumps(data, indent=2) + "\n"
    put(run.folder / "run.json", lambda file: file.write(text.encode()))


def _environment() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        **{name: version(name) for name in ("torch", "numpy", "pillow")},
    }


def numbered(folder: Path, pattern: re.Pattern[str]) -> list[tuple[int, Path]]:
    """(step, path) of the files whose name fits, by step; nothing is opened."""
    if not folder.is_dir():
        return []
    named = ((pattern.fullmatch(path.name), path) for path in folder.iterdir())
    return sorted((int(match[1]), path) for match, path in named if match)
