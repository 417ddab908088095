import os
import unicodedata
from pathlib import Path

import pytest

from core.config import Config
from core.errors import ConfigError, StudioError
from core.presets import delete, own_folder, own_presets, preset, presets, save

BUILT_IN = [
    "quick",
    "healthy",
    "tutorial",
    "few-pictures",
    "large-batch",
    "blog",
    "glasses",
    "glasses-improved",
]
MINE = Config(g_lr=3e-4, loss="hinge", flip=True, d_dropout=0.25, ema_half_life=12.5, duration=7)


@pytest.fixture(autouse=True)
def config_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DCGAN_STUDIO_CONFIG", str(tmp_path))
    return tmp_path


def test_the_programs_presets_tell_what_they_are() -> None:
    found = presets()
    assert [each.name for each in found] == BUILT_IN
    assert not any(each.own for each in found)
    for each in found:
        assert 2 < len(each.title) < 30
        assert each.about.endswith(".")
        assert len(each.about) > 60
    with pytest.raises(ConfigError, match="quick, healthy, tutorial"):
        preset("slow")


def test_the_four_recipes_are_as_they_were_given() -> None:
    tutorial, large, blog, glasses = (
        preset(name).config for name in ("tutorial", "large-batch", "blog", "glasses")
    )
    for each in (tutorial, large, blog, glasses):
        assert (each.size, each.loss, each.beta1, each.g_features, each.d_features) == (
            64,
            "bce",
            0.5,
            64,
            64,
        )
        assert (each.g_lr, each.d_batch_norm, each.d_spectral_norm, each.latent_dim) == (
            2e-4,
            True,
            False,
            100,
        )
    assert (tutorial.batch_size, tutorial.d_lr, tutorial.g_biases) == (128, 2e-4, False)
    assert (large.batch_size, large.duration, large.duration_unit) == (512, 10, "epochs")
    assert (large.g_biases, large.log_every, large.sample_every) == (True, 50, 500)
    assert (blog.batch_size, blog.duration, blog.duration_unit) == (128, 20, "epochs")
    assert (glasses.flip, glasses.jitter, glasses.d_dropout, glasses.d_lr) == (True, 0.1, 0.1, 1e-4)
    assert (glasses.batch_size, glasses.duration) == (128, 200)
    improved = preset("glasses-improved").config
    assert (improved.real_label, improved.fake_label, improved.d_every) == (0.9, 0.1, 2)
    assert improved.d_dropout > glasses.d_dropout
    assert improved.d_features < glasses.d_features
    assert improved.g_extra > 0
    assert improved.flip
    assert improved.jitter == 0.1


@pytest.mark.parametrize("name", ["My best", "größer.2", "顔", "a"])
def test_a_persons_own_comes_back(config_folder: Path, name: str) -> None:
    made = save(name, 'Mine "so\\ far"', "Two\nlines, \x1b[31mcolours 😀.", MINE)
    assert preset(name) == made == own_presets()[0][0]
    assert made.config == MINE
    assert made.own
    assert made.title == 'Mine "so\\ far"'
    assert made.about == "Two lines, [31mcolours 😀."
    assert [each.name for each in presets()] == [*BUILT_IN, name]
    assert [path.name for path in (config_folder / "presets").iterdir()] == [f"{name}.toml"]
    delete(name)
    assert [each.name for each in presets()] == BUILT_IN


def test_saving_again_replaces_whatever_the_case() -> None:
    save("Mine", "", "", MINE)
    save("mine", "Second", "", Config())
    (only,) = own_presets()[0]
    assert (only.name, only.title, only.config) == ("mine", "Second", Config())
    assert preset("MINE") == only
    delete("MINE")
    assert own_presets() == ([], [])


def test_accents_are_found_however_they_are_written(config_folder: Path) -> None:
    save(unicodedata.normalize("NFD", "Müde"), "", "", MINE)
    path = config_folder / "presets" / "Müde.toml"
    path.rename(path.with_name(unicodedata.normalize("NFD", path.name)))
    assert preset("Müde").name == unicodedata.normalize("NFC", "Müde")
    delete("Müde")
    assert own_presets()[0] == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "needs a name"),
        ("  ", "needs a name"),
        ("x" * 41, "too long"),
        ("../evil", "Use letters and digits"),
        ("a/b", "Use letters and digits"),
        ("a\\b", "Use letters and digits"),
        (".hidden", "Use letters and digits"),
        ("ends.", "Use letters and digits"),
        ("a\nb", "Use letters and digits"),
        ("a:b", "Use letters and digits"),
        ("NUL", "Use letters and digits"),
        ("com1.x", "Use letters and digits"),
        ("Tutorial", "is a preset of the program"),
    ],
)
def test_a_name_that_cannot_be_is_told_why(config_folder: Path, name: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        save(name, "", "", MINE)
    assert "\n" not in str(caught.value)
    assert not list(config_folder.iterdir())


def test_what_is_not_ones_own_cannot_be_deleted() -> None:
    for name in ("quick", "never", "../studio"):
        with pytest.raises(ConfigError, match="no preset of your own called"):
            delete(name)
    assert [each.name for each in presets()] == BUILT_IN


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title = ", "it is no preset"),
        ('title = "x"', "it is no preset"),
        ('title = 3\nabout = ""\n[settings]', "it is no preset"),
        ('title = ""\nabout = ""\nsettings = 3', "it is no preset"),
        ('title = ""\nabout = ""\n[settings]\nbatch_size = 1', "batch_size: 1 is too small"),
        ('title = ""\nabout = ""\n[settings]\nnever = 1', "no setting called never"),
        ("x = " + "[" * 5_000, "it is no preset"),
        ("#" * 70_000, "it is no preset"),
    ],
    ids=range(8),
)
def test_a_broken_one_is_named_and_skipped(config_folder: Path, text: str, words: str) -> None:
    save("good", "", "", MINE)
    path = own_folder() / "bad.toml"
    path.write_text(text)
    found, skipped = own_presets()
    assert [each.name for each in found] == ["good"]
    assert [each.path for each in skipped] == [path]
    assert skipped[0].reason.startswith("bad.toml was skipped: ")
    with pytest.raises(ConfigError, match=r"bad.toml was skipped: .* Mend or delete .*bad.toml\."):
        preset("Bad")
    assert words in skipped[0].reason
    assert [each.name for each in presets()] == [*BUILT_IN, "good"]
    delete("bad")
    assert own_presets()[1] == []


def test_files_that_are_no_text_or_have_a_builtin_name_are_skipped(config_folder: Path) -> None:
    folder = own_folder()
    folder.mkdir()
    (folder / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    (folder / "quick.toml").write_text('title = ""\nabout = ""\n[settings]')
    (folder / "folder.toml").mkdir()
    (folder / "notes.txt").write_text("mine")
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe.toml")
    assert {each.path.name for each in own_presets()[1]} >= {"bytes.toml", "quick.toml", "folder.toml"}
    assert preset("quick").own is False


def test_presets_of_earlier_versions_are_read() -> None:
    own_folder().mkdir()
    (own_folder() / "old.toml").write_text('title = ""\nabout = ""\n[settings]\nema_decay = 0.999')
    found = preset("old")
    assert found.config.ema_half_life == pytest.approx(692.8, abs=0.01)
    assert found.title == "old"


def test_a_place_that_cannot_be_written_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DCGAN_STUDIO_CONFIG", str(tmp_path / "file"))
    with pytest.raises(StudioError, match="could not be written"):
        save("mine", "", "", MINE)
    assert [each.name for each in presets()] == BUILT_IN
