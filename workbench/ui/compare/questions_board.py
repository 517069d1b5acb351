"""What the parts of the page "Questions" share: its state, and the rooms behind it. No Qt."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from workbench.datasets.test_sets.types import PREFIX, Review, SetQuestion
from workbench.llm.types import LoadConfig, ModelRef
from workbench.rag.types import CollectionRef
from workbench.ui.compare.board import Board
from workbench.ui.compare.sets_state import SetsState
from workbench.ui.compare.state import Questions
from workbench.ui.protocols import Background, Messages

if TYPE_CHECKING:
    from workbench.datasets.test_sets.store import Removed, TestSetStore
    from workbench.jobs.spec import JobHandle, JobSpec, Listener
    from workbench.rag.evaluation.set_store import QuestionSetStore


class Submits(Protocol):
    def submit(self, spec: "JobSpec", listener: "Listener") -> "JobHandle": ...
    def cancel(self, job_id: str) -> None: ...


class Named(Protocol):
    @property
    def name(self) -> str: ...


class Pages(Protocol):
    def page(self, collection: str, document: str, number: int, /) -> str: ...


class Collections(Protocol):
    """The part of `rag.store.CollectionStore` that questions need."""

    def names(self) -> Sequence[str]: ...
    def ref(self, name: str) -> CollectionRef: ...

    @property
    def texts(self) -> Pages: ...


@dataclass(frozen=True, slots=True)
class QuestionRooms:
    """Where questions lie and come from."""

    sets: "TestSetStore"
    collections: Collections
    retrieval_sets: "QuestionSetStore"
    models: Callable[[], Sequence[ModelRef]]
    """Those found so far."""
    load: Callable[[ModelRef], LoadConfig]


class SetsBoard:
    """The page's part of the tab's state."""

    def __init__(
        self, board: Board, jobs: Submits, messages: Messages, rooms: QuestionRooms, in_background: Background
    ) -> None:
        self.board, self.jobs, self.messages = board, jobs, messages
        self.rooms, self.in_background = rooms, in_background
        self.removed: list[Removed] = []
        """What can be brought back while the same questions are shown, the last one at the end."""

    @property
    def state(self) -> SetsState:
        return self.board.state.sets

    def show(self, **changes: Any) -> None:
        """Change these fields of the page's state; what a comparison asks follows."""
        sets = replace(self.state, **changes)
        if {"questions", "name", "version", "file", "columns_chosen"} & changes.keys():
            self.board.show(sets=sets, questions=asked_of(sets))
        else:
            self.board.show(sets=sets)

    def show_questions(self, questions: Sequence[SetQuestion]) -> None:
        """The questions of the set have changed; so has its line in the list."""
        counts = Counter(question.review for question in questions)
        accepted, waiting, rejected = (counts[review] for review in (Review.ACCEPTED, Review.WAITING, Review.REJECTED))
        entries = tuple(
            replace(entry, accepted=accepted, waiting=waiting, rejected=rejected)
            if entry.name == self.state.name
            else entry
            for entry in self.state.entries
        )
        self.show(questions=tuple(questions), entries=entries)

    def replace_questions(self, changed: Sequence[SetQuestion]) -> None:
        """Some of them are different now."""
        by_number = {question.number: question for question in changed}
        self.show_questions([by_number.get(question.number, question) for question in self.state.questions])


def asked_of(sets: SetsState) -> Questions | None:
    """What a comparison would ask; None while nothing is chosen."""
    if not sets.file and not sets.name:
        return None
    path = sets.file or f"{PREFIX}{sets.name}{f'@{sets.version[:12]}' if sets.version else ''}"
    trouble = ""
    if sets.columns_chosen:
        trouble = "Save the questions as a set first: their columns were chosen by hand."
    elif not sets.counting:
        trouble = "None of the questions counts yet."
    return Questions(path, tuple(question.example() for question in sets.counting), sets.left_out, trouble=trouble)
