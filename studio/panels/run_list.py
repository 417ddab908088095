"""The list of runs: its model, and how one run is drawn."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QFontMetrics, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from core.runs import RunSummary, State
from studio.panels.listing import ListedRun
from studio.panels.thumbnails import Thumbnail
from studio.pictures import to_image
from studio.theme import color, pixmap

THUMBNAIL = 72
ROW_HEIGHT = 92
TICK_ROOM = 28
EXPLORABLE = Qt.ItemDataRole.UserRole
PICTURE = Qt.ItemDataRole.UserRole + 1
SEARCH = Qt.ItemDataRole.UserRole + 2

# What the chip says, and the tone of the style sheet's chips.
STATES: dict[State, tuple[str, str]] = {
    "running": ("Training", "accent"),
    "finished": ("Finished", "good"),
    "stopped": ("Stopped", "neutral"),
    "failed": ("Failed", "danger"),
    "interrupted": ("Interrupted", "warn"),
    "new": ("Not started", "neutral"),
}
_TONES = {
    "accent": ("accent_soft", "accent_text"),
    "good": ("good_soft", "good_text"),
    "neutral": ("sunken", "muted"),
    "danger": ("danger_soft", "danger_text"),
    "warn": ("warn_soft", "warn_text"),
}
Index = QModelIndex | QPersistentModelIndex


def source_title(source: str) -> str:
    """How a person knows a source: its file or folder name, or that it is built in."""
    name, _, count = source.partition(":")
    if name == "cartoons":
        return f"Built-in cartoons ({int(count):,})" if count.isdecimal() else "Built-in cartoons"
    return Path(source).name or source


def when(seconds: float) -> str:
    """A moment in the person's own time, "22 Nov 2026, 14:03"."""
    moment = datetime.fromtimestamp(seconds)
    return f"{moment.day} {moment:%b %Y, %H:%M}"


def progress_text(summary: RunSummary) -> str:
    return f"Step {summary.step:,} · epoch {summary.epoch:,}"


