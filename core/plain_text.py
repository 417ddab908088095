"""Text from a file or a stranger, made fit to be shown: in a terminal, a window, a sentence."""


def plain(text: str, longest: int) -> str:
    """The text on one line, at most `longest` characters of it; cut short it ends in "…".

    What is not printable becomes a space: line breaks, control characters (with ESC a terminal takes orders),
    and the marks that turn the direction of writing.
    """
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
