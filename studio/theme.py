"""How the window looks: tokens for light and dark, fonts, icons; follows the system while it runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Literal

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from studio.stylesheet import TEMPLATE

RESOURCES = Path(str(files("resources")))


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by use. Text on its ground keeps at least 4.5:1 (WCAG AA), `disabled` excepted."""

    window: str  # behind everything
    rail: str
    surface: str  # cards
    sunken: str  # wells inside cards, behind pictures
    field: str  # where one types
    raised: str  # buttons
    hover: str
    pressed: str
    border: str  # around cards
    line: str  # around fields and buttons
    line_strong: str
    track: str
    knob: str
    text: str
    muted: str
    disabled: str
    accent: str
    accent_hover: str
    accent_pressed: str
    accent_soft: str
    accent_text: str
    veil: str  # over everything, while pictures are dragged in
    on_accent: str
    inverse: str
    inverse_text: str
    good: str
    good_soft: str
    good_text: str
    warn: str
    warn_soft: str
    warn_text: str
    danger: str
    danger_soft: str
    danger_line: str
    danger_text: str
    plot_real: str  # the discriminator and real pictures
    plot_fake: str  # the generator and its pictures
    plot_after: str  # D(G(z)) after D's update
    run_1: str  # runs that are compared, in their order
    run_2: str
    run_3: str
    run_4: str
    run_5: str
    run_6: str


LIGHT = Palette(
    window="#f5f5f7",
    rail="#efeff2",
    surface="#ffffff",
    sunken="#f3f3f5",
    field="#ffffff",
    raised="#ffffff",
    hover="#ebebef",
    pressed="#e0e0e6",
    border="#e4e4e9",
    line="#d5d5dc",
    line_strong="#a9a9b5",
    track="#dedee5",
    knob="#ffffff",
    text="#1c1c21",
    muted="#5f5f6b",
    disabled="#9c9ca8",
    accent="#5b57d1",
    accent_hover="#504cc4",
    accent_pressed="#4541b0",
    accent_soft="#ebebfb",
    accent_text="#4a46bd",
    veil="#eeebebfb",
    on_accent="#ffffff",
    inverse="#2a2a31",
    inverse_text="#f4f4f6",
    good="#2b9a66",
    good_soft="#e3f4ea",
    good_text="#176b45",
    warn="#d68a0c",
    warn_soft="#fdf0d8",
    warn_text="#8a4f00",
    danger="#d13438",
    danger_soft="#fdecec",
    danger_line="#f1c3c4",
    danger_text="#b3262b",
    plot_real="#3f6fd8",
    plot_fake="#d4690b",
    plot_after="#a8458f",
    run_1="#3f6fd8",
    run_2="#d4690b",
    run_3="#25855a",
    run_4="#a8458f",
    run_5="#0b8390",
    run_6="#7a5c2e",
)
DARK = Palette(
    window="#161619",
    rail="#121215",
    surface="#1d1d21",
    sunken="#141417",
    field="#17171a",
    raised="#28282d",
    hover="#2b2b31",
    pressed="#34343b",
    border="#2a2a30",
    line="#393940",
    line_strong="#5b5b66",
    track="#36363d",
    knob="#d9d9e0",
    text="#ededf1",
    muted="#a5a5b2",
    disabled="#6a6a75",
    accent="#635fd9",
    accent_hover="#6864dc",
    accent_pressed="#5551c8",
    accent_soft="#2a2949",
    accent_text="#b5b1ff",
    veil="#ee2a2949",
    on_accent="#ffffff",
    inverse="#e9e9ee",
    inverse_text="#1c1c21",
    good="#3dab75",
    good_soft="#15301f",
    good_text="#73d6a0",
    warn="#eda93b",
    warn_soft="#382a12",
    warn_text="#f0bd6b",
    danger="#e5484d",
    danger_soft="#38191b",
    danger_line="#5c2a2d",
    danger_text="#ff9a9b",
    plot_real="#7aa2ff",
    plot_fake="#f79a4b",
    plot_after="#e08bc8",
    run_1="#7aa2ff",
    run_2="#f79a4b",
    run_3="#5cc48e",
    run_4="#e08bc8",
    run_5="#4fc3cf",
    run_6="#c9a66b",
)


Appearance = Literal["system", "light", "dark"]
SCHEMES: dict[Appearance, Qt.ColorScheme] = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}


