"""Generators are loaded once for all threads, and what is wrong with a file is told by what it is."""

import threading
from collections.abc import Callable

import pytest

from core.errors import RunError
from core.generators import digest, load, save
from core.latent import z_of_seed
from core.models import Generator
from core.runs import Run
from core.threads import ThreadLimit
from studio.explore.cores import CORES
from studio.explore.exports.rendering import frames
from studio.explore.loading import generator_of
from studio.explore.subjects import Moment, imported_folder

MakeRun = Callable[..., Run]


def test_threads_that_ask_at_once_get_one_generator(make_run: MakeRun) -> None:
    [(_, first), (_, second)] = make_run("faces").checkpoints()
    found: list[Generator] = []

    def ask() -> None:
        found.append(generator_of(Moment(10, first)))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(each is found[0] for each in found)
    assert generator_of(Moment(20, second)) is not found[0]


def test_a_file_that_was_written_anew_is_loaded_anew(make_run: MakeRun) -> None:
    [(_, first), (_, second)] = make_run("faces").checkpoints()
    imported_folder().mkdir()
    path = imported_folder() / "found.safetensors"
    save(path, load(first), name="found")
    assert digest(generator_of(Moment(None, path))) == digest(load(first))
    save(path, load(second), name="found")
    assert digest(generator_of(Moment(None, path))) == digest(load(second))


def test_what_is_gone_is_told_by_what_it_was(make_run: MakeRun) -> None:
    [(_, first), (_, second)] = make_run("faces").checkpoints()
    kept = generator_of(Moment(20, second))
    second.unlink()
    assert generator_of(Moment(20, second)) is kept
    with pytest.raises(RunError, match="has been replaced by newer ones"):
        generator_of(Moment(5, first.with_name("step-000000005.safetensors")))
    with pytest.raises(RunError, match=r"found\.safetensors has been deleted. Import"):
        generator_of(Moment(None, imported_folder() / "found.safetensors"))


def test_while_a_training_computes_a_file_is_drawn_with_one_core(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = load(make_run("faces").checkpoints()[0][1])
    together: list[int] = []  # pictures that were drawn at once; all cores share them out
    generator.register_forward_hook(lambda _, __, drawn: together.append(len(drawn)))

    def draw() -> None:
        ThreadLimit().set(2)  # whatever the machine has
        for _ in frames(generator, z_of_seed(0, 10, 32), lambda: False):
            CORES.shared = False  # the training ends

    monkeypatch.setattr(CORES, "shared", True)
    thread = threading.Thread(target=draw)
    thread.start()
    thread.join()
    assert together == [16, 8, 8]
