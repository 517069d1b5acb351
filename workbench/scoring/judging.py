"""One answer judged by several metrics."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.scoring.metrics import score
from workbench.scoring.types import MetricChoice, ScoreValue

_MOST_LABELS = 200
"""More different answers than that are no labels."""


class Scorer:
    """The chosen metrics, and the labels that occur among all right answers (for `label_accuracy`)."""

    def __init__(self, metrics: Sequence[MetricChoice], references: Iterable[Sequence[str]]) -> None:
        self._metrics = metrics
        self._labels = tuple(sorted({answer for answers in references for answer in answers}))

    def score(
        self,
        answer: str,
        references: Sequence[str] | None,
        *,
        retrieved: Sequence[str] | None = None,
        relevant: Sequence[str] = (),
        cited: Sequence[str] | None = None,
    ) -> dict[str, ScoreValue]:
        """The judgement of every metric by its name; the fields are those of `scoring.metrics.score`."""
        return {
            metric.name: score(
                metric.name,
                answer,
                references,
                retrieved=retrieved,
                relevant=relevant,
                cited=cited,
                options=self._options(metric),
            )
            for metric in self._metrics
        }

    def _options(self, metric: MetricChoice) -> Mapping[str, Any]:
        few = metric.name == "label_accuracy" and "labels" not in metric.options and len(self._labels) <= _MOST_LABELS
        return {**metric.options, "labels": self._labels} if few else metric.options