class Theme(QObject):
    """The palette in force; `changed` follows the system's switch between light and dark, or the person's."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._appearance: Appearance = "system"
        self._dressed = False  # once, at least
        self._building = False  # a window, without the style sheet
        self.palette = LIGHT
        app.setStyle("Fusion")
        app.setFont(_font())
        self._follow()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)

    def prefer(self, appearance: Appearance) -> None:
        """Light or dark whatever the system says, or as the system says."""
        self._appearance = appearance
        # Native dialogs follow where the platform can; some X11 desktops tell Qt nothing and take nothing.
        QGuiApplication.styleHints().setColorScheme(SCHEMES[appearance])
        self._follow()

    @Slot()
    def _follow(self) -> None:
        scheme = SCHEMES[self._appearance]
        if scheme is Qt.ColorScheme.Unknown:
            scheme = QGuiApplication.styleHints().colorScheme()
        palette = DARK if scheme is Qt.ColorScheme.Dark else LIGHT
        if palette is self.palette and self._dressed:
            return
        self._dressed = True
        self.palette = palette
        self._app.setStyleSheet("")  # over another sheet a new one takes four times as long
        self._app.setPalette(_qpalette(self.palette))
        self._dress()
        self.changed.emit()

    def _dress(self) -> None:
        if not self._building:
            tokens = asdict(self.palette) | {"icons": RESOURCES.as_posix()}
            self._app.setStyleSheet(Template(TEMPLATE).substitute(tokens))

    @contextmanager
    def undressed(self) -> Iterator[None]:
        """Inside, a window is built without the style sheet, under which that takes five times as long."""
        self._building = True
        self._app.setStyleSheet("")
        try:
            yield
        finally:
            self._building = False
            self._dress()


_installed: list[Theme] = []


def install(app: QApplication) -> Theme:
    """Dress the application; a second call returns the theme already there."""
    if not _installed:
        _installed.append(Theme(app))
    return _installed[0]


def theme() -> Theme:
    """The installed theme (its `changed` signal tells when to repaint)."""
    app = QApplication.instance()
    assert isinstance(app, QApplication), "the theme needs a QApplication"
    return install(app)


def color(token: str) -> QColor:
    """A token of the palette in force."""
    return QColor(getattr(theme().palette, token))


def icon(name: str, token: str = "text", checked: str | None = None) -> QIcon:
    """resources/NAME.svg in a token's colour, greyed when disabled, in `checked`'s colour when on.

    Ask again when the theme has changed.
    """
    palette = theme().palette
    found = QIcon()
    states = [(token, QIcon.Mode.Normal, QIcon.State.Off), ("disabled", QIcon.Mode.Disabled, QIcon.State.Off)]
    if checked:
        states.append((checked, QIcon.Mode.Normal, QIcon.State.On))
    for each, mode, state in states:
        for scale in (1, 2, 3):
            found.addPixmap(_drawn(name, getattr(palette, each), 20, scale), mode, state)
    return found


def pixmap(name: str, token: str, size: int) -> QPixmap:
    """resources/NAME.svg in a token's colour, `size` logical pixels, sharp on the primary screen."""
    return _drawn(
        name, getattr(theme().palette, token), size, QGuiApplication.primaryScreen().devicePixelRatio()
    )


@cache  # a few dozen icons in a few colours: most buttons share them
def _drawn(name: str, shade: str, size: int, scale: float) -> QPixmap:
    svg = _svg(name).replace(b"currentColor", shade.encode())
    side = round(size * scale)
    drawn = QPixmap(QSize(side, side))
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    QSvgRenderer(QByteArray(svg)).render(painter, QRectF(0, 0, side, side))
    painter.end()
    drawn.setDevicePixelRatio(scale)
    return drawn


@cache
def _svg(name: str) -> bytes:
    return (RESOURCES / f"{name}.svg").read_bytes()


def _font() -> QFont:
    """Inter, bundled: the same widths on every system; figures of one width, so that numbers stand still."""
    for path in sorted((RESOURCES / "fonts").glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(path))
    font = QFont()
    font.setFamilies(["Inter", font.family()])
    font.setPixelSize(13)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _qpalette(palette: Palette) -> QPalette:
    """For what the style sheet does not reach: file dialogs, links, placeholder text."""
    roles = QPalette.ColorRole
    made = QPalette()
    for role, shade in (
        (roles.Window, palette.window),
        (roles.WindowText, palette.text),
        (roles.Base, palette.field),
        (roles.AlternateBase, palette.sunken),
        (roles.Text, palette.text),
        (roles.Button, palette.raised),
        (roles.ButtonText, palette.text),
        (roles.ToolTipBase, palette.inverse),
        (roles.ToolTipText, palette.inverse_text),
        (roles.Highlight, palette.accent),
        (roles.HighlightedText, palette.on_accent),
        (roles.Link, palette.accent_text),
        (roles.PlaceholderText, palette.muted),
        (roles.Mid, palette.line),
        (roles.Light, palette.surface),
        (roles.Dark, palette.line_strong),
    ):
        made.setColor(role, QColor(shade))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(palette.disabled))
    return made
