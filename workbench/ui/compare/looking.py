"""What somebody looks at in the results: which picture, by which score, which arm. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbench.compare.pictures.drawing import PictureKind


@dataclass(frozen=True, slots=True)
class Looking:
    kind: PictureKind = PictureKind.MEANS
    metric: str = ""
    """Empty: the one that decides."""
    arm: str = ""
    """The arm that is marked in all pictures; empty: none."""

    def metric_of(self, metrics: Sequence[str]) -> str:
        """The score that is shown: of these the chosen one, or the first, which decides."""
        return self.metric if self.metric in metrics else metrics[0] if metrics else ""

    def with_arm(self, arm: str) -> "Looking":
        """This arm marked, or none when it was marked already."""
        return replace(self, arm="" if arm == self.arm else arm)
