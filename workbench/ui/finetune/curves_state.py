"""What the page of loss curves shows. No Qt."""

from dataclasses import dataclass

from workbench.finetune.curves import Axis, Curve, Measure, Setting, differences


@dataclass(frozen=True, slots=True)
class CurvesState:
    """Losses of several trainings over each other."""

    curves: tuple[Curve, ...] = ()
    """All that can be shown, newest first."""
    without: tuple[str, ...] = ()
    """Adapters whose figures are gone."""
    chosen: frozenset[str] = frozenset()
    axis: Axis = Axis.STEPS
    measures: frozenset[Measure] = frozenset(Measure)
    is_reading: bool = False

    @property
    def shown(self) -> tuple[Curve, ...]:
        return tuple(curve for curve in self.curves if curve.name in self.chosen)

    @property
    def can_show_tokens(self) -> bool:
        return bool(self.shown) and all(curve.has_tokens for curve in self.shown)

    @property
    def differences(self) -> tuple[Setting, ...]:
        return differences(self.shown) if len(self.shown) > 1 else ()
