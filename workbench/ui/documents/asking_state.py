"""Everything that the question page shows. No Qt."""

from dataclasses import dataclass
from enum import StrEnum

from workbench.llm.types import ModelRef
from workbench.rag.types import Answer, Citation, Hit, RetrievalMode
from workbench.ui.trouble import Trouble


class Phase(StrEnum):
    """What happens with the question."""

    IDLE = "idle"
    SEARCHING = "searching"
    ANSWERING = "answering"


@dataclass(frozen=True, slots=True)
class PagePicture:
    png: bytes
    boxes: tuple[tuple[float, float, float, float], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A passage in its document."""

    document: str
    page: int
    start: int
    end: int
    text: str
    """Of the whole page."""
    pages: int = 1
    picture: PagePicture | None = None
    is_loading: bool = False
    note: str = ""
    """Why there is no picture."""
    wants_text: bool = False
    """The user prefers the text to the picture."""


@dataclass(frozen=True, slots=True)
class AskingState:
    selected: str = ""
    """The collection that is asked."""
    has_chunks: bool = False
    """There is something to find in it."""
    question: str = ""
    mode: RetrievalMode = RetrievalMode.HYBRID
    phase: Phase = Phase.IDLE
    hits: tuple[Hit, ...] = ()
    was_searched: bool = False
    """A search came back, perhaps with nothing."""
    answer_text: str = ""
    answer: Answer | None = None
    trouble: Trouble | None = None
    place: Place | None = None
    models: tuple[ModelRef, ...] = ()
    model: str = ""

    @property
    def can_search(self) -> bool:
        return self.phase is Phase.IDLE and bool(self.question.strip()) and self.has_chunks

    @property
    def can_ask(self) -> bool:
        return self.can_search and any(model.name == self.model for model in self.models)

    @property
    def can_stop(self) -> bool:
        return self.phase is not Phase.IDLE

    @property
    def cited(self) -> frozenset[str]:
        """Places that the answer cites, as document:page:start."""
        return frozenset(place_key(c) for c in self.answer.citations) if self.answer else frozenset()

    def citation(self, number: int) -> Citation | None:
        found = self.answer.citations if self.answer else ()
        return next((c for c in found if c.number == number), None)


def place_key(place: Hit | Citation) -> str:
    return f"{place.document}:{place.page}:{place.start}"
