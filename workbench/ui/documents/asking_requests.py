"""A question with its settings as a job. No Qt."""

from workbench.jobs.spec import JobSpec
from workbench.llm.types import GenerationConfig
from workbench.rag.answer_types import AskRequest
from workbench.rag.search_types import Question, RetrievalConfig, SearchRequest
from workbench.rag.tasks import ASK, SEARCH
from workbench.ui.documents.adapter_choice import adapter_ref
from workbench.ui.documents.asking_board import AskingBoard
from workbench.ui.documents.board import Surroundings
from workbench.ui.documents.conversation_state import AskedTurn

_WORKER = "llm"
"""Of the chat model, for searches too: what a search opens, the next answer finds open."""


class AskingRequests:
    """Makes the jobs of turns."""

    def __init__(self, surroundings: Surroundings, board: AskingBoard) -> None:
        self._collections = surroundings.collections
        self._catalog = surroundings.catalog
        self._settings = surroundings.settings
        self._list_adapters = surroundings.list_adapters
        self._board = board

    def spec(self, turn: AskedTurn, config: GenerationConfig) -> JobSpec:
        """Raises WorkbenchError when there is nothing to ask (no document of the chosen days, a collection is gone)."""
        return self._search(turn) if turn.is_search else self._ask(turn, config)

    def _search(self, turn: AskedTurn) -> JobSpec:
        state = self._board.state
        first, others = self._collections.asked_refs(state.selected, state.settings.also, state.settings.documents)
        request = SearchRequest(
            collection=first,
            others=others,
            queries=(Question(text=turn.searched),),
            retrieval=self._retrieval(),
            reranker=state.settings.reranker,
        )
        params = request.model_dump(mode="json")
        return JobSpec(task=SEARCH, params=params, title=f"Search {state.selected}", worker=_WORKER)

    def _ask(self, turn: AskedTurn, config: GenerationConfig) -> JobSpec:
        state = self._board.state
        first, others = self._collections.asked_refs(state.selected, state.settings.also, state.settings.documents)
        model = next(model for model in state.models if model.name == state.model)
        request = AskRequest(
            collection=first,
            others=others,
            questions=(Question(text=turn.searched),),
            model=model,
            load=self._catalog.load_config(model, self._settings().llm),
            config=config,
            adapter=adapter_ref(self._list_adapters(), state.adapter, state.adapter_scale),
            retrieval=self._retrieval(),
            reranker=state.settings.reranker,
            order=state.settings.order,
            passage_tokens=state.settings.passage_tokens,
            # What the user wrote anew stands alone already.
            history=() if turn.standalone else state.conversation.before(turn.id),
        )
        params = request.model_dump(mode="json")
        return JobSpec(task=ASK, params=params, title=f"Ask {state.selected}", worker=_WORKER)

    def _retrieval(self) -> RetrievalConfig:
        state = self._board.state
        return RetrievalConfig(
            mode=state.settings.mode,
            top_k=state.top_k,
            rerank=bool(state.settings.reranker),
            folds_duplicates=state.settings.folds_duplicates,
        )
