"""Everything that the question page shows. No Qt."""

from dataclasses import dataclass, field
from enum import StrEnum

from workbench.llm.in_words import adapter_in_words
from workbench.llm.types import ModelRef
from workbench.rag.exhaustive_hint import looks_exhaustive
from workbench.rag.search_settings_store import SearchSettings
from workbench.ui.documents.conversation_state import AskedTurn, Conversation
from workbench.ui.trouble import Trouble


class Phase(StrEnum):
    """What happens with the question."""

    IDLE = "idle"
    SEARCHING = "searching"
    ANSWERING = "answering"


class Forgetting(StrEnum):
    """Which conversations the user is asked about, before they go."""

    NOTHING = ""
    THIS = "this"
    ALL = "all"


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
    collection: str = ""
    """The collection that the document belongs to."""
    picture: PagePicture | None = None
    is_loading: bool = False
    note: str = ""
    """Why there is no picture, or nothing is marked."""
    wants_text: bool = False
    """The user prefers the text to the picture."""


@dataclass(frozen=True, slots=True)
class SearchChoices:
    """What the search settings offer."""

    collections: tuple[str, ...] = ()
    """Others that can be asked at once."""
    folders: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    languages: tuple[tuple[str, int], ...] = ()
    """With the number of documents in it."""
    rerankers: tuple[str, ...] = ()
    """Folders of local cross-encoders."""


@dataclass(frozen=True, slots=True)
class AskingState:
    selected: str = ""
    """The collection that is asked."""
    has_chunks: bool = False
    """There is something to find in it."""
    question: str = ""
    settings: SearchSettings = field(default_factory=SearchSettings)
    default_top_k: int = 5
    choices: SearchChoices = field(default_factory=SearchChoices)
    phase: Phase = Phase.IDLE
    conversation: Conversation = field(default_factory=Conversation)
    earlier: tuple[Conversation, ...] = ()
    """Other conversations about this collection, the newest first."""
    forgetting: Forgetting = Forgetting.NOTHING
    trouble: Trouble | None = None
    """Of a place that cannot be opened; what a question met stands with its turn."""
    place: Place | None = None
    models: tuple[ModelRef, ...] = ()
    model: str = ""
    adapters: tuple[str, ...] = ()
    """Those of the chosen model."""
    adapter: str = ""
    """Answers with the model; empty: the model alone."""
    adapter_scale: float = 1.0
    declined: str = ""
    """The question for which the user does not want the whole collection to be read."""

    @property
    def answers_by(self) -> str:
        """Who answers, for people."""
        return f"{self.model} + {adapter_in_words(self.adapter, self.adapter_scale)}" if self.adapter else self.model

    @property
    def can_search(self) -> bool:
        return self.phase is Phase.IDLE and bool(self.question.strip()) and self.has_chunks

    @property
    def can_answer(self) -> bool:
        """There is a model, and nothing is being answered."""
        return self.phase is Phase.IDLE and self.has_chunks and any(model.name == self.model for model in self.models)

    @property
    def can_ask(self) -> bool:
        return self.can_search and self.can_answer

    @property
    def can_stop(self) -> bool:
        return self.phase is not Phase.IDLE

    @property
    def turn(self) -> AskedTurn | None:
        """The turn whose passages are shown."""
        return self.conversation.looked_at

    @property
    def top_k(self) -> int:
        return self.settings.top_k or self.default_top_k

    @property
    def exhaustive_question(self) -> str:
        """The question that seems to ask about all documents; "" when it does not, or when that was declined."""
        last = self.conversation.turns[-1].searched if self.conversation.turns else ""
        subject = self.question.strip() or last
        return subject if subject and subject != self.declined and looks_exhaustive(subject) else ""
