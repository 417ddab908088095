import os
from pathlib import Path

import pytest

from core.ordinary_file import OddFileError, open_ordinary


def test_a_file_is_opened_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"a\r\n\x1ab")
    with open_ordinary(tmp_path / "file") as file:
        assert file.read() == b"a\r\n\x1ab"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has none of them in folders")
def test_what_would_never_end_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for odd in (tmp_path / "pipe", Path(os.devnull), tmp_path):
        with pytest.raises(OddFileError, match="no ordinary file"):
            open_ordinary(odd)
    with pytest.raises(FileNotFoundError):
        open_ordinary(tmp_path / "missing")
