"""Everything that the page "Improve search" shows. No Qt."""

from dataclasses import dataclass

from workbench.rag.embedding_tuning.tuning_store import TuningEntry
from workbench.rag.embedding_tuning.types import FEWEST_QUESTIONS, TuningConfig, TuningReport
from workbench.rag.evaluation.set_store import SetEntry
from workbench.ui.board import Running
from workbench.ui.trouble import Trouble

DEFAULTS = TuningConfig()


@dataclass(frozen=True, slots=True)
class TuningState:
    collection: str = ""
    has_chunks: bool = False
    embedder: str = ""
    """The one that searches now."""
    sets: tuple[SetEntry, ...] = ()
    chosen: frozenset[str] = frozenset()
    """Names of the test sets that are learned from."""
    thumbs: bool = True
    ups: int = 0
    downs: int = 0
    """Thumbs up and down that were given."""
    questions: int = 0
    """Different questions that are learned from or held out."""
    documents: int = 0
    config: TuningConfig = DEFAULTS
    running: Running | None = None
    losses: tuple[tuple[float, float], ...] = ()
    """(step, loss)"""
    steps: int = 0
    trouble: Trouble | None = None
    was_stopped: bool = False
    report: TuningReport | None = None
    number: int = 0
    """Of the report in the history."""
    is_used: bool = False
    """The collection is searched with the shown tuned embedder."""
    history: tuple[TuningEntry, ...] = ()

    @property
    def not_ready(self) -> str:
        """Why nothing can be tuned now; empty when it can."""
        if not self.has_chunks:
            return "The collection has no documents yet."
        if self.questions < FEWEST_QUESTIONS:
            return f"{self.questions} of at least {FEWEST_QUESTIONS} questions with known sources."
        return ""

    @property
    def can_use(self) -> bool:
        return self.report is not None and self.report.is_better and not self.is_used and self.running is None
