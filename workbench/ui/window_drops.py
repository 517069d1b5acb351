"""Files dragged over the window, wherever they are let go: shows where they would go, and hands them over there.

It sits on the native window, before any widget hears of the drag: a text field below the pointer would insert the
file's address as text. What the shown tab can use is left to that tab, which has a place for it.
"""

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from workbench.ui import icons
from workbench.ui.drop_routing import DropTarget, drop_target
from workbench.ui.theme import set_role
from workbench.ui.widgets.drop_area import paths_of

MARGIN = 14


class WindowDrops(QObject):
    """Files dropped on `window`, which was shown, go to `on_drop`. Drags of anything else are left to the widgets."""

    def __init__(
        self, window: QWidget, shown_tab: Callable[[], str], on_drop: Callable[[DropTarget, list[str]], None]
    ) -> None:
        super().__init__(window)
        self._window = window
        self._shown_tab = shown_tab
        self._on_drop = on_drop
        self._sign: DropSign | None = None
        self._target: DropTarget | None = None
        self._native = window.windowHandle()
        self._native.installEventFilter(self)

    def end(self) -> None:
        """The window has no tabs any more that could take anything."""
        self._native.removeEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.DragEnter:
                return self._enter(cast("QDragEnterEvent", event))
            case QEvent.Type.DragMove if self._target is not None:
                return self._move(cast("QDragMoveEvent", event))
            case QEvent.Type.DragLeave if self._target is not None:
                return not self._leave()
            case QEvent.Type.Drop if self._target is not None:
                return self._drop(cast("QDropEvent", event))
        return False

    def _enter(self, event: QDragEnterEvent) -> bool:
        paths = paths_of(event.mimeData())
        if not paths:
            return False
        self._target = drop_target(paths, self._shown_tab())
        if self._sign is None:
            self._sign = DropSign(self._window)
        self._sign.show_target(self._target)
        if self._is_left_to_tab:
            return False
        event.acceptProposedAction()
        return True

    def _move(self, event: QDragMoveEvent) -> bool:
        """Text fields of the shown tab hear nothing; the widget before them stays the one that gets the files."""
        if self._is_left_to_tab and not self._is_over_text(event):
            return False
        event.acceptProposedAction()
        return True

    def _leave(self) -> bool:
        """Whether the shown tab is to hear of it."""
        is_left_to_tab = self._is_left_to_tab
        self._target = None
        if self._sign is not None:
            self._sign.hide()
        return is_left_to_tab

    def _drop(self, event: QDropEvent) -> bool:
        target, paths = self._target, paths_of(event.mimeData())
        if self._leave():
            return False
        event.acceptProposedAction()
        if target is not None and paths:
            self._on_drop(target, paths)
        return True

    @property
    def _is_left_to_tab(self) -> bool:
        return self._target is not None and self._target.tab == self._shown_tab()

    def _is_over_text(self, event: QDragMoveEvent) -> bool:
        below = self._window.childAt(event.position().toPoint())
        if below is not None and isinstance(below.parentWidget(), QAbstractScrollArea):
            below = below.parentWidget()
        return isinstance(below, QLineEdit | QPlainTextEdit | QTextEdit)


class DropSign(QFrame):
    """Lies over the window while files are dragged: where they would go, or why nowhere."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("drop_sign")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._icon = QLabel(self)
        self._text, self._hint = QLabel(self), QLabel(self)
        self._text.setObjectName("drop_sign_text")
        set_role(self._text, "subtitle")
        set_role(self._hint, "muted")
        words = QVBoxLayout()
        words.setSpacing(2)
        for label in (self._text, self._hint):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            words.addWidget(label)
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 14, 18, 14)
        row.setSpacing(14)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.hide()

    def show_target(self, target: DropTarget) -> None:
        """At the bottom of the window, over everything."""
        set_role(self, "message-info" if target.tab else "message-warning")
        self._text.setText(target.text)
        self._hint.setText(target.hint)
        self._hint.setVisible(bool(target.hint))
        self.setAccessibleName(f"{target.text} {target.hint}".strip())
        icons.set_icon(self._icon, target.tab or "warning", "accent" if target.tab else "warn", 24)
        window = self.parentWidget()
        assert window is not None
        width = min(560, window.width() - 2 * MARGIN)
        layout = self.layout()
        assert layout is not None
        height = layout.totalHeightForWidth(width)
        self.setGeometry((window.width() - width) // 2, window.height() - height - 3 * MARGIN, width, height)
        self.raise_()
        self.show()
