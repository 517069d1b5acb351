"""Loss curves of trainings over each other: their figures, smoothed, and what their settings differ in."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from workbench.finetune.adapter_folder import METRICS
from workbench.finetune.running import trainings_folder
from workbench.finetune.types import Adapter, StepMetrics, TrainingConfig
from workbench.jobs.journal_file import read_placed
from workbench.paths import WorkbenchPaths

Points = tuple[tuple[float, float], ...]


class Axis(StrEnum):
    """What the curves are drawn over."""

    STEPS = "steps"
    TOKENS = "tokens"
    """Tokens that went through the model: fair between trainings with other batches or lengths."""


class Measure(StrEnum):
    TRAINED = "trained"
    HELD_OUT = "held_out"


@dataclass(frozen=True, slots=True)
class Curve:
    """One training: its figures step by step."""

    name: str
    config: TrainingConfig
    base: str
    dataset: str
    rows: int
    steps: tuple[StepMetrics, ...]

    @property
    def has_tokens(self) -> bool:
        """Older trainings did not count them."""
        return any(step.tokens for step in self.steps)

    def points(self, measure: Measure, axis: Axis, *, smooth: bool = True) -> Points:
        """(x, loss): of the trained rows evened out, of the held-out rows as they were measured."""
        if measure is Measure.HELD_OUT:
            return tuple((_x(step, axis), step.eval_loss) for step in self.steps if step.eval_loss is not None)
        losses = smoothed([step.loss for step in self.steps]) if smooth else [step.loss for step in self.steps]
        return tuple((_x(step, axis), loss) for step, loss in zip(self.steps, losses, strict=True))


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting in which trainings differ; values in the order of the curves."""

    name: str
    values: tuple[str, ...]


def read_curve(adapter: Adapter, paths: WorkbenchPaths) -> Curve | None:
    """The training of an adapter: its figures lie in its folder, those of older ones in the folder of the run.

    None when they are gone.
    """
    for path in (Path(adapter.folder) / METRICS, trainings_folder(paths) / adapter.name / METRICS):
        if steps := read_steps(path):
            return Curve(
                adapter.name, adapter.config, adapter.base_name, adapter.dataset_name, adapter.rows, tuple(steps)
            )
    return None


def read_steps(path: Path) -> list[StepMetrics]:
    """The figures of a file of steps, each step once: one that was made again counts as it was made last."""
    kept: dict[int, StepMetrics] = {}
    for _, step in read_placed(path, StepMetrics, is_ours=False):
        kept = {number: known for number, known in kept.items() if number < step.step} if step.step in kept else kept
        kept[step.step] = step
    return list(kept.values())


def differences(curves: Sequence[Curve]) -> tuple[Setting, ...]:
    """The settings that are not the same for all; base, data and rows first."""
    found = [
        Setting("Base", tuple(curve.base for curve in curves)),
        Setting("Data", tuple(curve.dataset or "–" for curve in curves)),
        Setting("Rows", tuple(f"{curve.rows:,}" for curve in curves)),
    ]
    for name, field in TrainingConfig.model_fields.items():
        if name not in ("schema_version", "checkpoint_seconds"):
            values = tuple(_in_words(getattr(curve.config, name)) for curve in curves)
            found.append(Setting(field.title or name.replace("_", " ").capitalize(), values))
    return tuple(setting for setting in found if len(set(setting.values)) > 1)


def smoothed(losses: Sequence[float]) -> list[float]:
    """Noise evened out: a mean that forgets, over about a fortieth of the steps."""
    keep = 1 - 1 / max(1.0, len(losses) / 40)
    found, value, weight = [], 0.0, 0.0
    for loss in losses:
        value, weight = keep * value + loss, keep * weight + 1
        found.append(value / weight)
    return found


def as_csv(curves: Sequence[Curve]) -> str:
    """All figures of all curves, a line per step."""
    lines = ["training,step,tokens,loss,held_out_loss,learning_rate"]
    for curve in curves:
        name = '"' + curve.name.replace('"', '""') + '"'
        for step in curve.steps:
            held_out = "" if step.eval_loss is None else repr(step.eval_loss)
            lines.append(f"{name},{step.step},{step.tokens},{step.loss!r},{held_out},{step.learning_rate!r}")
    return "\n".join(lines) + "\n"


def _x(step: StepMetrics, axis: Axis) -> float:
    return float(step.tokens if axis is Axis.TOKENS else step.step)


def _in_words(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case StrEnum():
            return value.value
        case tuple():
            return ", ".join(str(item) for item in value) or "none"
        case _:
            return str(value)
