"""What the Models tab shows. No Qt."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from workbench.llm.fit import Fit, FitVerdict, context_for, sequences_for
from workbench.llm.in_words import size_in_words
from workbench.llm.library import STARTER
from workbench.llm.placement import Place, Placement
from workbench.llm.quantizing import SOURCES, QuantizationType, size_of
from workbench.llm.types import KvType, LoadChanges, LoadConfig, ModelKind, ModelRef
from workbench.ui.board import Running
from workbench.ui.trouble import Trouble


class Filter(StrEnum):
    """Which models are listed."""

    ALL = "all"
    CHAT = "chat"
    ADAPTER = "adapter"
    PROJECTOR = "projector"
    EMBEDDER = "embedder"
    BROKEN = "broken"
    REMOVED = "removed"


class Making(StrEnum):
    """How a new model is made of one."""

    COPY = "copy"
    """Smaller."""
    CONVERSION = "conversion"
    """Of a transformers folder."""


_FILTERS = {kind: Filter(kind.value) for kind in ModelKind}


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model with what this computer says to it."""

    model: ModelRef
    verdict: FitVerdict | None = None
    """None where the question makes no sense: adapters, unusable files."""
    load: LoadConfig = field(default_factory=LoadConfig)
    """How it is loaded."""
    changes: LoadChanges = field(default_factory=LoadChanges)
    """What of that is remembered of it, rather than from the preferences."""
    is_removed: bool = False
    """Removed from the list; shown only when asked for."""

    @property
    def is_usable(self) -> bool:
        model = self.model
        return not model.problem and model.kind is ModelKind.CHAT and model.file_format == "gguf"

    @property
    def is_starter(self) -> bool:
        return self.model.name == STARTER and self.model.source == STARTER

    @property
    def can_quantize(self) -> bool:
        model = self.model
        is_whole = not model.problem and model.file_format == "gguf"
        return is_whole and model.kind in (ModelKind.CHAT, ModelKind.EMBEDDER) and model.quantization in SOURCES

    @property
    def can_convert(self) -> bool:
        """A transformers folder that would answer as GGUF."""
        return self.model.file_format == "transformers" and self.model.kind is ModelKind.CHAT and not self.is_removed

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

    @property
    def place(self) -> Filter:
        """The one filter, besides "all", that shows it."""
        if self.is_removed:
            return Filter.REMOVED
        return Filter.BROKEN if self.model.problem else _FILTERS[self.model.kind]

    def is_of(self, wanted: Filter) -> bool:
        return self.place is wanted or (wanted is Filter.ALL and not self.is_removed)


@dataclass(frozen=True, slots=True)
class ModelsState:
    rows: tuple[ModelRow, ...] = ()
    """All, also those that are not shown."""
    wanted: Filter = Filter.ALL
    search: str = ""
    """Part of the names that are shown."""
    selected: str = ""
    is_scanning: bool = False
    was_scanned: bool = False
    places: tuple[str, ...] = ()
    """The user's own folders and files."""
    sha256: str = ""
    """Of the selected model, where it is known."""
    hashing: Running | None = None
    """While the hash of the selected model is computed."""
    is_renaming: bool = False
    is_choosing_type: bool = False
    """Whether the question how to quantize is open."""
    making: Making = Making.COPY
    """What `making_job` is or was about."""
    making_job: Running | None = None
    """While a model is made from the selected one."""
    asked_to_delete: str = ""
    """The question before the selected model is deleted from the disk."""
    trouble: Trouble | None = None
    """What could not be done with a model."""
    add_problem: str = ""
    """Why something could not be added."""
    scan_problem: str = ""
    """Why the last listing failed."""
    memory_problem: str = ""
    """Why what was changed could not be remembered."""

    @property
    def problem(self) -> str:
        """Shown under the buttons."""
        return "\n".join(text for text in (self.scan_problem, self.add_problem, self.memory_problem) if text)

    @property
    def shown(self) -> tuple[ModelRow, ...]:
        """The rows that the filter and the search let through."""
        part = self.search.strip().casefold()
        return tuple(row for row in self.rows if row.is_of(self.wanted) and part in row.model.name.casefold())

    @property
    def row(self) -> ModelRow | None:
        """What is selected, if it is shown."""
        return next((row for row in self.shown if row.model.name == self.selected), None)

    @property
    def counts(self) -> dict[Filter, int]:
        """How many models each filter shows."""
        found = Counter(row.place for row in self.rows)
        everything = {Filter.ALL: len(self.rows) - found[Filter.REMOVED]}
        return {wanted: found[wanted] for wanted in Filter} | everything

    @property
    def summary(self) -> str:
        usable = sum(row.is_usable and not row.is_removed for row in self.rows)
        broken = sum(row.place is Filter.BROKEN for row in self.rows)
        parts = [f"{usable} model{'s' if usable != 1 else ''} ready to use"]
        if broken:
            parts.append(f"{broken} cannot be used")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class MemoryLine:
    """One line of the sum."""

    what: str
    size: str
    about: str = ""
    name: str = ""
    """Of the GPU."""


