"""The one place that sees both layers: without a command the window, with one headless and without Qt.

`--cartoons` opens the window with the built-in pictures chosen, whatever was chosen last time.
"""

import sys


def main() -> int:
    """Exit status: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C after saving."""
    arguments = sys.argv[1:]
    if arguments and arguments != ["--cartoons"]:
        from core.cli import run_command

        return run_command(arguments)
    if sys.platform == "win32":
        import torch  # noqa: F401  its libraries fail to load there after Qt's (pytorch issue 166628)
    from studio.app import run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
