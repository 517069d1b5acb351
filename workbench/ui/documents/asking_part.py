"""The question of the Documents tab: search, ask, and the places that hits and citations point to. No Qt."""

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Produced
from workbench.jobs.spec import JobHandle, JobSpec
from workbench.llm.too_long import Offer, RaiseContext, ShortenAnswer
from workbench.llm.types import GenerationConfig
from workbench.rag.indexing import INDEX_DAMAGED, rebuild_spec
from workbench.rag.page_images import PAGE_IMAGE, WORKER, PageImageReport, PageImageRequest
from workbench.rag.store import SourceDocument
from workbench.rag.tasks import ASK, SEARCH
from workbench.rag.types import (
    Answer,
    AskRequest,
    Citation,
    Hit,
    Question,
    QuestionHits,
    RetrievalConfig,
    RetrievalMode,
    SearchRequest,
)
from workbench.ui.documents.asking_board import AskingBoard
from workbench.ui.documents.asking_state import AskingState, PagePicture, Phase, Place
from workbench.ui.documents.board import Surroundings
from workbench.ui.trouble import Trouble, trouble_of
from workbench.ui.widgets.model_choice import can_answer


class AskingPart:
    """What the user does with a question and its answer, and with the place that is open beside it."""

    def __init__(self, surroundings: Surroundings) -> None:
        self.board = self._board = AskingBoard()
        self._jobs = surroundings.jobs
        self._collections = surroundings.collections
        self._settings = surroundings.settings
        self._catalog = surroundings.catalog
        self._config = GenerationConfig()
        self._handle: JobHandle | None = None
        self._turn = 0
        self._place_turn = 0

    @property
    def state(self) -> AskingState:
        return self._board.state

    def start(self) -> None:
        """The tab is shown for the first time."""
        self._catalog.subscribe(self._show_models)
        self._show_models()
        self._catalog.ensure()

    def show_collection(self, name: str, *, has_chunks: bool) -> None:
        """What the tab has selected; another one leaves the question's answer behind."""
        if name != self.state.selected:
            self.leave()
        if (name, has_chunks) != (self.state.selected, self.state.has_chunks):
            self._board.show(selected=name, has_chunks=has_chunks)

    def _show_models(self) -> None:
        models = tuple(m for m in self._catalog.answering if can_answer(m))
        names = [model.name for model in models]
        chosen = self.state.model if self.state.model in names else (names[0] if names else "")
        self._board.show(models=models, model=chosen)

    def edit_question(self, text: str) -> None:
        self._board.show(question=text)

    def choose_mode(self, mode: str) -> None:
        self._board.show(mode=RetrievalMode(mode))

    def choose_model(self, name: str) -> None:
        self._board.show(model=name)

    def search(self) -> None:
        """Show the passages for the question; no chat model takes part."""
        if self._board.state.can_search:
            self._begin(Phase.SEARCHING)
            self._start(self._search_spec)

    def ask(self) -> None:
        """Retrieve passages, then have the chosen model answer from them."""
        self._config = GenerationConfig()
        self._ask()

    def take_offer(self, offer: Offer) -> None:
        """Do what makes the refused prompt fit, and ask again."""
        state = self._board.state
        model = next((model for model in state.models if model.name == state.model), None)
        match offer:
            case RaiseContext(context_length=length) if model is not None:
                self._catalog.raise_context(model, length)
            case ShortenAnswer(max_tokens=tokens):
                self._config = GenerationConfig(max_tokens=tokens)
            case _:
                return
        self._ask()

    def _ask(self) -> None:
        if self._board.state.can_ask:
            self._begin(Phase.ANSWERING)
            self._start(self._ask_spec)

    def stop(self) -> None:
        """What was written so far stays."""
        if self._handle is not None:
            self._handle.cancel()

    def leave(self) -> None:
        """Another collection: the old question's job is not heard any more."""
        self._turn += 1
        self._place_turn += 1
        self.stop()
        self._handle = None
        self._board.show(
            phase=Phase.IDLE, hits=(), was_searched=False, answer=None, answer_text="", trouble=None, place=None
        )

    def _begin(self, phase: Phase) -> None:
        self._board.show(phase=phase, hits=(), was_searched=False, answer=None, answer_text="", trouble=None)

    def _start(self, make_spec: Callable[[], JobSpec], *, may_heal: bool = True) -> None:
        self._turn += 1
        turn = self._turn
        try:
            spec = make_spec()
        except WorkbenchError as problem:
            self._over(Trouble(problem.message, problem.hint, problem.details))
            return

        def heard(event: JobEvent) -> None:
            if turn == self._turn:
                self._on_event(event, make_spec, may_heal=may_heal)

        self._handle = self._jobs.submit(spec, heard)

    def _on_event(self, event: JobEvent, make_spec: Callable[[], JobSpec], *, may_heal: bool) -> None:
        match event:
            case Produced(kind="QuestionHits", item=item):
                self._board.show(hits=QuestionHits.model_validate(item).hits, was_searched=True)
            case Produced(kind="TextProduced", item=item):
                self._board.append_answer(item["text"])
            case Produced(kind="Answer", item=item):
                self._show_answer(Answer.model_validate(item))
            case Failed(code=code) if code == INDEX_DAMAGED and may_heal:
                self._heal(make_spec)
            case Failed() | Crashed():
                self._over(trouble_of(event))
            case Finished() | Cancelled():
                self._over()
            case _:
                pass

    def _heal(self, make_spec: Callable[[], JobSpec]) -> None:
        """The index lost something: restore it from the database, then ask again."""
        turn = self._turn

        def restored(event: JobEvent) -> None:
            if turn != self._turn:
                return
            match event:
                case Finished():
                    self._start(make_spec, may_heal=False)
                case Failed() | Crashed():
                    self._over(trouble_of(event))
                case Cancelled():
                    self._over()
                case _:
                    pass

        self._handle = self._jobs.submit(rebuild_spec(self._collections, self._board.state.selected), restored)

    def _show_answer(self, answer: Answer) -> None:
        trouble = Trouble(answer.problem) if answer.problem else None
        self._board.show(answer=answer, answer_text=answer.answer, trouble=trouble)
        if answer.citations:
            self.open_place(answer.citations[0])

    def _over(self, trouble: Trouble | None = None) -> None:
        self._handle = None
        self._board.show(phase=Phase.IDLE, **({"trouble": trouble} if trouble else {}))

    def _search_spec(self) -> JobSpec:
        state = self._board.state
        request = SearchRequest(
            collection=self._collections.ref(state.selected),
            queries=(Question(text=state.question),),
            retrieval=self._retrieval(),
        )
        # In the worker of the chat model: what a search opens, the next answer finds open.
        return self._spec(SEARCH, request.model_dump(mode="json"), f"Search {state.selected}")

    def _ask_spec(self) -> JobSpec:
        state = self._board.state
        model = next(model for model in state.models if model.name == state.model)
        request = AskRequest(
            collection=self._collections.ref(state.selected),
            questions=(Question(text=state.question),),
            model=model,
            load=self._catalog.load_config(model, self._settings().llm),
            config=self._config,
            retrieval=self._retrieval(),
        )
        return self._spec(ASK, request.model_dump(mode="json"), f"Ask {state.selected}")

    def _spec(self, task: str, params: dict[str, Any], title: str) -> JobSpec:
        return JobSpec(task=task, params=params, title=title, worker="llm")

    def _retrieval(self) -> RetrievalConfig:
        return RetrievalConfig(mode=self._board.state.mode, top_k=self._settings().rag.top_k)

    # -- places -----------------------------------------------------------------------------------------------------

    def open_citation(self, number: int) -> None:
        """A mark [n] of the answer was clicked."""
        citation = self._board.state.citation(number)
        if citation is not None:
            self.open_place(citation)

    def open_place(self, place: Hit | Citation) -> None:
        """Show a passage in its document: the picture of the page for a PDF, else the text."""
        selected = self._board.state.selected
        try:
            document = self._collections.find_document(selected, place.document)
            text = self._collections.page_text(selected, place.document, place.page)
        except WorkbenchError as problem:
            self._board.show(place=None, trouble=Trouble(problem.message, problem.hint))
            return
        self._show_place(document, Place(place.document, place.page, place.start, place.end, text, document.pages))

    def open_document(self, document: SourceDocument) -> None:
        """The first page of a document, nothing marked."""
        if document.pages:
            selected = self._board.state.selected
            text = self._collections.page_text(selected, document.name, 1)
            self._show_place(document, Place(document.name, 1, 0, 0, text, document.pages))

    def open_page_of(self, name: str, page: int) -> None:
        """A page of a document by its name, nothing marked."""
        try:
            document = self._collections.find_document(self.state.selected, name)
            text = self._collections.page_text(self.state.selected, document.name, page)
        except WorkbenchError as problem:
            self._board.show(place=None, trouble=Trouble(problem.message, problem.hint))
            return
        self._show_place(document, Place(document.name, page, 0, 0, text, document.pages))

    def turn_page(self, by: int) -> None:
        """The page before or after; nothing is marked there."""
        place = self._board.state.place
        if place is not None and 1 <= place.page + by <= place.pages:
            selected = self._board.state.selected
            document = self._collections.find_document(selected, place.document)
            text = self._collections.page_text(selected, place.document, place.page + by)
            turned = Place(place.document, place.page + by, 0, 0, text, place.pages, wants_text=place.wants_text)
            self._show_place(document, turned)

    def prefer_text(self, wants_text: bool) -> None:
        place = self._board.state.place
        if place is not None:
            self._board.show(place=replace(place, wants_text=wants_text))

    def _show_place(self, document: SourceDocument, place: Place) -> None:
        self._place_turn += 1
        turn = self._place_turn
        if document.file_type != "PDF":
            self._board.show(place=place)
            return
        self._board.show(place=replace(place, is_loading=True))
        request = PageImageRequest(
            path=document.path,
            name=document.name,
            page=place.page,
            start=place.start,
            end=place.end,
            sha256=document.sha256,
        )

        def heard(event: JobEvent) -> None:
            if turn == self._place_turn:
                self._on_picture(event)

        self._jobs.submit(
            JobSpec(
                task=PAGE_IMAGE,
                params=request.model_dump(mode="json"),
                title=f"Show {document.name}, page {place.page}",
                worker=WORKER,
            ),
            heard,
        )

    def _on_picture(self, event: JobEvent) -> None:
        place = self._board.state.place
        if place is None:
            return
        match event:
            case Finished(result=result):
                image = PageImageReport.model_validate(result)
                picture = PagePicture(base64.b64decode(image.png), image.boxes)
                self._board.show(place=replace(place, picture=picture, is_loading=False))
            case Failed(message=message, hint=hint):
                self._board.show(place=replace(place, is_loading=False, note=f"{message} {hint}"))
            case Crashed(message=message):
                self._board.show(place=replace(place, is_loading=False, note=message))
            case Cancelled():
                self._board.show(place=replace(place, is_loading=False))
            case _:
                pass
