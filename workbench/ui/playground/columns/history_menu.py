"""What was said before: take it up again, export what is open, forget."""

from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from workbench.ui.playground.columns.state import ColumnsState
from workbench.ui.theme import set_role

_SHOWN = 25
_LONGEST = 60


class HistoryMenu(QPushButton):
    reopen_requested = Signal(str)
    export_requested = Signal()
    copy_requested = Signal()
    forget_all_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(self.tr("History"))
        self.setObjectName("playground_history")
        self.setAccessibleName(self.tr("History of conversations"))
        set_role(self, "quiet")
        self._state = ColumnsState()
        self._menu = QMenu(self)
        self._menu.setObjectName("history_menu")
        self._menu.aboutToShow.connect(self._fill)
        self.setMenu(self._menu)

    def show_state(self, state: ColumnsState) -> None:
        """Shown when the menu is opened: an answer should not wait for 25 entries that nobody looks at."""
        self._state = state

    @Slot()
    def _fill(self) -> None:
        """The conversations that were talked in last, then what is older than conversations."""
        state = self._state
        entries = (*state.history, *state.exchanges)[:_SHOWN]
        self._menu.clear()
        for entry in entries:
            title = entry.title if len(entry.title) <= _LONGEST else f"{entry.title[:_LONGEST]}…"
            columns = self.tr("   ({} columns)").format(entry.columns) if entry.columns > 1 else ""
            action = self._menu.addAction(
                title.replace("&", "&&") + columns, partial(self.reopen_requested.emit, entry.id)
            )
            action.setEnabled(not state.is_running)
        self._menu.addSeparator()
        self._menu.addAction(self.tr("Export this conversation…"), self.export_requested.emit).setEnabled(
            state.has_turns
        )
        self._menu.addAction(self.tr("Copy this conversation as Markdown"), self.copy_requested.emit).setEnabled(
            state.has_turns
        )
        forget = self._menu.addMenu(self.tr("Forget all"))
        forget.setEnabled(bool(entries))
        forget.addAction(self.tr("Yes, delete the whole history"), self.forget_all_requested.emit)
