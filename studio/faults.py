"""From an exception to the one sentence that a person sees; the traceback goes to the log file."""

import logging
import logging.handlers
from pathlib import Path

from platformdirs import user_log_path

from core.errors import StudioError

_log = logging.getLogger("dcgan_studio")


def log_file() -> Path:
    """Where tracebacks are kept; the folder exists afterwards."""
    return user_log_path("DCGAN Studio", appauthor=False, ensure_exists=True) / "studio.log"


def start_log() -> None:
    """Send what is logged to the log file; a second call changes nothing.

    A home that cannot be written (a kiosk, a container) must not stop the window: then nothing is kept.
    """
    if _log.handlers:
        return
    try:
        handler: logging.Handler = logging.handlers.RotatingFileHandler(
            log_file(), maxBytes=1_000_000, backupCount=2, encoding="utf-8", delay=True
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    _log.addHandler(handler)
    _log.setLevel(logging.INFO)
    _log.propagate = False


def sentence(error: BaseException) -> str:
    """What to tell the person. An error that was not foreseen is logged with its traceback."""
    if isinstance(error, StudioError):
        return str(error)
    start_log()
    _log.error("unexpected error", exc_info=(type(error), error, error.__traceback__))
    what = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return f"Something unexpected went wrong: {what.rstrip('.')}. The details are in {log_file()}."
