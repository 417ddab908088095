import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path
from random import Random

import pytest
import torch

from core import checkpoints, runs
from core.checkpoints import Checkpoint
from core.config import Config
from core.errors import RunError
from core.models import build_generator
from core.runs import CHECKPOINT_NAME, Run, numbered

SMALL = Config(size=32, latent_dim=16, g_features=4)
ROOT = Path(__file__).parents[2]

SAVE_LOOP = """
import sys
from pathlib import Path
import torch
from core import checkpoints, retention, runs
from core.checkpoints import Checkpoint
from core.config import Config
run = runs.open_run(Path(sys.argv[1]))
step = int(sys.argv[2])
print("ready", flush=True)
while True:
    step += 1
    tensors = {"G/weight": torch.full((200_000,), float(step)), "EMA/weight": torch.ones(50_000)}
    checkpoints.save(run.checkpoint_folder, Checkpoint(step, 0.0, Config(), tensors))
    retention.prune(run)
"""


def _run(folder: Path) -> Run:
    config = SMALL.replace(keep_checkpoints=3)
    return runs.create(folder, config, source="cartoons:8", source_digest="0" * 64)


def at_step(step: int) -> Checkpoint:
    tensors = {
        f"{kind}/{name}": tensor
        for kind in ("G", "EMA")
        for name, tensor in build_generator(SMALL).state_dict().items()
    }
    return Checkpoint(step, 1.5 * step, SMALL, tensors | {"optG/0/step": torch.tensor(float(step))})


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    saved = at_step(500)
    path = checkpoints.save(tmp_path, saved)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    assert path.name == f"ckpt-000000500-{digest}.safetensors"
    loaded = checkpoints.load(path)
    assert (loaded.step, loaded.seconds, loaded.config) == (500, 750.0, SMALL)
    assert loaded.tensors.keys() == saved.tensors.keys()
    assert all(torch.equal(loaded.tensors[name], tensor) for name, tensor in saved.tensors.items())
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("damage", ["flipped bit", "torn", "empty", "gone"])
def test_a_damaged_file_gives_way_to_the_next_older_one(tmp_path: Path, damage: str) -> None:
    older, newest = (checkpoints.save(tmp_path, at_step(step)) for step in (1, 2))
    assert checkpoints.latest(tmp_path) == newest
    data = bytearray(newest.read_bytes())
    match damage:
        case "flipped bit":
            data[len(data) // 2] ^= 1
            newest.write_bytes(data)
        case "torn":
            newest.write_bytes(data[:-100])
        case "empty":
            newest.write_bytes(b"")
        case "gone":
            newest.unlink()
    assert checkpoints.latest(tmp_path) == older
    with pytest.raises(RunError, match="damaged"):
        checkpoints.load(newest)


def test_a_stranger_is_refused(tmp_path: Path) -> None:
    stranger = tmp_path / "weights.safetensors"
    stranger.write_bytes(b"\x80\x04not a checkpoint")
    with pytest.raises(RunError, match="not a checkpoint of this program"):
        checkpoints.load(stranger)
    with pytest.raises(RunError):
        checkpoints.load(tmp_path / "missing.safetensors")


def test_numbers_that_are_not_finite_are_never_the_newest(tmp_path: Path) -> None:
    good = checkpoints.save(tmp_path, at_step(1))
    bad = at_step(2)
    bad.tensors["G/layers.0.weight"][0] = float("nan")
    with pytest.raises(RunError, match=r"Step 2 was not saved: G/layers.0.weight"):
        checkpoints.save(tmp_path, bad)
    assert checkpoints.latest(tmp_path) == good


def test_damaged_files_are_set_aside_and_never_crowd_out_good_ones(tmp_path: Path) -> None:
    good = checkpoints.save(tmp_path, at_step(1))
    for step in (2, 3, 4, 5):
        checkpoints.save(tmp_path, at_step(step)).write_bytes(b"torn")
    assert checkpoints.set_aside_damaged(tmp_path) == good
    assert checkpoints.latest(tmp_path) == good
    assert len(list(tmp_path.glob("*.damaged"))) == 4
    newer = checkpoints.save(tmp_path, at_step(2))
    assert [path for _, path in numbered(tmp_path, CHECKPOINT_NAME)] == [good, newer]


def test_a_run_whose_checkpoints_are_all_damaged_does_not_begin_anew(tmp_path: Path) -> None:
    checkpoints.save(tmp_path, at_step(1)).write_bytes(b"torn")
    with pytest.raises(RunError, match="None of the checkpoints"):
        checkpoints.set_aside_damaged(tmp_path)
    assert len(numbered(tmp_path, CHECKPOINT_NAME)) == 1


def test_too_little_free_disk_is_said_before_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = checkpoints.save(tmp_path, at_step(1))
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9 - 1000, 1000))
    with pytest.raises(RunError, match=r"disk is full.*Older checkpoints are intact"):
        checkpoints.save(tmp_path, at_step(2))
    assert checkpoints.latest(tmp_path) == good


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file size limits per process")
def test_a_write_that_breaks_off_leaves_the_older_checkpoint(tmp_path: Path) -> None:
    """A real failing write, by a limit on file sizes in a child process."""
    folder = _run(tmp_path).checkpoint_folder
    good = checkpoints.save(folder, at_step(1))
    limited = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
    )
    child = subprocess.run(
        [sys.executable, "-c", limited + SAVE_LOOP, str(tmp_path), "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert "RunError: Step 2 was not saved" in child.stderr
    assert checkpoints.latest(folder) == good
    assert sorted(path.name for path in folder.iterdir()) == [good.name]


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a POSIX signal")
def test_kill_9_in_a_save_loop_never_tears_the_newest(tmp_path: Path) -> None:
    """At random moments, KILLS times (6 unless the environment says more)."""
    folder = _run(tmp_path).checkpoint_folder
    random = Random(0)
    newest = 0
    for _ in range(int(os.environ.get("KILLS", "6"))):
        child = subprocess.Popen(
            [sys.executable, "-c", SAVE_LOOP, str(tmp_path), str(newest)], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        time.sleep(random.uniform(0.05, 0.4))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        found = numbered(folder, CHECKPOINT_NAME)
        assert all(checkpoints.verify(path) for _, path in found), "a torn file bears a checkpoint's name"
        latest = checkpoints.latest(folder)
        if latest is None:  # killed before the very first commit
            assert newest == 0
            continue
        loaded = checkpoints.load(latest)
        assert loaded.step >= newest, "a step that was committed is gone"
        assert loaded.tensors["G/weight"][0] == loaded.step
        newest = loaded.step
    assert newest > 0
