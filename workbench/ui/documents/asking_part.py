"""Questions of the Documents tab: search, ask, ask on, ask again. No Qt."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from workbench.llm.too_long import Offer, RaiseContext, ShortenAnswer
from workbench.llm.types import GenerationConfig
from workbench.rag.answer_types import Citation
from workbench.rag.document_store import SourceDocument
from workbench.rag.purged import Purged
from workbench.rag.search_types import FoldedHit, Hit
from workbench.ui.documents.adapter_choice import fitting_adapters
from workbench.ui.documents.answering_part import AnsweringPart
from workbench.ui.documents.asking_board import AskingBoard
from workbench.ui.documents.asking_state import AskingState, Forgetting, Phase, Place
from workbench.ui.documents.board import Surroundings
from workbench.ui.documents.conversation_state import AskedTurn, Conversation, without_quotes
from workbench.ui.documents.conversations_part import ConversationsPart
from workbench.ui.documents.judging_part import JudgingPart
from workbench.ui.documents.place_part import PlacePart
from workbench.ui.documents.search_settings_part import SearchSettingsPart
from workbench.ui.trouble import Trouble
from workbench.ui.widgets.model_choice import can_answer


class AskingPart:
    """What the user does with questions and their answers.

    `settings` holds how is searched, `judging` what is thought of hits, `places` the document that is open beside.
    """

    def __init__(self, surroundings: Surroundings) -> None:
        self.board = self._board = AskingBoard()
        self._catalog = surroundings.catalog
        self._messages = surroundings.messages
        self._list_adapters = surroundings.list_adapters
        self.settings = SearchSettingsPart(surroundings, self._board)
        self.judging = JudgingPart(surroundings, self._board)
        self.conversations = ConversationsPart(surroundings, self._board)
        self.places = PlacePart(surroundings, self._show_place, lambda: self.state.place, lambda: self.state.selected)
        self._answering = AnsweringPart(surroundings, self._board, self.judging, self.places, self.conversations.save)
        self._config = GenerationConfig()
        self._asked = 0
        self._conversations: dict[str, tuple[Conversation, ...]] = {}
        """Since the start, by collection, the one that is looked at first. Older ones are in the database."""

    @property
    def state(self) -> AskingState:
        return self._board.state

    def start(self) -> None:
        """The tab is shown for the first time."""
        self._catalog.subscribe(self._show_models)
        self._show_models()
        self._catalog.ensure()

    def show_collection(self, name: str, *, has_chunks: bool) -> None:
        """What the tab has selected; another one has other conversations and other settings."""
        if name != self.state.selected:
            self._leave()
            current, *earlier = self._conversations.get(name, ()) or (Conversation(),)
            self._board.show(
                selected=name, has_chunks=has_chunks, conversation=current, earlier=tuple(earlier), declined=""
            )
            self.settings.show_collection(name)
            self.conversations.load(name)
        elif has_chunks != self.state.has_chunks:
            self._board.show(has_chunks=has_chunks)

    def _leave(self) -> None:
        """The job of a question that was left is not heard any more."""
        self._answering.leave()
        self.places.leave()
        if self.state.selected:
            self._conversations[self.state.selected] = self._kept()
            self.conversations.save()
        self._board.show(phase=Phase.IDLE, question="", trouble=None, place=None, forgetting=Forgetting.NOTHING)

    def _kept(self) -> tuple[Conversation, ...]:
        """The conversations of the collection without what runs."""
        ended = tuple(replace(turn, is_running=False, status="") for turn in self.state.conversation.turns)
        return (replace(self.state.conversation, turns=ended), *self.state.earlier)

    # -- the question -----------------------------------------------------------------------------------------------

    def edit_question(self, text: str) -> None:
        self._board.show(question=text)

    def take_question(self, question: str, **settings: Any) -> None:
        """Another tab sent a question: it is searched for, with these settings."""
        self.settings.borrow(**settings)
        self.edit_question(question)
        self.search()

    def choose_model(self, name: str) -> None:
        self._board.show(model=name)
        self.offer_adapters()

    def choose_adapter(self, name: str) -> None:
        """It answers with the model; an empty name leaves the model alone."""
        if name != self.state.adapter:
            self._board.show(adapter=name, adapter_scale=1.0)

    def scale_adapter(self, scale: float) -> None:
        """How strongly the adapter is applied."""
        self._board.show(adapter_scale=scale)

    def offer_adapters(self) -> None:
        """Those of the chosen model; they may have come or gone on another tab."""
        fitting, kept = fitting_adapters(self._list_adapters(), self.state.models, self.state.model, self.state.adapter)
        if (fitting, kept) != (self.state.adapters, self.state.adapter):
            self._board.show(adapters=fitting, adapter=kept)

    def search(self) -> None:
        """Show the passages for the question; no chat model takes part."""
        if self.state.can_search:
            turn = self._new_turn(is_search=True)
            self._begin(turn, Phase.SEARCHING)

    def ask(self) -> None:
        """Retrieve passages, then have the chosen model answer; after an answer it is a follow-up question."""
        if self.state.can_ask:
            self._config = GenerationConfig()
            turn = self._new_turn(is_search=False)
            self._board.show(question="")
            self._begin(turn, Phase.ANSWERING)

    def ask_again(self, turn_id: str, searched: str) -> None:
        """Ask a turn's question once more, in other words where the user changed them."""
        turn = self.state.conversation.find(turn_id)
        if turn is None or not searched.strip():
            return
        if turn.is_search and self.state.phase is Phase.IDLE:
            again = AskedTurn(id=turn.id, question=searched.strip(), is_search=True)
            self._begin(again, Phase.SEARCHING)
        elif self.state.can_answer:
            standalone = searched.strip() if searched.strip() != turn.question else ""
            again = AskedTurn(id=turn.id, question=turn.question, standalone=standalone, model=self.state.answers_by)
            self._begin(again, Phase.ANSWERING)

    def take_offer(self, turn_id: str, offer: Offer) -> None:
        """Do what makes the refused prompt fit, and ask again."""
        turn = self.state.conversation.find(turn_id)
        model = next((model for model in self.state.models if model.name == self.state.model), None)
        match offer:
            case RaiseContext(context_length=length) if model is not None:
                self._catalog.raise_context(model, length)
            case ShortenAnswer(max_tokens=tokens):
                self._config = GenerationConfig(max_tokens=tokens)
            case _:
                return
        if turn is not None and self.state.can_answer:
            again = AskedTurn(
                id=turn.id, question=turn.question, standalone=turn.standalone, remark=turn.remark, model=turn.model
            )
            self._begin(again, Phase.ANSWERING)

    def stop(self) -> None:
        """What was written so far stays."""
        self._answering.stop()

    def decline_exhaustive(self) -> None:
        """The user does not want the whole collection to be read for this question."""
        self._board.show(declined=self.state.exhaustive_question)

    def _new_turn(self, *, is_search: bool) -> AskedTurn:
        self._asked += 1
        model = "" if is_search else self.state.answers_by
        return AskedTurn(id=str(self._asked), question=self.state.question.strip(), is_search=is_search, model=model)

    # -- conversations ----------------------------------------------------------------------------------------------

    def begin_conversation(self) -> None:
        """The next question has no history; what was said stays in the list of earlier ones."""
        self._show_conversation(Conversation())

    def open_conversation(self, number: int) -> None:
        """One of the earlier ones, by its place in the list."""
        if 0 <= number < len(self.state.earlier):
            self._show_conversation(self.state.earlier[number])

    def choose_turn(self, turn_id: str) -> None:
        """Show the passages of a turn."""
        if self.state.conversation.find(turn_id) is not None:
            self._board.show(conversation=replace(self.state.conversation, chosen=turn_id))

    def _show_conversation(self, wanted: Conversation) -> None:
        self._answering.leave()
        others = tuple(one for one in self._kept() if one.turns and one != wanted)
        self.conversations.save()
        self._board.show(
            conversation=wanted,
            earlier=others,
            phase=Phase.IDLE,
            trouble=None,
            declined="",
            forgetting=Forgetting.NOTHING,
        )
        self._show_verdicts()

    def _show_verdicts(self) -> None:
        """What was said of the hits of a conversation that was opened again."""
        for turn in self.state.conversation.turns:
            if turn.hits and not turn.verdicts:
                self.judging.show_verdicts(turn.id)

    def keep_only(self, names: Collection[str]) -> None:
        """There are no other collections: what was asked of one of another name is not that of the next so called."""
        self._conversations = {name: kept for name, kept in self._conversations.items() if name in names}

    def forget_documents(self, purged: Purged) -> None:
        """These documents are gone for good: every conversation goes that quotes them, whole, as it went from the
        database; later answers may rest on it. What is being answered from them is stopped."""
        self._conversations = {
            owner: without_quotes(owner, kept, purged) for owner, kept in self._conversations.items()
        }
        state = self.state
        earlier = without_quotes(state.selected, state.earlier, purged)
        is_open = bool(without_quotes(state.selected, (state.conversation,), purged))
        if len(earlier) < len(state.earlier):
            self._board.show(earlier=earlier)
        if not is_open:
            self._answering.leave()
            self.places.leave()
            self._board.show(
                conversation=Conversation(),
                phase=Phase.IDLE,
                place=None,
                trouble=None,
                forgetting=Forgetting.NOTHING,
            )
            self._messages.info("The conversation was forgotten: it quoted a document of which no trace may be left.")

    # -- places -----------------------------------------------------------------------------------------------------

    def open_citation(self, turn_id: str, number: int) -> None:
        """A mark [n] of an answer was clicked."""
        turn = self.state.conversation.find(turn_id)
        citation = turn.citation(number) if turn is not None else None
        if citation is not None:
            self.choose_turn(turn_id)
            self.places.open_place(citation)

    def open_place(self, place: Hit | Citation | FoldedHit) -> None:
        self.places.open_place(place)

    def open_document(self, document: SourceDocument) -> None:
        """The first page of a document, nothing marked."""
        self.places.open_document(document)

    def open_page_of(self, name: str, page: int) -> None:
        """A page of a document by its name, nothing marked."""
        self.places.open_page_of(name, page)

    def _show_place(self, place: Place | None, trouble: Trouble | None) -> None:
        self._board.show(place=place, trouble=trouble)

    # -- the job ----------------------------------------------------------------------------------------------------

    def _begin(self, turn: AskedTurn, phase: Phase) -> None:
        self._board.put_turn(replace(turn, is_running=True), phase=phase, trouble=None)
        self.choose_turn(turn.id)
        self._answering.start(turn, self._config)

    def _show_models(self) -> None:
        models = tuple(m for m in self._catalog.answering if can_answer(m))
        names = [model.name for model in models]
        chosen = self.state.model if self.state.model in names else (names[0] if names else "")
        self._board.show(models=models, model=chosen)
        self.offer_adapters()
