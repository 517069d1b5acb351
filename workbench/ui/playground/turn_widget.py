"""One question with its answer: how it is asked, growing, answered, or failed."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from workbench.llm.too_long import Offer
from workbench.ui import icons
from workbench.ui.playground.state import Turn, adapter_in_words, measured_in_words
from workbench.ui.theme import set_role
from workbench.ui.widgets.answer_view import AnswerView
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.offers import OfferButtons


class TurnWidget(QWidget):
    offer_chosen = Signal(str, object)
    """The turn, and an `Offer` of `llm.too_long`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._turn: Turn | None = None
        self._build_widgets()
        self._build_layout()
        self._copy.clicked.connect(self._on_copy)
        self._offers.offer_chosen.connect(self._on_offer)

    def show_turn(self, turn: Turn, waits_for: str) -> None:
        """`waits_for` says why a running answer has not begun."""
        was_running = self._turn is None or self._turn.is_running
        self._turn = turn
        if self._question.text() != turn.question:
            self._question.show_plain(turn.question)
        self._waits.setText(waits_for)
        self._waits.setVisible(turn.is_running and bool(waits_for))
        if not turn.is_running and (was_running or turn.answer != self.answer.text()):
            self.answer.show_text(turn.answer)
        self.answer.setVisible(bool(turn.answer) or (turn.is_running and not waits_for))
        self._show_end(turn)

    def append_text(self, text: str) -> None:
        self.answer.setVisible(True)
        self.answer.append_text(text)

    def _show_end(self, turn: Turn) -> None:
        completion = turn.completion
        self._measured.setText(measured_in_words(completion) if completion is not None else "")
        self._adapter.setText(adapter_in_words(turn))
        self._adapter.setToolTip(completion.adapter_hash if completion is not None else "")
        self._adapter.setVisible(bool(self._adapter.text()))
        self._copy.setVisible(not turn.is_running and bool(turn.answer))
        trouble = turn.trouble
        self._trouble.setVisible(trouble is not None)
        if trouble is not None:
            self._trouble_text.setText(f"{trouble.message}\n{trouble.hint}".strip())
            self._trouble_text.setToolTip("")
            self._offers.show_offers(trouble.offers)
            self._details.setVisible(bool(trouble.details))
        if completion is not None and not completion.text:
            self._measured.setText(self.tr("an empty answer  ·  ") + self._measured.text())
        if turn.is_left_out:
            self._measured.setText(self.tr("not sent along any more  ·  ") + self._measured.text())

    def _build_widgets(self) -> None:
        self._ask = QFrame(self)
        set_role(self._ask, "strip")
        self._question = AnswerView(self._ask, fits_content=True, tallest=170)
        self._question.setObjectName("turn_question")
        self._question.setAccessibleName(self.tr("Question"))
        self._waits, self._measured = QLabel(self), QLabel(self)
        self._measured.setObjectName("turn_measured")
        set_role(self._waits, "muted")
        set_role(self._measured, "small")
        for label in (self._waits, self._measured):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._adapter = ElidedLabel(parent=self)
        self._adapter.setObjectName("turn_adapter")
        set_role(self._adapter, "small")
        self.answer = AnswerView(self, fits_content=True)
        self._copy = self._tool("copy", self.tr("Copy the answer"), "copy_answer")
        self._trouble = QFrame(self)
        set_role(self._trouble, "message-error")
        self._trouble_text = QLabel(self._trouble)
        self._trouble_text.setObjectName("turn_trouble")
        self._trouble_text.setTextFormat(Qt.TextFormat.PlainText)
        self._trouble_text.setWordWrap(True)
        self._trouble_text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._offers = OfferButtons(self._trouble)
        self._details = self._tool("copy", self.tr("Copy the details of the problem"), "copy_trouble")
        self._details.clicked.connect(self._on_copy_details)

    def _tool(self, icon: str, text: str, name: str) -> QToolButton:
        button = QToolButton(self)
        icons.set_icon(button, icon, "muted", 16)
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setToolTip(text)
        return button

    def _build_layout(self) -> None:
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        ask = QVBoxLayout(self._ask)
        ask.setContentsMargins(10, 6, 6, 6)
        ask.addWidget(self._question)
        said = QVBoxLayout()
        said.addWidget(self._trouble_text)
        said.addWidget(self._offers)
        trouble = QHBoxLayout(self._trouble)
        trouble.setContentsMargins(12, 8, 8, 8)
        trouble.addLayout(said, 1)
        trouble.addWidget(self._details, 0, Qt.AlignmentFlag.AlignTop)
        end = QHBoxLayout()
        end.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self._measured)
        words.addWidget(self._adapter)
        end.addLayout(words, 1)
        end.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._ask)
        column.addWidget(self._waits)
        column.addWidget(self.answer)
        column.addWidget(self._trouble)
        column.addLayout(end)

    @Slot(object)
    def _on_offer(self, offer: Offer) -> None:
        if self._turn is not None:
            self.offer_chosen.emit(self._turn.id, offer)

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.answer.text())

    @Slot()
    def _on_copy_details(self) -> None:
        trouble = self._turn.trouble if self._turn is not None else None
        if trouble is not None:
            QGuiApplication.clipboard().setText("\n\n".join((trouble.message, trouble.hint, trouble.details)))
