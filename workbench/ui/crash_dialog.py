"""Shown for a fault of our own: says so, keeps the window open, lets the details be copied."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from workbench.ui import icons
from workbench.ui.faults import Fault
from workbench.ui.theme import set_role


class CrashDialog(QDialog):
    """One dialog for all faults of a start; opened without blocking, so that the window stays usable."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._faults: list[Fault] = []
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_fault(self, fault: Fault) -> None:
        """Show this fault, above the ones that are already shown."""
        self._faults.insert(0, fault)
        del self._faults[20:]
        self._summary.setText(fault.summary)
        self._place.setText(self.tr("Written to {}").format(fault.report) if fault.report else "")
        self._place.setVisible(fault.report is not None)
        self._details.setPlainText(self._all_details())
        self._copy.setText(self.tr("Copy details"))
        self.show()
        self.raise_()

    def _all_details(self) -> str:
        return ("\n\n" + "-" * 60 + "\n\n").join(fault.details for fault in self._faults)

    def _build_widgets(self) -> None:
        self.setObjectName("crash_dialog")
        self.setWindowTitle(self.tr("Something went wrong"))
        self.resize(680, 460)
        self._icon = QLabel(self)
        icons.set_icon(self._icon, "error", "bad", 32)
        self._title = QLabel(self.tr("The program made a mistake"), self)
        set_role(self._title, "subtitle")
        self._words = QLabel(
            self.tr(
                "This is a fault of the program, not yours. The window stays open, running jobs go on and saved work "
                "is safe; what you did last may not have happened. If it comes back, send us the details."
            ),
            self,
        )
        self._words.setWordWrap(True)
        self._summary, self._place = QLabel(self), QLabel(self)
        self._summary.setObjectName("crash_summary")
        set_role(self._place, "small")
        for label in (self._summary, self._place):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._details = QPlainTextEdit(self)
        self._details.setObjectName("crash_details")
        self._details.setAccessibleName(self.tr("Details for developers"))
        self._details.setReadOnly(True)
        set_role(self._details, "code")
        self._buttons = QDialogButtonBox(self)
        self._copy = self._buttons.addButton(self.tr("Copy details"), QDialogButtonBox.ButtonRole.ActionRole)
        self._copy.setObjectName("crash_copy")
        self._close = self._buttons.addButton(self.tr("Go on"), QDialogButtonBox.ButtonRole.RejectRole)
        self._close.setObjectName("crash_close")
        set_role(self._close, "primary")

    def _build_layout(self) -> None:
        words = QVBoxLayout()
        words.addWidget(self._title)
        words.addWidget(self._words)
        top = QHBoxLayout()
        top.setSpacing(14)
        top.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addLayout(top)
        column.addWidget(self._summary)
        column.addWidget(self._details, 1)
        column.addWidget(self._place)
        column.addWidget(self._buttons)

    def _connect(self) -> None:
        self._copy.clicked.connect(self._on_copy)
        self._buttons.rejected.connect(self._on_closed)

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._all_details())
        self._copy.setText(self.tr("Copied"))

    @Slot()
    def _on_closed(self) -> None:
        self._faults.clear()
        self.close()
