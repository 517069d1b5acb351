"""What the Models tab shows. No Qt."""

from dataclasses import dataclass, field

from workbench.llm.fit import Fit, FitVerdict, sequences_for
from workbench.llm.in_words import size_in_words
from workbench.llm.library import STARTER
from workbench.llm.types import LoadConfig, ModelKind, ModelRef


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model with what this computer says to it."""

    model: ModelRef
    verdict: FitVerdict | None = None
    """None where the question makes no sense: adapters, unusable files."""

    @property
    def is_usable(self) -> bool:
        model = self.model
        return not model.problem and model.kind is ModelKind.CHAT and model.file_format == "gguf"

    @property
    def is_starter(self) -> bool:
        return self.model.name == STARTER and self.model.source == STARTER

    @property
    def fit(self) -> str:
        if self.model.problem:
            return "cannot be used"
        return "" if self.verdict is None else str(self.verdict.fit)

    @property
    def ink(self) -> str:
        """The token of the fit's colour."""
        if self.model.problem:
            return "bad"
        inks = {Fit.FITS: "good", Fit.TIGHT: "warn", Fit.WONT: "bad"}
        return inks[self.verdict.fit] if self.verdict is not None else ""


@dataclass(frozen=True, slots=True)
class ModelsState:
    rows: tuple[ModelRow, ...] = ()
    selected: str = ""
    is_scanning: bool = False
    was_scanned: bool = False
    places: tuple[str, ...] = ()
    """The user's own folders and files."""
    load: LoadConfig = field(default_factory=LoadConfig)
    add_problem: str = ""
    """Why something could not be added."""
    scan_problem: str = ""
    """Why the last listing failed."""

    @property
    def problem(self) -> str:
        """Shown under the buttons."""
        return "\n".join(text for text in (self.scan_problem, self.add_problem) if text)

    @property
    def row(self) -> ModelRow | None:
        return next((row for row in self.rows if row.model.name == self.selected), None)

    @property
    def summary(self) -> str:
        usable = sum(row.is_usable for row in self.rows)
        broken = sum(bool(row.model.problem) for row in self.rows)
        parts = [f"{usable} model{'s' if usable != 1 else ''} ready to use"]
        if broken:
            parts.append(f"{broken} cannot be used")
        return ", ".join(parts)


def memory_in_words(row: ModelRow, load: LoadConfig) -> str:
    """ "needs about 1.2 GB for 8 answers of 2,048 tokens; 5.1 GB are free"."""
    if row.verdict is None:
        return ""
    context = min(load.context_length, row.model.context_length or load.context_length)
    return (
        f"about {size_in_words(row.verdict.needed_bytes)} with {sequences_for(row.model, load)} answers at once of "
        f"{context:,} tokens; {size_in_words(row.verdict.free_bytes)} are free"
    )
