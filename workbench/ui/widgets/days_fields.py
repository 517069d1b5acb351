"""The days between which documents were changed."""

from datetime import date

from PySide6.QtCore import QDate, QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QDateEdit, QHBoxLayout, QWidget


class DaysFields(QWidget):
    changed = Signal(dict)
    """`since` and `until` of a `DocumentFilter`."""

    def __init__(self, prefix: str = "", parent: QWidget | None = None) -> None:
        """`prefix` stands before the names of its fields."""
        super().__init__(parent)
        self._since, self._since_day = self._day(f"{prefix}since", self.tr("Changed since"))
        self._until, self._until_day = self._day(f"{prefix}until", self.tr("until"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for widget in (self._since, self._since_day, self._until, self._until_day):
            row.addWidget(widget)
        row.addStretch(1)
        for box in (self._since, self._until):
            box.toggled.connect(self._on_days)
        for edit in (self._since_day, self._until_day):
            edit.dateChanged.connect(self._on_days)

    def show_days(self, since: date | None, until: date | None) -> None:
        """None: no limit."""
        self._show_day(self._since, self._since_day, since)
        self._show_day(self._until, self._until_day, until)
        if since is not None:
            with QSignalBlocker(self._until_day):
                self._until_day.setMinimumDate(QDate(since.year, since.month, since.day))
        else:
            self._until_day.clearMinimumDate()

    def _show_day(self, box: QCheckBox, edit: QDateEdit, day: date | None) -> None:
        with QSignalBlocker(box), QSignalBlocker(edit):
            box.setChecked(day is not None)
            edit.setVisible(day is not None)
            if day is not None:
                edit.setDate(QDate(day.year, day.month, day.day))

    def _day(self, name: str, words: str) -> tuple[QCheckBox, QDateEdit]:
        box = QCheckBox(words, self)
        box.setObjectName(name)
        edit = QDateEdit(QDate.currentDate(), self)
        edit.setObjectName(f"{name}_day")
        edit.setAccessibleName(words)
        edit.setCalendarPopup(True)
        edit.setDisplayFormat("yyyy-MM-dd")
        edit.hide()
        return box, edit

    @Slot()
    def _on_days(self) -> None:
        since, until = _day_of(self._since, self._since_day), _day_of(self._until, self._until_day)
        if since is not None and until is not None and until < since:
            until = since
        self.changed.emit({"since": since, "until": until})


def _day_of(box: QCheckBox, edit: QDateEdit) -> date | None:
    if not box.isChecked():
        return None
    day = edit.date()
    return date(day.year(), day.month(), day.day())