def memory_lines(row: ModelRow) -> tuple[MemoryLine, ...]:
    """What the model needs, part by part, and the sum beside what is free."""
    if row.verdict is None:
        return ()
    use, load = row.verdict.use, row.load
    answers, context = sequences_for(row.model, load), context_for(row.model, load)
    at_once = f"{answers} answers at once, {context:,} tokens each" if answers > 1 else f"{context:,} tokens"
    placement = row.verdict.placement
    free = f"{size_in_words(row.verdict.free_bytes)} are free" if placement is None else ""
    return (
        MemoryLine("Weights", size_in_words(use.weights), row.model.quantization),
        MemoryLine("Context", size_in_words(use.kv_cache), f"{at_once}, {load.kv_type}"),
        MemoryLine("Buffers", size_in_words(use.compute), _batches(row.verdict, load)),
        MemoryLine("Together", size_in_words(use.total), free),
        *([_place_line(one, n, placement) for n, one in enumerate(placement.places)] if placement else []),
    )


def _batches(verdict: FitVerdict, load: LoadConfig) -> str:
    """How many tokens a call computes in fact."""
    used = verdict.rows_per_call or load.batch
    return f"batches of {used}" + ("" if used == load.batch else f": {load.batch} would not be faster")


def _place_line(place: Place, number: int, placement: Placement) -> MemoryLine:
    """What lies on a GPU or with the processor: "24 of 33 layers, 7.8 GB are free"."""
    about = f"{place.layers} of {placement.layers} layers, {size_in_words(place.free_bytes)} are free"
    which = "" if len(placement.places) == 2 else f" {number}"
    what = f"GPU{which}" if place.is_gpu else "Processor"
    return MemoryLine(what, size_in_words(place.use.total), about, place.name)


def fitting_hint(row: ModelRow) -> str:
    """What would fit where this does not."""
    if row.verdict is None or row.verdict.fit is not Fit.WONT:
        return ""
    longest = row.verdict.longest_context // 256 * 256
    if longest:
        return f"A context of {longest:,} tokens would fit."
    return "Even a short context does not fit: choose a smaller model or quantization."


def kinds_to_choose(model: ModelRef) -> tuple[tuple[QuantizationType, str], ...]:
    """Types with the size that the copy would have."""
    return tuple((kind, f"{kind}, about {size_in_words(size_of(model, kind))}") for kind in QuantizationType)


def file_in_words(model: ModelRef) -> str:
    """Where it lies, with the number of files when there are several."""
    return f"{model.path} and {model.parts - 1} more" if model.parts > 1 else model.path


def template_in_words(model: ModelRef) -> str:
    if model.kind is not ModelKind.CHAT or model.problem:
        return ""
    return "its own" if model.has_chat_template else "none: plain “role: content” lines"


KV_IN_WORDS = {KvType.F16: "f16", KvType.Q8_0: "q8_0 (half)", KvType.Q4_0: "q4_0 (a quarter)"}
