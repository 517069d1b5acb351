"""A row of the data set as the model gets it: each token, those that are learned in colour."""

from PySide6.QtCore import QEvent, QSignalBlocker, Signal, Slot
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from workbench.finetune.preview import RowPreview, as_shown
from workbench.ui.finetune.preview_state import PreviewState
from workbench.ui.theme import set_role, tokens_of
from workbench.ui.widgets.trouble_card import TroubleCard

_LINES = 9


class PreviewForm(QWidget):
    row_chosen = Signal(int)
    """From 0."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_preview(self, state: PreviewState, count: int) -> None:
        """`count`: rows of the data set."""
        with QSignalBlocker(self._row):
            self._row.setRange(min(1, count), count)
            self._row.setValue(min(state.row + 1, count))
        self._of.setText(self.tr("of {:,}").format(count))
        self._before.setEnabled(state.row > 0)
        self._after.setEnabled(state.row + 1 < count)
        self._words.setText(state.in_words)
        self._trouble.show_trouble(state.trouble)
        self.text.setVisible(state.trouble is None)
        self.text.show_tokens(state.shown)

    def _build_widgets(self) -> None:
        label = self._label = QLabel(self.tr("Row"), self)
        self._row = QSpinBox(self)
        self._row.setObjectName("preview_row")
        self._row.setAccessibleName(self.tr("Row that is shown"))
        self._row.setKeyboardTracking(False)
        label.setBuddy(self._row)
        self._of = QLabel(self)
        self._before = self._step("‹", "preview_before", self.tr("The row before"))
        self._after = self._step("›", "preview_after", self.tr("The next row"))
        self._words = QLabel(self)
        self._words.setObjectName("preview_words")
        self._words.setWordWrap(True)
        set_role(self._words, "small")
        self.text = TokensText(self)
        self._trouble = TroubleCard("preview_trouble", self)

    def _step(self, text: str, name: str, accessible: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setAccessibleName(accessible)
        button.setToolTip(accessible)
        return button

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        for widget in (self._label, self._before, self._row, self._after, self._of):
            head.addWidget(widget)
        head.addSpacing(8)
        head.addWidget(self._words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._trouble)
        column.addWidget(self.text)

    def _connect(self) -> None:
        self._row.valueChanged.connect(self._on_row)
        self._before.clicked.connect(self._on_before)
        self._after.clicked.connect(self._on_after)

    @Slot(int)
    def _on_row(self, number: int) -> None:
        self.row_chosen.emit(number - 1)

    @Slot()
    def _on_before(self) -> None:
        self.row_chosen.emit(self._row.value() - 2)

    @Slot()
    def _on_after(self) -> None:
        self.row_chosen.emit(self._row.value())


class TokensText(QPlainTextEdit):
    """Read only; neighbouring tokens differ a little, so that each can be told from the next."""

    _shown: RowPreview | None = None
    """Known before the first event comes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("preview_tokens")
        self.setAccessibleName(self.tr("Tokens of the row; those that are learned are coloured"))
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * _LINES + 16)

    def show_tokens(self, shown: RowPreview | None) -> None:
        if shown == self._shown:
            return
        self._shown = shown
        self.setPlainText("".join(map(as_shown, (token.text for token in shown.tokens))) if shown else "")
        self._paint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.StyleChange}:
            self._paint()

    def learned(self) -> str:
        """The text of the tokens that are coloured as learned."""
        ground = self._grounds()[True]
        marked = (mark for mark in self.extraSelections() if mark.format.background().color() in ground)
        return "".join(mark.cursor.selectedText().replace("\u2029", "\n") for mark in marked)

    def _grounds(self) -> dict[bool, tuple[QColor, QColor]]:
        """Of tokens that are learned and others; two of each, for neighbours."""
        tokens = tokens_of(self)
        return {
            True: (_thinned(tokens.good, 80), _thinned(tokens.good, 45)),
            False: (_thinned(tokens.muted, 45), _thinned(tokens.muted, 15)),
        }

    def _paint(self) -> None:
        grounds = self._grounds()
        marks: list[QTextEdit.ExtraSelection] = []
        at = 0
        for place, token in enumerate(self._shown.tokens if self._shown else ()):
            length = len(as_shown(token.text).encode("utf-16-le", "surrogatepass")) // 2  # as Qt counts
            mark = QTextEdit.ExtraSelection()
            mark.cursor = QTextCursor(self.document())
            mark.cursor.setPosition(at)
            at += length
            mark.cursor.setPosition(at, QTextCursor.MoveMode.KeepAnchor)
            look = QTextCharFormat()
            look.setBackground(grounds[token.trained][place % 2])
            mark.format = look
            marks.append(mark)
        self.setExtraSelections(marks)


def _thinned(color: str, alpha: int) -> QColor:
    """`alpha`: 0 (nothing) to 255."""
    made = QColor(color)
    made.setAlpha(alpha)
    return made
