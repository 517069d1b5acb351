"""What only a base can say of rows: which are too long for it, and of which nothing would be learned."""

from collections.abc import Callable, Sequence

from pydantic import Field

from workbench.boundary import Boundary
from workbench.datasets.tasks import InspectRequest, PrepareRequest
from workbench.datasets.types import Finding, FindingKind, Severity, TrainingRow
from workbench.finetune.encoding import encode_row
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.prepared import longest_row
from workbench.finetune.types import TrainedTurns
from workbench.llm.types import ModelRef
from workbench.naming import counted

OF_A_BASE = frozenset({FindingKind.TOO_LONG, FindingKind.NOTHING_TRAINED})
"""Findings that only a base tells."""
_TELL_EVERY = 200


class BaseChoice(Boundary):
    """The base that rows shall be trained on, and the settings that change their tokens."""

    base: ModelRef
    max_length: int = Field(0, ge=0)
    """0: what the base sees."""
    trained_turns: TrainedTurns = TrainedTurns.LAST


class InspectForBaseRequest(Boundary):
    inspect: InspectRequest
    choice: BaseChoice


class PrepareForBaseRequest(Boundary):
    prepare: PrepareRequest
    choice: BaseChoice


def base_findings(
    rows: Sequence[TrainingRow], choice: BaseChoice, probe: EngineProbe, tell: Callable[[float, float, str], None]
) -> list[Finding]:
    """Rows that a training would cut, and rows that it would leave out.

    Raises WorkbenchError: rows longer than the base sees were asked for, or its template rewrites earlier turns.
    """
    longest = longest_row(choice.max_length, choice.base.name, probe)
    cut: list[int] = []
    silent: list[int] = []
    for done, row in enumerate(rows):
        if done % _TELL_EVERY == 0:
            tell(done, len(rows), "Counting tokens")
        encoded = encode_row(row, probe, choice.trained_turns, longest)
        if not encoded.learns:
            silent.append(row.number)
        elif encoded.cut:
            cut.append(row.number)
    findings = []
    if silent:
        message = f"Nothing would be learned by {choice.base.name}, so that a training leaves them out: "
        findings.append(_finding(FindingKind.NOTHING_TRAINED, Severity.ERROR, message, silent))
    if cut:
        message = f"Longer than {longest:,} tokens of {choice.base.name}, so that their beginning is cut off: "
        findings.append(_finding(FindingKind.TOO_LONG, Severity.WARNING, message, cut))
    return findings


def _finding(kind: FindingKind, severity: Severity, message: str, numbers: Sequence[int]) -> Finding:
    said = f"{message}{counted(len(numbers), 'row')}."
    return Finding(kind=kind, severity=severity, message=said, rows=tuple(numbers))
