"""Ctrl+K: every action of the window by name, with its shortcut."""

import contextlib
from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, Qt, Slot
from PySide6.QtGui import QAction, QColor, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from workbench.ui import fuzzy
from workbench.ui.theme import set_role, tokens_of

WIDTH, HEIGHT = 560, 400


class CommandPalette(QFrame):
    """Lies over the window it belongs to; Enter runs, Escape or a click elsewhere closes."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._actions: list[QAction] = []
        self._before: QWidget | None = None
        """What had the focus when it was opened."""
        self._build_widgets()
        self._build_layout()
        self._connect()
        self.hide()

    def open_with(self, actions: Sequence[QAction]) -> None:
        """Show these actions; the ones that cannot be used now are left out."""
        self._actions = [action for action in actions if action.isEnabled() and action.text()]
        self._search.clear()
        self._show_matches()
        self._place()
        if not self.isVisible():
            self._before = QApplication.focusWidget()
        self.show()
        self.raise_()
        self._search.setFocus(Qt.FocusReason.PopupFocusReason)

    def shown_titles(self) -> list[str]:
        return [title_of(action) for action in self._model.actions]

    def _build_widgets(self) -> None:
        self.setObjectName("command_palette")
        self.setAccessibleName(self.tr("Commands"))
        set_role(self, "popup")
        self._search = QLineEdit(self)
        self._search.setObjectName("command_search")
        self._search.setAccessibleName(self.tr("Search commands"))
        self._search.setPlaceholderText(self.tr("What would you like to do?"))
        self._model = _ActionListModel()
        self._list = QListView(self)
        self._list.setObjectName("command_list")
        self._list.setAccessibleName(self.tr("Matching commands"))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setUniformItemSizes(True)
        self._list.setModel(self._model)
        self._painter = _ActionDelegate(self._list)
        self._list.setItemDelegate(self._painter)

    def _build_layout(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(8)
        column.addWidget(self._search)
        column.addWidget(self._list, 1)

    def _connect(self) -> None:
        self._search.textChanged.connect(self._on_search_edited)
        self._search.installEventFilter(self)
        self._list.clicked.connect(self._on_clicked)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self._search:
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.FocusOut and self.isVisible() and not self._list.underMouse():
            self.hide()
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._on_key(event)
        return super().eventFilter(watched, event)

    def _on_key(self, event: QKeyEvent) -> bool:
        match event.key():
            case Qt.Key.Key_Escape:
                self._leave()
            case Qt.Key.Key_Down | Qt.Key.Key_Tab:
                self._move(1)
            case Qt.Key.Key_Up | Qt.Key.Key_Backtab:
                self._move(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._run(self._list.currentIndex())
            case _:
                return False
        return True

    def _move(self, step: int) -> None:
        count = self._model.rowCount()
        if count:
            self._list.setCurrentIndex(self._model.index((self._list.currentIndex().row() + step) % count))

    def _leave(self) -> None:
        """Hide; the keyboard speaks again to what it spoke to before."""
        before, self._before = self._before, None
        with contextlib.suppress(RuntimeError):  # it is gone meanwhile
            if before is not None and before.isVisible():
                before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.hide()

    def _run(self, index: QModelIndex) -> None:
        self._leave()
        if index.isValid():
            self._model.actions[index.row()].trigger()

    @Slot(str)
    def _on_search_edited(self, _text: str) -> None:
        self._show_matches()

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self._run(index)

    def _show_matches(self) -> None:
        order = fuzzy.best(self._search.text(), map(title_of, self._actions))
        self._model.show([self._actions[number] for number in order])
        self._list.setCurrentIndex(self._model.index(0))

    def _place(self) -> None:
        window = self._window.rect()
        width, height = min(WIDTH, window.width() - 40), min(HEIGHT, window.height() - 100)
        self.setGeometry((window.width() - width) // 2, min(80, window.height() // 8), width, height)


def title_of(action: QAction) -> str:
    """What the palette calls an action: "Help: Where is my data" where its status tip names a group."""
    text = action.text().replace("&&", "\0").replace("&", "").replace("\0", "&").rstrip("…")
    group = str(action.property("group") or "")
    return f"{group}: {text}" if group else text


class _ActionListModel(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.actions: list[QAction] = []

    def show(self, actions: list[QAction]) -> None:
        self.beginResetModel()
        self.actions = actions
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.actions)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        action = self.actions[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return title_of(action)
            case Qt.ItemDataRole.UserRole:
                return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        return None


class _ActionDelegate(QStyledItemDelegate):
    """The shortcut at the right, in the second-rank colour."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        keys = index.data(Qt.ItemDataRole.UserRole)
        if keys:
            room = QRect(option.rect).adjusted(0, 0, -12, 0)
            painter.save()
            painter.setPen(QColor(tokens_of().muted))
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, keys)
            painter.restore()
