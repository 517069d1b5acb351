"""A passage in its document: the page's picture, or its text with the passage marked."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QTextCursor
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QStackedWidget,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from workbench.ui import icons
from workbench.ui.documents.asking_state import Place
from workbench.ui.theme import set_role, tokens_of
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.empty_state import EmptyState
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.page_view import PageView


class PlaceView(QWidget):
    page_turned = Signal(int)
    text_preferred = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place: Place | None = None
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_place(self, place: Place | None) -> None:
        if place is self._place:
            return
        before, self._place = self._place, place
        self._bar.setVisible(place is not None)
        if place is None:
            self._note.hide()
            self.text.clear()  # what is closed may be a document of which no trace may be left
            self._stack.setCurrentWidget(self._empty)
            return
        self._name.setText(place.document)
        self._number.setText(self.tr("page {} of {}").format(place.page, place.pages) if place.pages > 1 else "")
        self._previous.setVisible(place.pages > 1)
        self._next.setVisible(place.pages > 1)
        self._previous.setEnabled(place.page > 1)
        self._next.setEnabled(place.page < place.pages)
        self._as_text.setVisible(place.picture is not None)
        self._as_text.setChecked(place.wants_text)
        self._note.setText(self.tr("Drawing the page…") if place.is_loading else place.note)
        self._note.setVisible(bool(self._note.text()))
        if before is None or (before.text, before.start, before.end) != (place.text, place.start, place.end):
            self._show_text(place)
        if place.picture is not None and not place.wants_text:
            self._stack.setCurrentWidget(self.page)
            self.page.show_page(place.picture.png, place.picture.boxes)
        else:
            self._stack.setCurrentWidget(self.text)

    def _show_text(self, place: Place) -> None:
        self.text.setPlainText(place.text)
        cursor = QTextCursor(self.text.document())
        # Qt counts UTF-16 units, we count code points.
        cursor.setPosition(_units(place.text[: place.start]))
        cursor.setPosition(_units(place.text[: place.end]), QTextCursor.MoveMode.KeepAnchor)
        mark = QTextEdit.ExtraSelection()
        mark.cursor = cursor
        tokens = tokens_of(self)
        mark.format.setBackground(QColor(tokens.warn_soft))
        mark.format.setForeground(QColor(tokens.warn))
        self.text.setExtraSelections([mark] if place.end > place.start else [])
        at_start = QTextCursor(self.text.document())
        at_start.setPosition(cursor.selectionStart())
        self.text.setTextCursor(at_start)
        self.text.centerCursor()

    def marked_text(self) -> str:
        """What is marked in the text view."""
        marks = self.text.extraSelections()
        return marks[0].cursor.selectedText().replace("\u2029", "\n") if marks else ""

    def _build_widgets(self) -> None:
        self.setObjectName("place_view")
        self._bar = QWidget(self)
        self._bar.hide()
        self._name = ElidedLabel("", Qt.TextElideMode.ElideMiddle, self)
        set_role(self._name, "field")
        self._name.setObjectName("place_document")
        self._number = QLabel(self)
        set_role(self._number, "muted")
        self._previous = named_button(self, "previous_page", self.tr("‹"), "quiet", tip=self.tr("Previous page"))
        self._next = named_button(self, "next_page", self.tr("›"), "quiet", tip=self.tr("Next page"))
        self._as_text = named_button(
            self, "show_as_text", self.tr("Text"), "quiet", tip=self.tr("Show the text instead of the page")
        )
        self._as_text.setCheckable(True)
        self._note = QLabel(self)
        self._note.setObjectName("place_note")
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        self._note.setWordWrap(True)
        set_role(self._note, "muted")
        self._empty = EmptyState(
            self.tr("The source appears here"),
            self.tr("Click a passage or a mark like [1] to see it in its document."),
            icon="documents",
        )
        self.page = PageView(self)
        self.text = QPlainTextEdit(self)
        self.text.setObjectName("place_text")
        self.text.setAccessibleName(self.tr("Text of the page with the passage marked"))
        self.text.setReadOnly(True)
        self._stack = QStackedWidget(self)
        icons.set_icon(self._as_text, "file", "muted", 14)

    def _build_layout(self) -> None:
        row = QHBoxLayout(self._bar)
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._name, 1)
        row.addWidget(self._number)
        for button in (self._previous, self._next, self._as_text):
            row.addWidget(button)
        for widget in (self._empty, self.page, self.text):
            self._stack.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._bar)
        column.addWidget(self._note)
        column.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self._previous.clicked.connect(self._on_previous)
        self._next.clicked.connect(self._on_next)
        self._as_text.clicked.connect(self.text_preferred)

    @Slot()
    def _on_previous(self) -> None:
        self.page_turned.emit(-1)

    @Slot()
    def _on_next(self) -> None:
        self.page_turned.emit(1)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
