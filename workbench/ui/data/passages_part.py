"""Question-answer rows + a collection -> rows that carry retrieved passages, distractors among them. No Qt."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Progressed, Queued
from workbench.jobs.spec import JobSpec
from workbench.ui.data.board import Board, trouble_of
from workbench.ui.data.state import LeftOutRow, Page, PassagesState, Running, Trouble
from workbench.ui.protocols import Messages

if TYPE_CHECKING:
    from workbench.datasets.store import DatasetStore
    from workbench.rag.types import CollectionRef

SUFFIX = " with passages"


class Named(Protocol):
    @property
    def name(self) -> str: ...


class Collections(Protocol):
    """The part of `rag.store.CollectionStore` that this tab uses."""

    def list_collections(self) -> Sequence[Named]: ...
    def ref(self, name: str) -> "CollectionRef": ...


class PassagesPart:
    """What the user does on the page "Rows from a collection"."""

    def __init__(
        self,
        board: Board,
        datasets: "DatasetStore",
        collections: Collections,
        messages: Messages,
        on_saved: Callable[[], None],
    ) -> None:
        self._board = board
        self._datasets = datasets
        self._collections = collections
        self._messages = messages
        self._on_saved = on_saved

    def open(self) -> None:
        """Go to the page, with the selected data set and the first collection chosen."""
        names = tuple(collection.name for collection in self._collections.list_collections())
        chosen = self._board.passages.collection
        self._board.show(
            page=Page.PASSAGES,
            passages=PassagesState(
                dataset=self._board.state.selected,
                collections=names,
                collection=chosen if chosen in names else (names[0] if names else ""),
                top_k=self._board.passages.top_k,
                name=self._free_name(self._board.state.selected),
            ),
        )

    def leave(self) -> None:
        self._board.stop()
        self._board.show(page=Page.LIBRARY)
        self._on_saved()

    def choose_dataset(self, name: str) -> None:
        if name != self._board.passages.dataset:
            self._board.show_passages(dataset=name, name=self._free_name(name), name_trouble="")

    def choose_collection(self, name: str) -> None:
        self._board.show_passages(collection=name)

    def choose_top_k(self, top_k: int) -> None:
        self._board.show_passages(top_k=top_k)

    def name_rows(self, name: str) -> None:
        self._board.show_passages(name=name, name_trouble="")

    def make_rows(self) -> None:
        """Start the job that retrieves passages for every row."""
        passages = self._board.passages
        if not passages.can_make:
            return
        if self._datasets.find(passages.name.strip()) is not None:
            trouble = f"There is already a data set “{passages.name.strip()}”. Choose another name."
            self._board.show_passages(name_trouble=trouble)
            return
        self._board.show_passages(is_running=True, trouble=None, made="", left_out=(), name_trouble="")
        try:
            spec = self._spec(passages)
        except WorkbenchError as problem:
            trouble_here = Trouble(problem.message, problem.hint, problem.details)
            self._board.show_passages(is_running=False, trouble=trouble_here)
            return
        self._board.show(running=Running("Looking for passages"))
        self._board.run(spec, self._on_event)

    def _on_event(self, event: JobEvent) -> None:
        match event:
            case Queued(reason=reason) if reason:
                self._board.show(running=Running(reason))
            case Progressed(done=done, total=total, label=label):
                self._board.show(running=Running(label, done, total))
            case Finished(result=result):
                self._board.over()
                self._keep(result)
            case Failed() | Crashed():
                self._board.over()
                self._board.show_passages(is_running=False, trouble=trouble_of(event))
            case Cancelled():
                self._board.over()
                self._board.show_passages(is_running=False)
            case _:
                pass

    def _spec(self, passages: PassagesState) -> JobSpec:
        raise NotImplementedError

    def _keep(self, result: dict[str, Any]) -> None:
        raise NotImplementedError

    def _free_name(self, dataset: str) -> str:
        if not dataset:
            return ""
        name, number = dataset + SUFFIX, 2
        while self._datasets.find(name) is not None:
            name, number = f"{dataset}{SUFFIX} {number}", number + 1
        return name
