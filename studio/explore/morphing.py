"""From face A to face B: two small faces with a slider between them."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout

from core.latent import slerp
from studio.explore.face import FaceButton
from studio.parts import Button, Card, HelpDot, IconButton, label, named

Vector = NDArray[np.float32]


class MorphCard(Card):
    """Two ends and the way between them, along the sphere."""

    moved = Signal(object)  # the latent vector on the way
    wanted = Signal(str)  # "a" or "b" shall become the current face
    shuffled = Signal(str)  # "a" or "b" shall become a random face

    def __init__(self) -> None:
        super().__init__("Morph")
        named(self, "morphCard", "Morph between two faces")
        self._a = self._b = np.zeros(0, np.float32)
        self.face_a = FaceButton("morphFaceA", "Go to face A", 72)
        self.face_b = FaceButton("morphFaceB", "Go to face B", 72)
        set_a = Button("Set A", "setAButton", accessible="Make the current face A")
        set_b = Button("Set B", "setBButton", accessible="Make the current face B")
        any_a = IconButton("shuffle", "randomAButton", "A random face A")
        any_b = IconButton("shuffle", "randomBButton", "A random face B")
        for button, end in ((set_a, "A"), (set_b, "B")):
            button.setToolTip(f"Make the current face {end}")
        self._slider = QSlider(Qt.Orientation.Horizontal)
        named(self._slider, "morphSlider", "Way from face A to face B, in percent")
        self._slider.setRange(0, 100)
        self._slider.setPageStep(10)
        self._percent = label("0 %", "caption", name="morphLabel", accessible="Way from A to B")
        self.head.addWidget(
            HelpDot(
                "morphHelp",
                "a morph",
                "Goes from face A to face B along the sphere on which latent vectors lie, so that every face "
                "on the way is one the generator knows how to draw.",
            )
        )
        self.head.addWidget(self._percent)  # between the buttons there is no room in a small window
        above = QHBoxLayout()
        above.setSpacing(4)
        above.addWidget(set_a)
        above.addWidget(any_a)
        above.addStretch(1)
        above.addWidget(any_b)
        above.addWidget(set_b)
        middle = QVBoxLayout()
        middle.setSpacing(6)
        middle.addLayout(above)
        middle.addWidget(self._slider)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.face_a)
        row.addLayout(middle, 1)
        row.addWidget(self.face_b)
        self.body.addLayout(row)
        self._slider.valueChanged.connect(self._slid)
        self.face_a.clicked.connect(lambda: self._go(0))
        self.face_b.clicked.connect(lambda: self._go(100))
        set_a.clicked.connect(lambda: self.wanted.emit("a"))
        set_b.clicked.connect(lambda: self.wanted.emit("b"))
        any_a.clicked.connect(lambda: self.shuffled.emit("a"))
        any_b.clicked.connect(lambda: self.shuffled.emit("b"))

    def set_end(self, end: str, z: Vector) -> None:
        """Give A ("a") or B ("b") another vector."""
        if end == "a":
            self._a = z
        else:
            self._b = z

    def ends(self) -> NDArray[np.float32]:
        """A and B, (2, latent_dim)."""
        return np.stack([self._a, self._b])

    def place(self, percent: int) -> None:
        """Put the slider somewhere without going there."""
        self._slider.blockSignals(True)
        self._slider.setValue(percent)
        self._slider.blockSignals(False)
        self._percent.setText(f"{percent} %")

    @Slot(int)
    def _slid(self, percent: int) -> None:
        self._percent.setText(f"{percent} %")
        self.moved.emit(slerp(self._a, self._b, percent / 100))

    def _go(self, percent: int) -> None:
        self.place(percent)
        self._slid(percent)
