"""Everything that the page "Measure" shows. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from workbench.datasets.test_sets.types import Review
from workbench.embedding import EmbedderRef
from workbench.llm.types import ModelRef
from workbench.rag.evaluation.importing import ColumnChoice
from workbench.rag.evaluation.measurement_store import MeasurementEntry
from workbench.rag.evaluation.set_store import SetEntry
from workbench.rag.evaluation.types import (
    EvaluationQuestion,
    Measure,
    MeasureReport,
    QuestionOutcome,
    RelevantPlace,
    SettingProgress,
)
from workbench.rag.search_types import Hit, RetrievalMode
from workbench.settings import ChunkerKind
from workbench.ui.board import Running
from workbench.ui.trouble import Trouble


class Part(StrEnum):
    """What of the page is in front."""

    QUESTIONS = "questions"
    COMPARE = "compare"


class Shown(StrEnum):
    """Which questions are listed."""

    ALL = "all"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Draft:
    """A question that is being written."""

    id: str = ""
    """Empty: a new one."""
    text: str = ""
    relevant: tuple[RelevantPlace, ...] = ()
    review: Review = Review.ACCEPTED
    is_generated: bool = False
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """A table whose columns the user maps before it is imported."""

    path: str
    columns: tuple[str, ...]
    choice: ColumnChoice


@dataclass(frozen=True, slots=True)
class SetUp:
    """What is compared; how the collection is searched now always takes part."""

    sizes: str = ""
    """Chunk sizes in tokens, with commas between; empty: the present one."""
    chunkers: frozenset[ChunkerKind] = frozenset()
    """Ways to cut the text; empty: the present one."""
    modes: frozenset[RetrievalMode] = frozenset(RetrievalMode)
    rerank: bool = False
    embedders: frozenset[str] = frozenset()
    """Identities of tuned embedders that are tried too."""
    k: int = 10
    measure: Measure = Measure.NDCG


@dataclass(frozen=True, slots=True)
class MeasureState:
    collection: str = ""
    has_chunks: bool = False
    part: Part = Part.QUESTIONS
    sets: tuple[SetEntry, ...] = ()
    set_name: str = ""
    test_sets: tuple[str, ...] = ()
    """Those of Compare, whose questions can be taken over."""
    is_naming: bool = False
    name_trouble: str = ""
    asks_to_delete: bool = False
    questions: tuple[EvaluationQuestion, ...] = ()
    shown: Shown = Shown.ALL
    draft: Draft | None = None
    hits: tuple[Hit, ...] = ()
    """Passages found for the draft."""
    is_searching: bool = False
    was_searched: bool = False
    mapping: Columns | None = None
    models: tuple[ModelRef, ...] = ()
    model: str = ""
    wanted: int = 20
    """Questions to generate."""
    generating: Running | None = None
    trouble: Trouble | None = None
    setup: SetUp = SetUp()
    tuned: tuple[EmbedderRef, ...] = ()
    """Tuned embedders that can be tried."""
    running: Running | None = None
    settings: tuple[str, ...] = ()
    """The settings that are being measured, in words."""
    progress: Mapping[int, SettingProgress] = field(default_factory=dict)
    report: MeasureReport | None = None
    outcomes: tuple[QuestionOutcome, ...] = ()
    setting: int = -1
    """The selected line of the table."""
    question: str = ""
    """The question that is looked into."""
    history: tuple[MeasurementEntry, ...] = ()
    measured_indexes: int = 0
    """Indexes that were built only to be measured."""
    can_undo: bool = False
    """The collection was just switched to a measured setting."""

    @property
    def listed(self) -> tuple[EvaluationQuestion, ...]:
        if self.shown is Shown.ALL:
            return self.questions
        return tuple(question for question in self.questions if question.review == self.shown.value)

    @property
    def waiting(self) -> tuple[str, ...]:
        return tuple(question.id for question in self.questions if question.review is Review.WAITING)

    @property
    def counting(self) -> int:
        """Questions that count."""
        return sum(q.review is Review.ACCEPTED and bool(q.relevant) for q in self.questions)

    @property
    def can_save(self) -> bool:
        return self.draft is not None and bool(self.draft.text.strip()) and bool(self.draft.relevant)

    @property
    def not_ready(self) -> str:
        """Why nothing can be measured now; empty when it can."""
        if self.running is not None:
            return ""
        if not self.has_chunks:
            return "The collection has no documents yet."
        if not self.counting:
            return "The test set has no question that counts yet."
        return ""

    @property
    def is_unfinished(self) -> bool:
        """What is shown was stopped, and goes on when it is started again."""
        return self.running is None and self.report is not None and not self.report.is_complete
