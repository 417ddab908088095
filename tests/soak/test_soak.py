"""Two minutes with the real window leave nothing behind; and what would be left behind is seen."""

import json
import subprocess
import sys
import threading
from dataclasses import replace
from mmap import mmap
from pathlib import Path

import pytest

from tests.soak.usage import Usage, growth, measure

ROOT = Path(__file__).parents[2]
STEADY = Usage(0.0, 500.0, 12, 15)


def _run(**growing: float) -> list[str]:
    """The faults of ten measurements in which something grows by so much each time."""
    usages = [
        replace(STEADY, **{name: getattr(STEADY, name) + each * at for name, each in growing.items()})
        for at in range(10)
    ]
    return growth(usages, 3).faults


@pytest.mark.timeout(1200)  # two minutes of a machine that does nothing else
def test_two_minutes_leave_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "soak.json"
    short = ["--minutes", "2", "--starts", "8", "--pauses", "20", "--json", str(path)]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.soak.soak", *short],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    facts = json.loads(path.read_text())
    assert (facts["starts"], facts["pauses"], len(facts["resting"])) == (8, 20, 8)


def test_a_leak_is_a_fault() -> None:
    assert _run() == []
    assert _run(rss_mib=1.0) == []  # 1 % in five cycles: an allocator's noise
    assert _run(rss_mib=10.0) == ["resident memory grew by 9.3%, from 535 to 585 MiB"]
    assert _run(threads=2) == ["threads went from 19 to 29"]
    assert _run(handles=2) == ["handles went from 22 to 32"]


def test_what_a_process_holds_is_measured(tmp_path: Path) -> None:
    before = measure()
    over = threading.Event()
    held = mmap(-1, 64 << 20)  # straight from the system: an allocator may have as much left over from before
    held.write(bytes([1]) * len(held))
    files = [(tmp_path / f"{number}").open("wb") for number in range(5)]
    threads = [threading.Thread(target=over.wait) for _ in range(5)]
    for thread in threads:
        thread.start()
    after = measure()
    over.set()
    for thread in threads:
        thread.join()
    for file in files:
        file.close()
    assert len(held) >> 20 <= after.rss_mib - before.rss_mib + 2
    assert (after.threads - before.threads, after.handles - before.handles) == (5, 5)
