"""What the parts of the columns' presenter share: the state in force, the view, the surroundings. No Qt."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from workbench.jobs.spec import Jobs
from workbench.llm.types import ModelRef
from workbench.playground.conversation import Conversation, Turn
from workbench.playground.differences import Span
from workbench.settings import Settings
from workbench.ui import board
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.playground.columns.state import AdapterChoice, ColumnsState, ColumnState
from workbench.ui.playground.prompt_source import PromptSource
from workbench.ui.protocols import Background, Messages, Navigator

if TYPE_CHECKING:
    from workbench.playground.conversation_store import ConversationStore
    from workbench.playground.rating_store import RatingStore
    from workbench.playground.store import ExchangeStore
    from workbench.rag.store import CollectionStore


class View(Protocol):
    def show_state(self, state: ColumnsState) -> None: ...
    def begin_answer(self, column_id: str, text: str) -> None:
        """The running answer of a column begins with this."""
        ...

    def append_answer(self, column_id: str, text: str) -> None:
        """More text of the answer that a column is giving."""
        ...

    def shown_answers(self) -> Mapping[str, str]:
        """The last answer of each column, as it is displayed (its Markdown is not text any more)."""
        ...

    def mark_answers(self, marks: Mapping[str, Sequence[Span]]) -> None:
        """Mark these places of the last answers; columns that are not named are not marked."""
        ...

    def copy(self, text: str) -> None: ...
    def soon(self, action: Callable[[], None]) -> None:
        """Call it in a later turn of the event loop: what was done until then is seen first."""
        ...


def _nobody(_question: str, _model_name: str) -> None:
    """There is no preview."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the columns are given by whoever builds them."""

    jobs: Jobs
    messages: Messages
    navigator: Navigator
    catalog: ModelCatalog
    source: PromptSource
    list_adapters: Callable[[], Sequence[AdapterChoice]]
    collections: "CollectionStore"
    conversations: "ConversationStore"
    exchanges: "ExchangeStore"
    ratings: "RatingStore"
    settings: Callable[[], Settings]
    in_background: Background
    on_input: Callable[[str, str], None] = _nobody
    """Hears of the text in the input box and of the first column's model: the editor previews these."""


class Board(board.Board[ColumnsState, View]):
    def __init__(self, on_input: Callable[[str, str], None] = _nobody) -> None:
        super().__init__(ColumnsState())
        self._on_input = on_input
        self._told = ("", "")

    def show(self, **changes: Any) -> None:
        super().show(**changes)
        first = self.state.columns[0].setup.model_name if self.state.columns else ""
        if (self.state.question, first) != self._told:
            self._told = (self.state.question, first)
            self._on_input(*self._told)

    def change(self, column_id: str, **changes: Any) -> None:
        """Show changes of one column; nothing happens when it was removed meanwhile."""
        if self.state.column(column_id) is not None:
            self.show(
                columns=tuple(
                    replace(column, **changes) if column.id == column_id else column for column in self.state.columns
                )
            )

    def change_setup(self, column_id: str, **changes: Any) -> None:
        column = self.state.column(column_id)
        if column is not None:
            self.change(column_id, setup=column.setup.model_copy(update=changes))

    def put_turn(self, column_id: str, turn: Turn, **changes: Any) -> None:
        """Add or replace a turn of a column's conversation, together with other changes."""
        column = self.state.column(column_id)
        if column is not None:
            self.change(column_id, conversation=column.conversation.with_turn(turn), **changes)

    def conversation(self, column_id: str) -> Conversation:
        column = self.state.column(column_id)
        return column.conversation if column is not None else Conversation()

    def running_turn(self, column_id: str, turn_id: str) -> Turn | None:
        """The turn, while the column is answering just that."""
        column = self.state.column(column_id)
        if column is None or column.running != turn_id:
            return None
        return column.conversation.find(turn_id)


def model_of(around: Surroundings, column: ColumnState) -> ModelRef | None:
    return around.catalog.find(column.setup.model_name)
