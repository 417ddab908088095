"""The one style sheet; `$names` are the tokens of `studio.theme.Palette`. Spacing keeps to 4 and 8 px.

Widgets opt in by properties: `card`, `role` (labels: title, heading, muted, caption, value, error, chip),
`kind` (buttons: primary, quiet, small, danger, link, fold, tab, segment) and `invalid` (fields).
"""

TEMPLATE = """
QMainWindow, QDialog, QMessageBox { background: $window; }
QWidget { color: $text; }
QWidget:disabled { color: $disabled; }

QFrame[card="true"] { background: $surface; border: 1px solid $border; border-radius: 10px; }
QFrame[well="true"] { background: $sunken; border: 1px solid $border; border-radius: 8px; }
QFrame[rule="true"] { background: $border; border: none; max-height: 1px; min-height: 1px; }
QFrame#rail { background: $rail; border: none; border-right: 1px solid $border; }
QFrame[banner="true"] { background: $danger_soft; border: 1px solid $danger_line; border-radius: 10px; }
QFrame[banner="true"][tone="warn"] { background: $warn_soft; border: 1px solid $warn; }
QFrame[toast="true"] { background: $inverse; border: none; border-radius: 8px; }
QFrame[toast="true"] QLabel { color: $inverse_text; }
QFrame[drop="true"] { background: $veil; border: 2px dashed $accent; border-radius: 12px; }

QLabel { background: transparent; }
QLabel[role="title"] { font-size: 20px; font-weight: 600; }
QLabel[role="dialog"] { font-size: 15px; font-weight: 600; }
QLabel[role="heading"] { font-size: 13px; font-weight: 600; }
QLabel[role="section"] { font-size: 12px; font-weight: 600; color: $muted; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="caption"] { color: $muted; font-size: 12px; }
QLabel[role="value"] { font-size: 15px; font-weight: 600; }
QLabel[role="error"] { color: $danger_text; font-size: 12px; }
QLabel[role="chip"] { background: $accent_soft; color: $accent_text; border-radius: 9px; padding: 2px 8px;
    font-size: 11px; font-weight: 600; }
QLabel[role="chip"][tone="neutral"] { background: $sunken; color: $muted; }
QLabel[role="chip"][tone="good"] { background: $good_soft; color: $good_text; }
QLabel[role="chip"][tone="warn"] { background: $warn_soft; color: $warn_text; }
QLabel[role="chip"][tone="danger"] { background: $danger_soft; color: $danger_text; }

QPushButton, QToolButton { background: $raised; border: 1px solid $line; border-radius: 7px;
    padding: 0 12px;
    min-height: 30px; font-weight: 500; }
QPushButton:hover, QToolButton:hover { background: $hover; }
QPushButton:pressed, QToolButton:pressed { background: $pressed; }
QPushButton:focus, QToolButton:focus { border: 1px solid $accent; }
QPushButton:disabled, QToolButton:disabled { background: transparent; color: $disabled;
    border-color: $border; }
QPushButton[kind="primary"] { background: $accent; border: 1px solid $accent; color: $on_accent;
    font-weight: 600; }
QPushButton[kind="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[kind="primary"]:pressed { background: $accent_pressed; }
QPushButton[kind="primary"]:focus { border: 1px solid $text; }
QPushButton[kind="primary"]:disabled { background: $pressed; border-color: $pressed; color: $disabled; }
QPushButton[kind="quiet"], QToolButton[kind="quiet"] { background: transparent;
    border: 1px solid transparent;
    padding: 0 8px; }
QPushButton[kind="quiet"]:hover, QToolButton[kind="quiet"]:hover { background: $hover; }
QPushButton[kind="quiet"]:checked, QToolButton[kind="quiet"]:checked { background: $pressed; }
QPushButton[kind="quiet"]:focus, QToolButton[kind="quiet"]:focus { border: 1px solid $accent; }
QToolButton[kind="quiet"] { min-width: 30px; padding: 0; }
QToolButton[kind="small"] { background: transparent; border: 1px solid transparent; border-radius: 6px;
    padding: 0;
    min-width: 22px; max-width: 22px; min-height: 24px; max-height: 24px; }
QToolButton[kind="small"]:hover { background: $hover; }
QToolButton[kind="small"][on="true"] { background: $accent_soft; }
QToolButton[kind="small"]:focus { border: 1px solid $accent; }
QToolButton[kind="dot"] { background: transparent; border: 1px solid transparent; border-radius: 9px;
    padding: 0;
    min-width: 18px; max-width: 18px; min-height: 18px; max-height: 18px; }
QToolButton[kind="dot"]:hover { background: $hover; }
QToolButton[kind="dot"]:focus { border: 1px solid $accent; }
QPushButton[kind="danger"] { color: $danger_text; }
QPushButton[kind="danger"]:hover { background: $danger_soft; border-color: $danger_line; }
QPushButton[kind="danger"]:disabled { color: $disabled; }
QPushButton[kind="link"] { background: transparent; border: 1px solid transparent; border-radius: 4px;
    padding: 0;
    min-height: 20px; color: $accent_text; text-align: left; }
QPushButton[kind="link"]:hover { text-decoration: underline; }
QPushButton[kind="link"]:focus { border: 1px solid $accent; }
QPushButton[kind="link"]:disabled { color: $disabled; }
QPushButton[kind="light"] { background: transparent; border: 1px solid transparent; border-radius: 6px;
    padding: 0 4px 0 0; min-height: 20px; font-size: 12px; font-weight: 600; text-align: left; }
QPushButton[kind="light"]:hover { background: $hover; }
QPushButton[kind="light"]:focus { border: 1px solid $accent; }
QPushButton[kind="fold"] { background: transparent; border: 1px solid transparent; border-radius: 6px;
    padding: 0;
    text-align: left; color: $muted; font-weight: 600; font-size: 12px; min-height: 28px; }
QPushButton[kind="fold"]:hover { color: $text; }
QPushButton[kind="fold"]:focus { border: 1px solid $accent; }
QToolButton[kind="tab"] { background: transparent; border: 1px solid transparent; border-radius: 9px;
    color: $muted;
    font-size: 11px; font-weight: 500; padding: 6px 0 5px 0; min-width: 58px; max-width: 58px;
    min-height: 44px; }
QToolButton[kind="tab"]:hover { background: $hover; color: $text; }
QToolButton[kind="tab"]:checked { background: $accent_soft; color: $accent_text; font-weight: 600; }
QToolButton[kind="tab"]:focus { border: 1px solid $accent; }
QFrame[segmented="true"] { background: $sunken; border: 1px solid $border; border-radius: 8px; }
QPushButton[kind="segment"] { background: transparent; border: 1px solid transparent; border-radius: 6px;
    min-height: 24px; padding: 0 8px; color: $muted; font-size: 12px; }
QPushButton[kind="segment"]:hover { color: $text; }
QPushButton[kind="segment"]:checked { background: $raised; border: 1px solid $line; color: $text; }
QPushButton[kind="segment"]:focus { border: 1px solid $accent; }
QPushButton[kind="segment"]:disabled { color: $disabled; }

QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox, QPlainTextEdit { background: $field;
    border: 1px solid $line;
    border-radius: 7px; padding: 0 8px; min-height: 30px; selection-background-color: $accent;
    selection-color: $on_accent; }
QPlainTextEdit { padding: 8px; }
QLineEdit:hover, QComboBox:hover, QSpinBox:hover { border-color: $line_strong; }
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus, QPlainTextEdit:focus
    { border: 1px solid $accent; }
QLineEdit[invalid="true"], QComboBox[invalid="true"], QSpinBox[invalid="true"] { border: 1px solid $danger;
    }
QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled { background: transparent; border-color: $border;
    color: $disabled; }
QLineEdit[compact="true"] { min-height: 24px; padding: 0 5px; }
QSpinBox[plain="true"]::up-button, QSpinBox[plain="true"]::down-button, QSpinBox[plain="true"]::up-arrow,
QSpinBox[plain="true"]::down-arrow { width: 0; height: 0; margin: 0; border: none; image: none; }
QComboBox { padding-right: 2px; }
QComboBox::drop-down { border: none; width: 26px; }
QComboBox::down-arrow { image: url("$icons/combo-arrow.svg"); width: 14px; height: 14px; }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $line; border-radius: 8px;
    padding: 4px;
    outline: none; selection-background-color: $accent_soft; selection-color: $text; }
QComboBox QAbstractItemView::item { min-height: 28px; padding: 0 6px; border-radius: 5px; }
QComboBox QAbstractItemView::item:selected { background: $accent_soft; color: $text; }
QSpinBox::up-button, QDoubleSpinBox::up-button { border: none; width: 20px; subcontrol-position: top right;
    margin: 3px 3px 0 0; }
QSpinBox::down-button, QDoubleSpinBox::down-button { border: none; width: 20px;
    subcontrol-position: bottom right;
    margin: 0 3px 3px 0; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url("$icons/spin-up.svg"); width: 10px; height: 10px;
    }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url("$icons/spin-down.svg"); width: 10px;
    height: 10px; }

QCheckBox { spacing: 8px; min-height: 24px; }
QCheckBox::indicator, QListView::indicator { width: 16px; height: 16px; border: 1px solid $line_strong;
    border-radius: 4px; background: $field; }
QCheckBox::indicator:hover, QCheckBox::indicator:focus, QListView::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked, QListView::indicator:checked { background: $accent; border-color: $accent;
    image: url("$icons/tick.svg"); }
QCheckBox::indicator:disabled { border-color: $border; background: transparent; }
QCheckBox::indicator:checked:disabled { background: $disabled; border-color: $disabled; }

QSlider { min-height: 22px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $track; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $accent; }
QSlider::handle:horizontal { width: 14px; height: 14px; margin: -6px 0; border-radius: 8px;
    background: $knob;
    border: 1px solid $line_strong; }
QSlider::handle:horizontal:hover { border-color: $accent; }
QSlider::handle:horizontal:focus { border: 2px solid $accent; margin: -7px -1px; border-radius: 9px; }
QSlider::sub-page:horizontal:disabled { background: $track; }
QSlider::handle:horizontal:disabled { background: $sunken; border-color: $border; }
QSlider[bipolar="true"]::sub-page:horizontal { background: $track; }

QProgressBar { background: $track; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QProgressBar[tone="danger"]::chunk { background: $danger; }
QProgressBar[tone="good"]::chunk { background: $good; }
QProgressBar[tone="idle"]::chunk { background: $line_strong; }

QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget[scrolled="true"] { background: transparent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $line; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $line_strong; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QListView, QTreeView, QTableView { background: $surface; border: 1px solid $border; border-radius: 10px;
    outline: none; padding: 4px; alternate-background-color: $sunken; gridline-color: $border; }
QListView::item { border-radius: 7px; padding: 4px 8px; }
QListView[faces="true"], QListView[faces="true"]:focus { background: transparent; border: none; padding: 0; }
QListView[faces="true"]::item { padding: 4px; }
QListView::item:hover, QTreeView::item:hover, QTableView::item:hover { background: $hover; }
QListView::item:selected, QTreeView::item:selected, QTableView::item:selected { background: $accent_soft;
    color: $text; }
QListView:focus, QTreeView:focus, QTableView:focus { border: 1px solid $accent; }
QTableView::item { padding: 4px 8px; }
QTreeView::item { padding: 0 4px; min-height: 28px; }
QHeaderView { background: transparent; }
QHeaderView::section { background: transparent; color: $muted; border: none;
    border-bottom: 1px solid $border;
    padding: 6px 8px; font-size: 12px; font-weight: 600; }
QHeaderView::section:vertical { border: none; padding: 4px 8px; font-weight: 400; }
QTableCornerButton::section { background: transparent; border: none; }

QMenu { background: $surface; border: 1px solid $line; border-radius: 8px; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 5px; }
QMenu::item:selected { background: $accent_soft; }
QMenu::indicator { width: 14px; height: 14px; margin-left: 6px; }
QMenu::indicator:checked { image: url("$icons/menu-tick.svg"); }
QMenu::item:disabled { color: $disabled; }
QMenu::separator { height: 1px; background: $border; margin: 4px 8px; }
QToolTip { background: $inverse; color: $inverse_text; border: none; padding: 6px 8px; font-size: 12px; }
QSplitter::handle { background: transparent; }
"""
