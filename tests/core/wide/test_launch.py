"""Several processes under torchrun: whatever ends one of them ends all, and the run is safe."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from core import checkpoints, runs
from core.control import Control
from core.data.cache import PictureCache
from core.events import Step
from core.following.follow import follow
from core.wide.launch import failure, launch

TINY = ("size=32", "latent_dim=8", "g_features=4", "d_features=4", "batch_size=8", "sample_count=16")
SETTINGS = (*TINY, "log_every=1", "checkpoint_every=2", "sample_every=10000", "measure_every=10000")
NEW = ["--data", "cartoons:44", "--preset", "quick", "--steps", "100000", "--watchdog", "off"]
LEAST_STEPS = 6

pytestmark = pytest.mark.timeout(600)  # several programs start one after another


@contextmanager
def two_training(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], dict[int, psutil.Process]]]:
    """torchrun and its processes by rank, once they have taken some steps; all are gone at the end."""
    settings = [word for each in SETTINGS for word in ("--set", each)]
    arguments = ["train", "--run", str(folder / "run"), *NEW, *settings]
    torchrun = launch(arguments, ["cpu", "cpu"], folder / "log")
    ranks: dict[int, psutil.Process] = {}
    try:
        written = lambda: torchrun.poll() is None  # noqa: E731
        for event in follow(folder / "run", Control(), poll_s=0.05, written=written):
            if isinstance(event, Step) and event.step >= LEAST_STEPS:
                break
        found = psutil.Process(torchrun.pid).children()
        ranks |= {int(each.environ()["RANK"]): each for each in found}
        assert sorted(ranks) == [0, 1], (folder / "log" / "training.log").read_text()
        yield torchrun, ranks
        torchrun.wait(60)
        assert not [each for each in ranks.values() if each.is_running()], "somebody hangs"
    finally:
        left = psutil.Process(torchrun.pid).children() if torchrun.poll() is None else []
        torchrun.kill()
        for each in [*left, *ranks.values()]:
            if each.is_running():
                each.kill()
        torchrun.wait()


def log_of(folder: Path) -> str:
    return (folder / "log" / "training.log").read_text("utf-8")


def assert_intact(folder: Path) -> runs.Run:
    run = runs.open_run(folder / "run")
    newest = checkpoints.latest(run.checkpoint_folder)
    assert newest is not None
    assert checkpoints.load(newest).step >= 2
    assert not runs.is_running(run)
    return run


def test_ctrl_c_saves_and_ends(tmp_path: Path, cartoons: PictureCache) -> None:
    with two_training(tmp_path) as (torchrun, _):
        torchrun.send_signal(signal.SIGINT)  # torchrun passes it on to all
    run = assert_intact(tmp_path)
    last = run.events()[-1]
    assert last["event"] == "stopped"
    assert max(step for step, _ in run.checkpoints()) == last["step"] >= LEAST_STEPS
    told = json.loads((tmp_path / "log" / "training.json").read_text())
    assert (told["status"], told["processes"], told["step"]) == ("stopped", 2, last["step"])


def test_a_killed_worker_ends_the_run_with_a_sentence(tmp_path: Path, cartoons: PictureCache) -> None:
    with two_training(tmp_path) as (torchrun, ranks):
        os.kill(ranks[1].pid, signal.SIGKILL)
    assert torchrun.returncode == 1
    run = assert_intact(tmp_path)
    sentence = "Another process of this training ended or cannot be reached any more."
    assert failure(tmp_path / "log").startswith(sentence)
    assert log_of(tmp_path).count(sentence) == 1
    last = run.events()[-1]
    assert last["event"] == "failed"
    assert last["reason"].startswith(sentence)


def test_a_killed_first_process_ends_all(tmp_path: Path, cartoons: PictureCache) -> None:
    with two_training(tmp_path) as (torchrun, ranks):
        os.kill(ranks[0].pid, signal.SIGKILL)
    assert torchrun.returncode == 1
    run = assert_intact(tmp_path)
    assert runs.summarise(run).state == "interrupted"
    assert log_of(tmp_path).count("Another process of this training ended") == 1


@pytest.mark.parametrize("text", [None, "", "{", "[1]", '{"error": null, "status"'])
def test_an_output_that_says_nothing_has_a_sentence(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "training.json").write_text(text)
    assert "resume to go on" in failure(tmp_path)
