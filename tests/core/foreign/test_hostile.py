"""Hostile files: nothing in them runs, none hangs or takes much memory, and each is refused in one sentence.

The table of what was refused and why is this file's log: add to pytest's arguments
--log-file=TABLE.md --log-file-level=INFO --log-file-format="%(message)s"
"""

import logging
import pickle
import re
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any, ClassVar

import psutil
import pytest

from core.foreign import ForeignError, read_generator
from tests.core.foreign import hostile_archives, hostile_numbers, hostile_pickles  # noqa: F401  fill the corpus
from tests.core.foreign.assembly import CORPUS, honest

MIB = 2**20


class Watched(subprocess.Popen[bytes]):
    """A child whose most resident memory is known."""

    peaks: ClassVar[list[int]] = []

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.peaks.append(0)
        self.over = Event()
        self.watch = Thread(target=self.look, daemon=True)
        self.watch.start()

    def look(self) -> None:
        process = psutil.Process(self.pid)
        while not self.over.wait(0.002):
            with suppress(psutil.Error, OSError):  # it has just ended
                self.peaks[-1] = max(self.peaks[-1], _most(process))

    def wait(self, timeout: float | None = None) -> int:
        status = super().wait(timeout)
        self.over.set()
        self.watch.join()
        return status


def _most(child: psutil.Process) -> int:
    if sys.platform == "linux":  # the kernel keeps the peak, so that none is missed between two looks
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{child.pid}/status").read_text())
        return int(found[1]) * 1024 if found else 0
    everyone = [child, *child.children(recursive=True)]  # Windows starts the interpreter by a launcher
    return sum(each.memory_info().rss for each in everyone)


def test_the_honest_twin_opens(tmp_path: Path) -> None:
    """What the hostile files differ from by one thing is itself no reason to refuse them."""
    honest(tmp_path / "netG.pth")
    imported = read_generator(tmp_path / "netG.pth")
    assert (imported.prefix, imported.generator.size) == ("main", 16)


@pytest.mark.skipif(sys.platform == "win32", reason="the payloads are commands of POSIX")
def test_the_payloads_are_live(tmp_path: Path) -> None:
    """A reader that is less careful runs them, so that the absence of the canary means something."""
    for index, payload in enumerate(hostile_pickles.payloads(tmp_path / "canary")):
        pickle.loads(payload)
        assert (tmp_path / "canary").exists(), index
        (tmp_path / "canary").unlink()


@pytest.mark.parametrize("name", CORPUS)
def test_it_is_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform == "win32" and ("link" in name or "pipe" in name):
        pytest.skip("Windows has none of it without special rights")
    make, expected = CORPUS[name]
    path, canary = tmp_path / "netG_epoch_24.pth", tmp_path / "canary"
    make(path, canary)
    monkeypatch.chdir(tmp_path)
    size = path.stat().st_size if path.is_file() else 0
    monkeypatch.setattr(subprocess, "Popen", Watched)
    monkeypatch.setattr(Watched, "peaks", [0])
    began = time.perf_counter()
    with pytest.raises(ForeignError) as caught:
        read_generator(path)
    seconds = time.perf_counter() - began
    peak = max(Watched.peaks)
    sentence = str(caught.value)
    logging.getLogger(__name__).info("| %s | %s | %.2f | %d |", name, sentence, seconds, peak // MIB)
    assert re.search(expected if "|" in expected else re.escape(expected), sentence), sentence
    assert sentence.startswith("netG_epoch_24.pth ")
    assert sentence.endswith(".")
    assert ". " not in sentence, "one sentence"
    assert sentence.isprintable()
    assert len(sentence) < 400
    assert all(detail.isprintable() for detail in caught.value.details)
    assert not canary.exists(), "code of the file ran"
    assert seconds < 10
    assert peak <= 2 * size + 512 * MIB
    assert peak <= 2 * size + 128 * MIB, "torch was let near it"
