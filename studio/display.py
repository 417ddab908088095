"""Whether a window can open here. Asked before Qt is imported: without a display Qt aborts the process."""

import ctypes
import os
import sys

# What Qt and its X11 plugin load beside what they bring along, by Debian's package. A bare server lacks them.
LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
}
X11_LIBRARIES = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
HEADLESS = "Without a window: dcgan-studio train --data cartoons --run RUN"


def display_trouble() -> str:
    """Why no window can open here, in one line that names the headless command; empty if one can."""
    if not sys.platform.startswith("linux"):
        return ""
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    wayland = bool(os.environ.get("WAYLAND_DISPLAY"))
    if not (platform or wayland or os.environ.get("DISPLAY")):
        return f"There is no display to open a window on. {HEADLESS}"
    needed = LIBRARIES if platform or wayland else LIBRARIES | X11_LIBRARIES
    missing = [package for library, package in needed.items() if not _loads(library)]
    if missing:
        return f"System libraries for the window are missing: {' '.join(missing)}. {HEADLESS}"
    return ""


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
