"""From an exception to the one sentence that a person sees; the traceback goes to the log file."""

import logging
import logging.handlers
from functools import cache
from pathlib import Path

from platformdirs import user_log_path

from core.errors import StudioError

_log = logging.getLogger("dcgan_studio")


def log_file() -> Path:
    """Where tracebacks are kept, if the folder can be made."""
    return user_log_path("DCGAN Studio", appauthor=False) / "studio.log"


@cache
def start_log() -> None:
    """Send what is logged to the log file; a second call changes nothing.

    A home that cannot be written (a kiosk, a container) must not stop the window: then nothing is kept.
    """
    try:
        log_file().parent.mkdir(parents=True, exist_ok=True)
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
    """What to tell the person; the traceback, causes included, goes to the log. Never raises."""
    foreseen = isinstance(error, StudioError)
    start_log()
    level, title = (logging.INFO, "told to the person") if foreseen else (logging.ERROR, "unexpected error")
    _log.log(level, title, exc_info=(type(error), error, error.__traceback__))
    if foreseen:
        return str(error)
    what = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    where = f" The details are in {log_file()}." if log_file().is_file() else ""
    return f"Something unexpected went wrong: {what.rstrip('.')}.{where}"
