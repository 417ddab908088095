"""What people have: each file opens, and its pictures are those of the module that wrote it."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import safetensors.torch
import torch
from torch import Tensor, nn

from core import generators
from core.cli import run_command
from core.errors import Cancelled
from core.foreign import ForeignError, import_generator, read_generator, reading
from tests.core.foreign.networks import Discriminator, MainGenerator, NamedGenerator, train

SOME = (True, False, True, False, False, True)
Save = Callable[[nn.Module, torch.optim.Optimizer, Path], None]


def state(network: nn.Module, optimiser: torch.optim.Optimizer, path: Path) -> None:
    torch.save(network.state_dict(), path)


def data_parallel(network: nn.Module, optimiser: torch.optim.Optimizer, path: Path) -> None:
    torch.save(nn.DataParallel(network).state_dict(), path)


def checkpoint(network: nn.Module, optimiser: torch.optim.Optimizer, path: Path) -> None:
    torch.save(
        {
            "epoch": 24,
            "netD": Discriminator().state_dict(),
            "netG": network.state_dict(),
            "optimizerG": optimiser.state_dict(),
            "losses": [1.5, 0.5],
            "fixed_noise": torch.randn(4, 20, 1, 1),
        },
        path,
    )


def averaged(network: nn.Module, optimiser: torch.optim.Optimizer, path: Path) -> None:
    other = MainGenerator()
    torch.save(
        {"g": other.state_dict(), "d": Discriminator().state_dict(), "g_ema": network.state_dict()}, path
    )


def lightning(network: nn.Module, optimiser: torch.optim.Optimizer, path: Path) -> None:
    both = {f"generator.{name}": each for name, each in network.state_dict().items()}
    both |= {f"discriminator.{name}": each for name, each in Discriminator().state_dict().items()}
    torch.save({"state_dict": both, "global_step": 100, "optimizer_states": [optimiser.state_dict()]}, path)


def before_1_6(network: nn.Module, optimiser: torch.optim.Optimizer, path: Path) -> None:
    torch.save({"G": network.state_dict()}, path, _use_new_zipfile_serialization=False)


def bare(network: nn.Module, optimiser: torch.optim.Optimizer, path: Path) -> None:
    torch.save(network.main.state_dict(), path)


def parameters(network: nn.Module, optimiser: torch.optim.Optimizer, path: Path) -> None:
    """Parameters rather than tensors, laid out otherwise in memory, in a float type of half the size."""
    half = {name: nn.Parameter(each.half(), each.is_floating_point()) if each.is_floating_point() else each
            for name, each in network.state_dict().items()}  # fmt: skip
    half["main.0.weight"] = nn.Parameter(half["main.0.weight"].to(memory_format=torch.channels_last))
    torch.save(half, path)


def flat(network: nn.Module, optimiser: torch.optim.Optimizer, path: Path) -> None:
    safetensors.torch.save_file(network.state_dict(), path)


def brain(network: nn.Module, optimiser: torch.optim.Optimizer, path: Path) -> None:
    safetensors.torch.save_file(network.bfloat16().state_dict(), path)


@pytest.mark.parametrize(
    ("network", "save", "prefix"),
    [
        pytest.param(MainGenerator(), state, "main", id="pytorch-examples"),
        pytest.param(MainGenerator(attribute="model"), data_parallel, "module.model", id="data-parallel"),
        pytest.param(MainGenerator(attribute="net"), checkpoint, "netG.net", id="netG-beside-optimiser"),
        pytest.param(MainGenerator(), averaged, "g_ema.main", id="ema-before-g"),
        pytest.param(MainGenerator(), lightning, "state_dict.generator.main", id="state_dict-of-both"),
        pytest.param(MainGenerator(biases=(True,) * 5), before_1_6, "G.main", id="before-torch-1.6"),
        pytest.param(MainGenerator(16, (8, 8, 8, 8, 4), biases=SOME), bare, "", id="bare-128px-some-biases"),
        pytest.param(MainGenerator(8, (16, 8, 8), 1), parameters, "main", id="grey-32px-float16-parameters"),
        pytest.param(NamedGenerator(), state, "", id="named-layers-16px-grey"),
        pytest.param(MainGenerator(affine=False), flat, "main", id="safetensors-without-affine"),
        pytest.param(MainGenerator(4, (8, 8, 4, 4, 4, 4)), brain, "main", id="safetensors-256px-bfloat16"),
    ],
)  # fmt: skip
def test_it_opens_and_draws_the_same(network: nn.Module, save: Save, prefix: str, tmp_path: Path) -> None:
    optimiser = train(network)
    path = tmp_path / "netG_epoch_24.pth"
    save(network, optimiser, path)
    imported = read_generator(path)
    generator = imported.generator
    assert (imported.prefix, imported.name) == (prefix, path.name)
    if save in (parameters, brain):  # what was written is rounded; so is what it is compared with
        network = (network.half() if save is parameters else network).float()
    z = torch.randn(16, network.latent, generator=torch.Generator().manual_seed(7))
    with torch.no_grad():
        wanted: Tensor = network.eval()(z[:, :, None, None])
        drawn: Tensor = generator(z)
    assert drawn.shape == wanted.shape == (16, generator.channels, generator.size, generator.size)
    assert wanted.std() > 0.05, "a picture that could be told from another"
    assert ((drawn - wanted).abs() / 2).max() <= 1 / 255
    assert not generator.training
    assert generator.shape.latent_dim == network.latent


def test_an_import_is_a_generator_of_ours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    network = MainGenerator(biases=(True, False, False, False, True))
    train(network)
    safetensors.torch.save_file(network.state_dict(), tmp_path / "theirs.safetensors")
    out = tmp_path / "new folder" / "ours.safetensors"
    assert run_command(["import", str(tmp_path / "theirs.safetensors"), "--out", str(out), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts == {
        "out": str(out),
        "size": 64,
        "channels": 3,
        "latent_dim": 20,
        "widths": [32, 16, 8, 8],
        "biases": [True, False, False, False, True],
        "digest": generators.read_facts(out).digest,
        "found_under": "main",
    }
    z = torch.randn(4, 20)
    with torch.no_grad():
        assert torch.allclose(generators.load(out)(z), network.eval()(z[:, :, None, None]), atol=1e-5)
    again = import_generator(out, tmp_path / "again.safetensors")
    assert again.digest == facts["digest"], "our own files open as well"


@pytest.mark.parametrize("begins", [b"\x80\x09", b"PK"])
def test_a_header_whose_length_looks_like_another_form_is_no_trouble(tmp_path: Path, begins: bytes) -> None:
    network = MainGenerator()
    path = tmp_path / "theirs.safetensors"
    data = safetensors.torch.save(network.state_dict())
    length = int.from_bytes(data[:8], "little")
    wanted = int.from_bytes(begins, "little")
    header = data[8 : 8 + length].ljust(wanted)  # the format allows spaces at its end
    path.write_bytes(len(header).to_bytes(8, "little") + header + data[8 + length :])
    assert path.read_bytes().startswith(begins)
    assert read_generator(path).generator.latent_dim == network.latent


def test_the_command_refuses_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch.save(Discriminator().state_dict(), tmp_path / "netD.pth")
    out = tmp_path / "ours.safetensors"
    assert run_command(["import", str(tmp_path / "netD.pth"), "--out", str(out)]) == 1
    assert capsys.readouterr().err == (
        "netD.pth holds a discriminator under main, not a generator: choose the generator's file, often "
        "named netG.\n"
    )
    assert not out.exists()
    with pytest.raises(SystemExit) as caught:
        run_command(["import", "netG.pth", "--out", "ours.pth"])
    assert caught.value.code == 2


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    path = tmp_path / "netG.pth"
    torch.save(MainGenerator().state_dict(), path)
    return path


def test_nothing_of_the_files_folder_runs(theirs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A torch.py beside the download, in the current folder and on PYTHONPATH, is not imported."""
    for name in ("torch", "numpy", "psutil", "sitecustomize", "core"):
        theirs.with_name(f"{name}.py").write_text("open('canary', 'w').close(); raise SystemExit(3)\n")
    monkeypatch.chdir(theirs.parent)
    monkeypatch.setenv("PYTHONPATH", str(theirs.parent))
    assert read_generator(Path(theirs.name)).prefix == "main"
    assert not list(theirs.parent.rglob("canary"))


