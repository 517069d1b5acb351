"""Everything that the page "Whole collection" shows. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from workbench.llm.types import ModelRef
from workbench.rag.document_filter import DocumentFilter
from workbench.rag.exhaustive import ExhaustiveProgress, Finding
from workbench.rag.exhaustive_filter import PassageFilter, PassingReport
from workbench.rag.members import is_in
from workbench.ui.board import Running
from workbench.ui.documents.asking_state import Place
from workbench.ui.documents.state import NO_CONTENTS, Contents
from workbench.ui.trouble import Trouble


class ReadingPhase(StrEnum):
    IDLE = "idle"
    COUNTING = "counting"
    """How many passages the filter lets through."""
    READING = "reading"


@dataclass(frozen=True, slots=True)
class ExhaustiveState:
    selected: str = ""
    """The collection that is read."""
    contents: Contents = NO_CONTENTS
    """What its index holds."""
    question: str = ""
    passes: PassageFilter = field(default_factory=PassageFilter)
    wanted: DocumentFilter = field(default_factory=DocumentFilter)
    """Which documents are read."""
    folders: tuple[str, ...] = ()
    """Those of the collection, to choose from."""
    counted: PassingReport | None = None
    """For the question, the words and the contents as they are now; None while nobody counted."""
    phase: ReadingPhase = ReadingPhase.IDLE
    running: Running | None = None
    asked: str = ""
    """The question that the findings answer."""
    findings: tuple[Finding, ...] = ()
    progress: ExhaustiveProgress | None = None
    problems: int = 0
    """Passages that were too long for the model."""
    is_complete: bool = False
    was_started: bool = False
    trouble: Trouble | None = None
    place: Place | None = None
    models: tuple[ModelRef, ...] = ()
    model: str = ""
    adapters: tuple[str, ...] = ()
    """Those of the chosen model."""
    adapter: str = ""
    """Reads with the model; empty: the model alone."""
    adapter_scale: float = 1.0
    read_by: tuple[object, ...] = ()
    """What the findings were read with and from; going on with anything else would mix two readings."""

    @property
    def has_chunks(self) -> bool:
        return self.contents.has_chunks

    @property
    def is_free(self) -> bool:
        return self.phase is not ReadingPhase.READING

    @property
    def can_start(self) -> bool:
        has_model = any(model.name == self.model for model in self.models)
        return self.is_free and self.has_chunks and bool(self.question.strip()) and has_model

    @property
    def can_go_on(self) -> bool:
        """It was stopped, and nothing of it was changed meanwhile."""
        return (
            self.can_start
            and self.was_started
            and not self.is_complete
            and self.question.strip() == self.asked
            and self.reads == self.read_by
            and self.progress is not None
            and self.progress.reached is not None
        )

    @property
    def reads(self) -> tuple[object, ...]:
        """Who would read now, and what."""
        return self.model, self.adapter, self.adapter_scale, self.wanted, self.passes, self.contents

    @property
    def passing(self) -> int | None:
        """How many passages the filter lets through; None while nobody counted."""
        return self.counted.passing(self.passes) if self.counted is not None else None

    @property
    def documents(self) -> int:
        """Documents with at least one finding."""
        return len({finding.citation.document for finding in self.findings})

    @property
    def summary(self) -> str:
        """ "14 findings in 9 documents; 34 of 1,204 passages were read."; how it stands or ended."""
        if self.progress is None:
            return ""
        found = len(self.findings)
        what = f"{found:,} finding{'' if found == 1 else 's'} in {self.documents:,} document"
        what += "" if self.documents == 1 else "s"
        read = f"{self.progress.read:,} of {self.progress.likely:,} passages were read"
        passed = self.progress.chunks - self.progress.likely
        over = f", the filter passed over {passed:,} others" if passed else ""
        long = f"; {self.problems:,} were too long for the model" if self.problems else ""
        end = "" if self.is_complete or not self.is_free else " Stopped before the end."
        return f"{what}; {read}{over}{long}.{end}"


def numbered(finding: Finding, number: int) -> Finding:
    """A finding with its place in the list."""
    return finding.model_copy(update={"citation": finding.citation.model_copy(update={"number": number})})


def without_documents(findings: Sequence[Finding], documents: Sequence[str]) -> tuple[Finding, ...]:
    """What was found elsewhere than in these documents and in what lies in them, numbered anew."""
    left = (one for one in findings if not any(is_in(one.citation.document, name) for name in documents))
    return tuple(numbered(one, number) for number, one in enumerate(left, 1))
