"""Questions, answers with marks, the passages that were found and why, and the place that they point to."""

from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workbench.rag.answer_parts import answer_as_markdown
from workbench.ui.documents.adapter_box import AdapterBox
from workbench.ui.documents.asking_state import AskingState, Forgetting
from workbench.ui.documents.conversation_view import ConversationView
from workbench.ui.documents.hits_view import HitsView
from workbench.ui.documents.place_view import PlaceView
from workbench.ui.documents.search_settings_form import SearchSettingsForm, in_few_words
from workbench.ui.documents.turn_card import TurnCard
from workbench.ui.theme import set_role
from workbench.ui.widgets.adapter_scale import AdapterScale
from workbench.ui.widgets.clear_button import let_clear
from workbench.ui.widgets.file_dialogs import FOLDER, OpenDialog
from workbench.ui.widgets.model_picker import ModelPicker
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.question_bar import QuestionBar
from workbench.ui.widgets.text_goes import TextGoes
from workbench.ui.widgets.trouble_card import TroubleCard


class QuestionPage(QWidget):
    question_edited = Signal(str)
    search_requested = Signal()
    ask_requested = Signal()
    stop_requested = Signal()
    model_chosen = Signal(str)
    adapter_chosen = Signal(str)
    adapter_scaled = Signal(float)
    hit_opened = Signal(object)
    hit_judged = Signal(str, object, object)
    citation_opened = Signal(str, int)
    turn_chosen = Signal(str)
    asked_again = Signal(str, str)
    offer_chosen = Signal(str, object)
    """The turn, and an `Offer` of `llm.too_long`."""
    new_conversation_requested = Signal()
    conversation_chosen = Signal(int)
    forgetting_asked = Signal(object)
    """A `Forgetting`."""
    forgetting_confirmed = Signal()
    exhaustive_requested = Signal(str)
    exhaustive_declined = Signal()
    reranker_chosen = Signal(str)
    choices_wanted = Signal()
    """The settings were opened."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = AskingState()
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: AskingState) -> None:
        self._state = state
        if self._question.text() != state.question:
            self._question.setText(state.question)
        self._question.setPlaceholderText(
            self.tr("Ask on, or something else") if state.conversation.turns else self.tr("What do you want to know?")
        )
        if self._ask.hasFocus() or self._search.hasFocus():
            self._question.setFocus()  # where one asks on; Qt would go to the model once the button is disabled
        self._ask.setEnabled(state.can_ask)
        self._search.setEnabled(state.can_search)
        self._stop.setVisible(state.can_stop)
        self._ask.setVisible(not state.can_stop)
        self._picker.show_models(state.models, state.model)
        self._adapter.show_adapters(state.adapters, state.adapter)
        self._scale.show_scale(state.adapter, state.adapter_scale)
        self._goes.show_model(self._picker.chosen())
        self.settings.show_state(state)
        self.settings.section.show_summary(in_few_words(state))
        self._new.setEnabled(bool(state.conversation.turns))
        self._history.setVisible(bool(state.earlier or state.conversation.turns))
        self._forget.ask(self._before_forgetting(state))
        self._hint.setVisible(bool(state.exhaustive_question))
        self._trouble.show_trouble(state.trouble)
        self.conversation.show_state(state)
        self.hits.setVisible(bool(state.conversation.turns))
        self.hits.show_turn(state.turn, state.settings.mode)
        self.place.show_place(state.place)

    def _before_forgetting(self, state: AskingState) -> str:
        match state.forgetting:
            case Forgetting.THIS:
                what = self.tr("this conversation")
            case Forgetting.ALL:
                what = self.tr("all conversations with “{}”").format(state.selected)
            case Forgetting.NOTHING:
                return ""
        return self.tr("Forget {}, with answers and passages? This cannot be undone.").format(what)

    def append_answer(self, turn_id: str, text: str) -> None:
        self.conversation.append_answer(turn_id, text)

    def focus_question(self) -> None:
        self._question.setFocus()

    # -- building ---------------------------------------------------------------------------------------------------

    def _build_widgets(self) -> None:
        self._question = QLineEdit(self)
        self._question.setObjectName("question")
        self._question.setAccessibleName(self.tr("Question"))
        let_clear(self._question)
        self.setFocusProxy(self._question)
        self._ask = named_button(self, "ask", self.tr("Ask"), "primary", icon="play")
        self._search = named_button(self, "search_passages", self.tr("Search"), icon="search")
        self._search.setToolTip(self.tr("Show the passages only; no model takes part"))
        self._stop = named_button(self, "stop_asking", self.tr("Stop"), icon="stop")
        self._picker, self._goes = ModelPicker(self), TextGoes(self)
        self._adapter = AdapterBox("ask_adapter", self)
        self._scale = AdapterScale("ask_adapter_scale", self)
        self._new = named_button(self, "new_conversation", self.tr("New conversation"), "quiet", icon="plus")
        self._new.setToolTip(self.tr("The next question is understood without what was said before"))
        self._history = named_button(self, "earlier_conversations", self.tr("Conversations"), "quiet", icon="clock")
        self._menu = QMenu(self)
        self._menu.setObjectName("earlier_conversations_menu")
        self._history.setMenu(self._menu)
        self.settings = SearchSettingsForm(self)
        self._forget = QuestionBar(self.tr("the conversations"), self, verb=self.tr("Forget"))
        self._trouble = TroubleCard("place_trouble", self)
        self._build_hint()
        self.conversation = ConversationView(self)
        self.hits = HitsView(self)
        self.place = PlaceView(self)

    def _build_hint(self) -> None:
        self._hint = QFrame(self)
        self._hint.setObjectName("exhaustive_hint")
        set_role(self._hint, "strip")
        self._hint_text = QLabel(
            self.tr("This sounds like a question about all documents. An answer from the best passages may miss some."),
            self._hint,
        )
        self._hint_text.setWordWrap(True)
        self._go = QPushButton(self.tr("Read the whole collection"), self._hint)
        self._go.setObjectName("go_exhaustive")
        set_role(self._go, "link")
        self._decline = named_button(
            self._hint,
            "decline_exhaustive",
            "",
            "tiny",
            spoken=self.tr("Do not suggest it for this question"),
            icon="close",
        )
        row = QHBoxLayout(self._hint)
        row.setContentsMargins(12, 4, 8, 4)
        row.addWidget(self._hint_text, 1)
        row.addWidget(self._go)
        row.addWidget(self._decline)
        self._hint.hide()

    def _build_layout(self) -> None:
        ask = QHBoxLayout()
        ask.setSpacing(8)
        ask.addWidget(self._question, 1)
        for button in (self._search, self._ask, self._stop):
            ask.addWidget(button)
        how = QHBoxLayout()
        how.setSpacing(8)
        how.addWidget(self._picker, 1)
        how.addWidget(self._adapter)
        how.addWidget(self._scale)
        how.addWidget(self._goes)
        how.addWidget(self._history)
        how.addWidget(self._new)
        left = self._splitter("answer_split", Qt.Orientation.Vertical, self.conversation, self.hits, (520, 480))
        self._split = self._splitter("place_split", Qt.Orientation.Horizontal, left, self.place, (560, 440))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(6)
        column.addLayout(ask)
        column.addLayout(how)
        column.addWidget(self.settings)
        column.addWidget(self._forget)
        column.addWidget(self._hint)
        column.addWidget(self._trouble)
        column.addWidget(self._split, 1)

    def _splitter(
        self, name: str, way: Qt.Orientation, first: QWidget, second: QWidget, sizes: tuple[int, int]
    ) -> QSplitter:
        splitter = QSplitter(way, self)
        splitter.setObjectName(name)
        splitter.addWidget(first)
        splitter.addWidget(second)
        splitter.setChildrenCollapsible(False)
        splitter.setSizes(list(sizes))
        return splitter

    def _connect(self) -> None:
        self._question.textChanged.connect(self.question_edited)
        self._question.returnPressed.connect(self._on_return)
        self._search.clicked.connect(self.search_requested)
        self._ask.clicked.connect(self.ask_requested)
        self._stop.clicked.connect(self.stop_requested)
        self._picker.model_chosen.connect(self.model_chosen)
        self._adapter.adapter_chosen.connect(self.adapter_chosen)
        self._scale.scaled.connect(self.adapter_scaled)
        self._new.clicked.connect(self.new_conversation_requested)
        self._menu.aboutToShow.connect(self._fill_history)
        self._forget.confirmed.connect(self.forgetting_confirmed)
        self._forget.kept.connect(lambda: self.forgetting_asked.emit(Forgetting.NOTHING))
        self._go.clicked.connect(self._on_go)
        self._decline.clicked.connect(self.exhaustive_declined)
        self.settings.section.folded.connect(self._on_folded)
        self.settings.browse_requested.connect(self._on_browse)
        self.settings.reranker_chosen.connect(self.reranker_chosen)
        self.hits.opened.connect(self.hit_opened)
        self.hits.judged.connect(self.hit_judged)
        self.conversation.card_added.connect(self._connect_card)

    @Slot(object)
    def _connect_card(self, card: TurnCard) -> None:
        card.chosen.connect(self.turn_chosen)
        card.citation_opened.connect(self.citation_opened)
        card.hit_opened.connect(self.hit_opened)
        card.asked_again.connect(self.asked_again)
        card.offer_chosen.connect(self.offer_chosen)
        card.copy_requested.connect(self._on_copy)

    @Slot()
    def _on_return(self) -> None:
        (self.ask_requested if self._ask.isEnabled() else self.search_requested).emit()

    @Slot()
    def _fill_history(self) -> None:
        self._menu.clear()
        for number, conversation in enumerate(self._state.earlier):
            action = self._menu.addAction(conversation.title.replace("&", "&&"))
            action.triggered.connect(partial(self.conversation_chosen.emit, number))
        self._menu.addSeparator()
        for which, words in (
            (Forgetting.THIS, self.tr("Forget this conversation…")),
            (Forgetting.ALL, self.tr("Forget all conversations…")),
        ):
            action = self._menu.addAction(words)
            action.setObjectName(f"forget_{which.value}")
            action.setEnabled(which is Forgetting.ALL or bool(self._state.conversation.turns))
            action.triggered.connect(partial(self.forgetting_asked.emit, which))

    @Slot()
    def _on_go(self) -> None:
        self.exhaustive_requested.emit(self._state.exhaustive_question)

    @Slot(str, bool)
    def _on_folded(self, _name: str, is_open: bool) -> None:
        if is_open:
            self.choices_wanted.emit()

    @Slot()
    def _on_browse(self) -> None:
        dialog = OpenDialog(self, self.tr("Folder of a cross-encoder"), "reranker_dialog", mode=FOLDER)
        dialog.fileSelected.connect(self.reranker_chosen)
        dialog.rejected.connect(self._on_none_chosen)
        dialog.open()

    @Slot()
    def _on_none_chosen(self) -> None:
        self.settings.show_state(self._state)

    @Slot(str)
    def _on_copy(self, turn_id: str) -> None:
        turn = self._state.conversation.find(turn_id)
        if turn is not None:
            text = answer_as_markdown(turn.question, turn.answer) if turn.answer is not None else turn.answer_text
            QApplication.clipboard().setText(text)
