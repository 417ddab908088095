import pytest

from core.plain_text import plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Faces, run 3", "Faces, run 3"),
        ("  a \r\n\t b\u2028c\u00a0d\0 ", "a b c d"),
        ("\x1b[2J\x1b]0;owned\x07red", "[2J ]0;owned red"),
        ("\u202egnp.exe\ud800", "gnp.exe"),
        ("Zoë Müller 顔 🙂", "Zoë Müller 顔 🙂"),
        ("\x1b\n", ""),
    ],
)
def test_only_what_can_be_printed_stays_on_one_line(text: str, shown: str) -> None:
    assert plain(text, 60) == shown


def test_a_long_text_is_cut_and_says_so() -> None:
    assert plain("x" * 60, 60) == "x" * 60
    cut = plain("x" * 61, 60)
    assert cut == "x" * 59 + "…"
    assert plain(cut, 60) == cut
    assert plain("ab  cde", 4) == "ab…"
