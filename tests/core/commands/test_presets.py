import json
from pathlib import Path

import pytest

from core.cli import run_command
from core.config import Config
from core.presets import save


def test_presets_lists_all_and_names_what_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DCGAN_STUDIO_CONFIG", str(tmp_path))
    save("mine", "My own", "", Config(loss="hinge"))
    (tmp_path / "presets" / "bad.toml").write_text("[")
    assert run_command(["presets", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    named = {each["name"]: each for each in facts["presets"]}
    assert {"quick", "healthy", "tutorial", "mine"} <= named.keys()
    assert all(each.keys() == {"name", "title", "about", "settings"} for each in facts["presets"])
    assert named["mine"]["title"] == "My own"
    assert named["mine"]["settings"]["loss"] == "hinge"
    assert facts["own"] == ["mine"]
    (bad,) = facts["skipped"]
    assert bad["path"] == str(tmp_path / "presets" / "bad.toml")
    assert run_command(["presets"]) == 0
    out = capsys.readouterr().out
    assert "bad.toml was skipped" in out
    assert "\nmine " in out