class RunsModel(QAbstractListModel):
    """Runs with their pictures, in the order given."""

    def __init__(self) -> None:
        super().__init__()
        self._runs: list[ListedRun] = []
        self._pictures: dict[Path, tuple[Path, QImage]] = {}  # by the run's folder

    def show_runs(self, runs: Sequence[ListedRun]) -> None:
        """Take the newest state; rows that stay keep their selection and scroll position."""
        before = [each.summary.run.folder for each in self._runs]
        if before == [each.summary.run.folder for each in runs]:
            self._runs = list(runs)
            if runs:
                self.dataChanged.emit(self.index(0), self.index(len(runs) - 1))
            return
        self.beginResetModel()
        self._runs = list(runs)
        self.endResetModel()

    def show_pictures(self, drawn: Sequence[Thumbnail]) -> None:
        for each in drawn:
            image = QImage() if each.picture is None else to_image(each.picture)
            self._pictures[each.folder] = (each.grid, image)
        if self._runs:
            self.dataChanged.emit(self.index(0), self.index(len(self._runs) - 1), [PICTURE])

    def without_picture(self) -> list[ListedRun]:
        """The runs whose newest grid has not been drawn; an older one is shown meanwhile."""
        return [each for each in self._runs if each.summary.thumbnail != self._drawn(each)[0]]

    def _drawn(self, each: ListedRun) -> tuple[Path | None, QImage]:
        return self._pictures.get(each.summary.run.folder, (None, QImage()))

    def row_of(self, folder: Path | None) -> int | None:
        return next((at for at, each in enumerate(self._runs) if each.summary.run.folder == folder), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(self._runs)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        each = self._runs[index.row()]
        summary = each.summary
        if role == EXPLORABLE:
            return each
        if role == PICTURE:
            return self._drawn(each)[1]
        if role == Qt.ItemDataRole.DisplayRole:
            return summary.run.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return str(summary.run.folder)
        if role in (SEARCH, Qt.ItemDataRole.AccessibleTextRole):
            return ", ".join(
                (
                    summary.run.name,
                    STATES[summary.state][0],
                    progress_text(summary),
                    *_facts(summary),
                    when(summary.modified),
                )
            )
        return None


class RunDelegate(QStyledItemDelegate):
    """One run: some faces, its name and state, how far it came, what it was made of; or with a tick, too."""

    ticks = False  # whether rows are ticked, to choose several

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(320, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        summary: RunSummary = index.data(EXPLORABLE).summary
        state = option.state
        place: QRect = option.rect.adjusted(2, 2, -2, -2)
        font = QFont(option.font)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.setBrush(color("accent_soft"))
            painter.drawRoundedRect(place, 8, 8)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(color("hover"))
            painter.drawRoundedRect(place, 8, 8)

        picture = QRect(place.left() + 8, place.top() + 8, THUMBNAIL, THUMBNAIL)
        if self.ticks:
            _draw_tick(painter, QRect(place.left() + 10, place.center().y() - 9, 18, 18), selected)
            picture.translate(TICK_ROOM, 0)
        _draw_picture(painter, picture, index.data(PICTURE))
        left = picture.right() + 16
        width = place.right() - 12 - left
        lines = [QRect(left, place.top() + 10 + 23 * at, width, 22) for at in range(3)]
        words, tone = STATES[summary.state]
        strong = QFont(font)
        strong.setWeight(QFont.Weight.DemiBold)
        small = QFont(font)
        small.setPixelSize(11)
        small.setWeight(QFont.Weight.DemiBold)
        chip_width = QFontMetrics(small).horizontalAdvance(words) + 16
        name = QFontMetrics(strong).elidedText(
            summary.run.name, Qt.TextElideMode.ElideMiddle, width - chip_width - 10
        )
        painter.setFont(strong)
        painter.setPen(color("text"))
        painter.drawText(lines[0], Qt.AlignmentFlag.AlignVCenter, name)
        chip = QRect(
            left + QFontMetrics(strong).horizontalAdvance(name) + 10, lines[0].top() + 2, chip_width, 18
        )
        ground, ink = _TONES[tone]
        if selected and tone in ("accent", "neutral"):  # the selection has nearly these grounds
            ground = "surface"
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(ground))
        painter.drawRoundedRect(chip, 9, 9)
        painter.setFont(small)
        painter.setPen(color(ink))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, words)
        painter.setFont(font)
        metrics = QFontMetrics(font)
        date = when(summary.modified)
        painter.setPen(color("muted"))
        painter.drawText(lines[1], Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, date)
        spare = width - metrics.horizontalAdvance(date) - 16
        for line, text, ink, room in (
            (lines[1], progress_text(summary), "text", spare),
            (lines[2], " · ".join(_facts(summary)), "muted", width),
        ):
            painter.setPen(color(ink))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()


def _facts(summary: RunSummary) -> tuple[str, ...]:
    config = summary.run.config
    return source_title(summary.run.source), f"{config.size} px", summary.run.preset or "own settings"


def _draw_tick(painter: QPainter, place: QRect, ticked: bool) -> None:
    painter.setPen(QPen(color("accent" if ticked else "line_strong"), 1.5))
    painter.setBrush(color("accent" if ticked else "field"))
    painter.drawRoundedRect(QRectF(place), 5, 5)
    if ticked:
        painter.drawPixmap(place.adjusted(2, 2, -2, -2), pixmap("tick", "on_accent", 14))


def _draw_picture(painter: QPainter, place: QRect, image: QImage) -> None:
    outline = QPainterPath()
    outline.addRoundedRect(QRectF(place), 6, 6)
    painter.fillPath(outline, color("sunken"))
    if not image.isNull():
        painter.save()
        painter.setClipPath(outline)
        painter.drawImage(place, image)
        painter.restore()
