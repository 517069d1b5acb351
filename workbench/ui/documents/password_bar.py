"""Asks for the password of one encrypted file after the other; each file is asked for once."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QWidget

from workbench.ui.documents.file_rows import FileRow
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button


class PasswordBar(QFrame):
    """Hidden while no file needs one."""

    password_given = Signal(str, str)
    """Path of the file, password."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("password_bar")
        set_role(self, "message-warning")
        self._left_out: set[str] = set()
        self._given: set[str] = set()
        """Their passwords are being tried."""
        self._waiting: list[FileRow] = []
        self._asked = ""
        self._build_widgets()
        self._build_layout()
        self._connect()
        self.hide()

    def show_rows(self, rows: Sequence[FileRow], *, is_trying: bool) -> None:
        """Those that need a password; `is_trying`: a job is under way that may have been given some of them."""
        if not is_trying:
            self._given.clear()
        self._waiting = [row for row in rows if row.path not in self._left_out | self._given]
        self._show_first()

    def ask_for(self, row: FileRow) -> None:
        """The user wants to give it after all."""
        self._left_out.discard(row.path)
        self._waiting = [row, *(other for other in self._waiting if other.path != row.path)]
        self._show_first()
        self._word.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_first(self) -> None:
        self.setVisible(bool(self._waiting))
        if not self._waiting:
            self._asked = ""
            return
        row, others = self._waiting[0], len(self._waiting) - 1
        said = self.tr("That password does not open “{}”.") if row.has_wrong_password else self.tr("“{}” is encrypted.")
        more = self.tr(" {} more files wait for theirs.").format(others) if others > 1 else ""
        more = self.tr(" One more file waits for its own.") if others == 1 else more
        self._text.setText(said.format(row.name) + more)
        self._text.setToolTip(row.path)
        if row.path != self._asked:
            self._asked = row.path
            self._word.clear()

    def _build_widgets(self) -> None:
        self._text = QLabel(self)
        self._text.setObjectName("password_question")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._word = QLineEdit(self)
        self._word.setObjectName("password")
        self._word.setAccessibleName(self.tr("Password of the file"))
        self._word.setPlaceholderText(self.tr("Password"))
        self._word.setToolTip(self.tr("Used to read the file, and kept nowhere"))
        self._word.setEchoMode(QLineEdit.EchoMode.Password)
        self._word.setMinimumWidth(160)
        self._open = named_button(
            self, "give_password", self.tr("Read it"), spoken=self.tr("Read the file with this password")
        )
        self._open.setEnabled(False)
        self._skip = named_button(
            self, "skip_password", self.tr("Leave it out"), "quiet", spoken=self.tr("Leave the file out")
        )

    def _build_layout(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 8, 5)
        row.addWidget(self._text, 1)
        row.addWidget(self._word)
        row.addWidget(self._open)
        row.addWidget(self._skip)

    def _connect(self) -> None:
        self._word.textChanged.connect(lambda text: self._open.setEnabled(bool(text)))
        self._word.returnPressed.connect(self._on_given)
        self._open.clicked.connect(self._on_given)
        self._skip.clicked.connect(self._on_skipped)

    @Slot()
    def _on_given(self) -> None:
        word, path = self._word.text(), self._asked
        if word and path:
            self._given.add(path)
            self._leave(path)
            self.password_given.emit(path, word)

    @Slot()
    def _on_skipped(self) -> None:
        self._left_out.add(self._asked)
        self._leave(self._asked)

    def _leave(self, path: str) -> None:
        self._word.clear()
        self._waiting = [row for row in self._waiting if row.path != path]
        self._show_first()