def test_what_takes_too_long_is_ended(theirs: Path) -> None:
    with pytest.raises(ForeignError, match=r"^netG.pth was not read within 0.005 seconds"):
        read_generator(theirs, seconds=0.005)


def test_what_does_not_start_in_time_is_told_from_what_is_not_read_in_time(
    theirs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "START_SECONDS", 0.01)
    with pytest.raises(
        ForeignError, match=r"Python and torch did not start within 0.01 seconds; close other"
    ):
        read_generator(theirs, seconds=1_000)


def test_what_takes_too_much_memory_is_ended(theirs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "allowed", lambda _size: 2**20)
    with pytest.raises(ForeignError, match=r"^netG.pth would take more memory than a file of its size may"):
        read_generator(theirs)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's address space")
def test_the_child_cannot_take_more_than_it_may() -> None:
    import subprocess

    program = (
        "from core.foreign.limits import allowed, limit_growth, lift_growth\n"
        "limit_growth(1000)\n"
        "bytearray(allowed(1000) // 2)\n"
        "try: bytearray(allowed(1000)); print('taken')\n"
        "except MemoryError: print('refused')\n"
        "lift_growth(); bytearray(allowed(1000)); print('lifted')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["refused", "lifted"]


def test_cancelling_ends_the_child(theirs: Path) -> None:
    with pytest.raises(Cancelled):
        read_generator(theirs, cancelled=lambda: True)


def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Let Python be started by another program, as virtual environments on Windows do."""
    path = tmp_path / "launcher"
    path.write_text(f"#!/bin/sh\n{script.format(python=sys.executable)}\nexit $?\n")
    path.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(path))


@pytest.mark.skipif(sys.platform == "win32", reason="a script of the POSIX shell")
def test_behind_a_launcher_the_interpreters_memory_counts(
    theirs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launcher(tmp_path, monkeypatch, '"{python}" "$@"')
    safetensors.torch.save_file(MainGenerator().state_dict(), theirs)  # needs no torch in the child
    assert read_generator(theirs).prefix == "main"
    monkeypatch.setattr(reading, "allowed", lambda _size: 12 * 2**20)  # the shell takes 2, Python more
    with pytest.raises(ForeignError, match="would take more memory"):
        read_generator(theirs)


@pytest.mark.skipif(sys.platform == "win32", reason="a script of the POSIX shell")
def test_behind_a_launcher_the_interpreter_is_ended(
    theirs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launcher(tmp_path, monkeypatch, '"{python}" -c "import signal; signal.pause()"')
    started: list[psutil.Process] = []
    others = set(psutil.Process().children(recursive=True))  # of earlier tests: multiprocessing keeps one

    def cancelled() -> bool:
        started[:] = set(psutil.Process().children(recursive=True)) - others
        return any("signal.pause" in " ".join(each.cmdline()[-1:]) for each in started)

    with pytest.raises(Cancelled):
        read_generator(theirs, cancelled=cancelled)
    assert len(started) >= 2
    deadline = time.monotonic() + 10
    while alive := [each for each in started if lives(each)]:
        assert time.monotonic() < deadline, alive
        psutil.wait_procs(alive, timeout=0.05)


def lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@pytest.mark.skipif(sys.platform == "win32", reason="a script of the POSIX shell")
def test_starting_python_is_not_counted_as_reading(
    theirs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launcher(tmp_path, monkeypatch, 'sleep 3; "{python}" "$@"')
    safetensors.torch.save_file(MainGenerator().state_dict(), theirs)  # needs no torch in the child
    assert read_generator(theirs, seconds=2.5).prefix == "main"


def test_no_folder_is_left_behind(theirs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private = tmp_path / "private"
    private.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(private))
    safetensors.torch.save_file(MainGenerator().state_dict(), theirs)  # needs no torch in the child
    read_generator(theirs)
    theirs.write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(ForeignError):
        read_generator(theirs)
    assert not list(private.iterdir())
