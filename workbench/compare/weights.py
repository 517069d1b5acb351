"""How much quality, latency, memory and cost count for the user."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from workbench.boundary import Boundary

MEANING = (
    "An arm's worth is the weighted mean of its shares of the best: for quality its score divided by the best score, "
    "for latency, memory and cost the best value divided by its own; arms that cannot be told apart from the best have "
    "its quality, and what is within a tenth of the best value counts as the best."
)
"""The one sentence that explains the recommendation."""


class Measure(StrEnum):
    """What an arm is chosen by."""

    QUALITY = "quality"
    LATENCY = "latency"
    MEMORY = "memory"
    COST = "cost"


class Weights(Boundary):
    """Any numbers from 0: what counts is their proportion. Quality alone: the cheapest of the best is recommended."""

    quality: float = Field(1.0, ge=0.0, le=1000.0)
    latency: float = Field(0.0, ge=0.0, le=1000.0)
    """Of seconds per answer, alone and warm."""
    memory: float = Field(0.0, ge=0.0, le=1000.0)
    cost: float = Field(0.0, ge=0.0, le=1000.0)
    """Of money or machine time per answer, with its share of training and indexing."""

    @model_validator(mode="after")
    def _something_counts(self) -> Self:
        if self.quality + self.latency + self.memory + self.cost <= 0.0:
            raise ValueError("at least one weight must be above 0")
        return self

    @property
    def shares(self) -> dict[Measure, float]:
        """The weights, adding up to 1."""
        total = sum(self.of(measure) for measure in Measure)
        return {measure: self.of(measure) / total for measure in Measure}

    @property
    def is_quality_only(self) -> bool:
        return self.latency == self.memory == self.cost == 0.0

    def of(self, measure: Measure) -> float:
        """The weight as it was given."""
        match measure:
            case Measure.QUALITY:
                return self.quality
            case Measure.LATENCY:
                return self.latency
            case Measure.MEMORY:
                return self.memory
            case Measure.COST:
                return self.cost
