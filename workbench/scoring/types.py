"""Values of the scoring room. They are stored with every trial, hence `Boundary`."""

from pydantic import Field

from workbench.boundary import Boundary


class MetricChoice(Boundary):
    """A metric with its settings."""

    name: str
    options: dict[str, float | int | str | tuple[str, ...]] = Field(default_factory=dict)


class ScoreValue(Boundary):
    """The judgement of one answer by one metric."""

    value: float | None = Field(None, ge=0.0, le=1.0)
    """From 0 (wrong) to 1 (right); None when the metric could not judge this answer."""
    explanation: str = ""
    """Why it is what it is, in a sentence for people; always set when the value is None."""


class MetricSummary(Boundary):
    """Mean of one metric over the answers of one arm."""

    mean: float | None = None
    """None when nothing could be scored."""
    low: float | None = None
    """Lower end of the 95 % interval."""
    high: float | None = None
    """Upper end of the 95 % interval."""
    count: int = 0
    """Answers that were scored."""
    unscored: int = 0
    """Answers that the metric could not judge."""
