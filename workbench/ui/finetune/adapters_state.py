"""What the Fine-tune tab shows of one adapter: its card, before and after, its curve. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.finetune.evaluation.types import EvaluatedRow, EvaluationReport
from workbench.finetune.lineage import Lineage
from workbench.ui.board import Running
from workbench.ui.trouble import Trouble

HELD_OUT, NO_TEST = "held out", "no test"
"""Test sets that are no saved data set; a data set's name cannot be one (those are told by `kind`)."""


@dataclass(frozen=True, slots=True)
class TestChoice:
    """One entry of the list of test sets."""

    __test__ = False  # no test class, whatever pytest thinks of its name

    kind: str
    """HELD_OUT, NO_TEST, or "data set"."""
    name: str = ""
    """Of a data set."""
    words: str = ""

    def is_same(self, other: "TestChoice") -> bool:
        """The same test set, though it may have more rows by now."""
        return (self.kind, self.name) == (other.kind, other.name)


@dataclass(frozen=True, slots=True)
class MeasureForm:
    """How before and after shall be measured."""

    tests: tuple[TestChoice, ...] = ()
    test: int = 0
    """Which of `tests`."""
    metric: str = ""
    """Empty: what fits the answers."""
    limit: int = 200
    general: bool = True
    general_path: str = ""
    """Empty: the set that comes with the program."""
    automatically: bool = False
    """After each training."""

    @property
    def chosen(self) -> TestChoice | None:
        return self.tests[self.test] if self.test < len(self.tests) else None

    @property
    def can_start(self) -> bool:
        return self.chosen is not None and (self.general or self.chosen.kind != NO_TEST)


@dataclass(frozen=True, slots=True)
class Measuring:
    """Before and after of one adapter, under way."""

    adapter_hash: str
    name: str
    job_id: str = ""
    running: Running = field(default_factory=lambda: Running("Waiting for a process"))


@dataclass(frozen=True, slots=True)
class AdapterState:
    """The page of one adapter."""

    lineage: Lineage | None = None
    """None while it is looked up."""
    evaluations: tuple[tuple[str, EvaluationReport], ...] = ()
    """(folder, report without rows), newest first."""
    shown: int = 0
    """Which of them."""
    rows: tuple[EvaluatedRow, ...] = ()
    """Of the shown one."""
    rows_trouble: str = ""
    form: MeasureForm = MeasureForm()
    measuring: tuple[Measuring, ...] = ()
    measure_trouble: Trouble | None = None
    is_renaming: bool = False
    rename_trouble: str = ""
    newest: Mapping[str, EvaluationReport] = field(default_factory=dict)
    """The last evaluation of every adapter, by its hash: for the list."""

    @property
    def report(self) -> EvaluationReport | None:
        """The evaluation that is shown."""
        return self.evaluations[self.shown][1] if self.shown < len(self.evaluations) else None

    def measuring_of(self, adapter_hash: str) -> Measuring | None:
        return next((each for each in self.measuring if each.adapter_hash == adapter_hash), None)


@dataclass(frozen=True, slots=True)
class ImportState:
    """A PEFT folder on its way into the list."""

    folder: str
    name: str = ""
    says: str = ""
    """What it says of itself."""
    bases: tuple[str, ...] = ()
    """Models that it may have been trained on."""
    base: str = ""
    running: Running | None = None
    trouble: Trouble | None = None
    is_refused: bool = False
    """Nothing can be done with this folder."""

    @property
    def can_start(self) -> bool:
        return bool(self.base and self.name.strip()) and self.running is None and not self.is_refused
