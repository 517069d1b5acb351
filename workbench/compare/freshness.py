"""What keeping an arm's knowledge fresh takes in a month: indexing the documents that changed, or training anew."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.compare.arm_types import ArmResult
from workbench.compare.economy import Economy
from workbench.compare.wording import dollars, long_time, percent


@dataclass(frozen=True, slots=True)
class Freshness:
    """What keeps an arm's knowledge fresh for a month."""

    arm: str
    reindex_seconds: float | None = 0.0
    """Seconds of re-indexing a month; 0 without a collection, None where its time is not known."""
    retune_seconds: float = 0.0
    """Seconds of training a month, if the adapter is trained anew at each change; 0 without one."""
    reads_documents: bool = False
    is_tuned: bool = False

    @property
    def seconds(self) -> float | None:
        """What it takes: an arm that reads the documents is fresh once they are indexed, one that only learned from
        them must learn again. None where neither is possible (or nobody knows how long it takes).
        """
        if self.reads_documents:
            return self.reindex_seconds
        return self.retune_seconds if self.is_tuned else None


def freshness(result: ArmResult, economy: Economy) -> Freshness:
    """A month of this arm, from its measured indexing and training.

    Re-indexing takes changes * share of changed documents * time of a whole build; training always takes all of it.
    """
    building = result.indexing_seconds
    per_month = None if building is None else economy.updates_per_month * economy.changed_share * building
    return Freshness(
        arm=result.name,
        reindex_seconds=per_month if result.collection else 0.0,
        retune_seconds=economy.updates_per_month * result.training_seconds if result.adapter else 0.0,
        reads_documents=bool(result.collection),
        is_tuned=bool(result.adapter),
    )


def describe_freshness(months: Sequence[Freshness], economy: Economy) -> Iterator[str]:
    """Re-index against re-tune in sentences; nothing where the documents never change."""
    if economy.updates_per_month == 0:
        return
    readers = [month for month in months if month.reads_documents]
    learners = [month for month in months if month.is_tuned and not month.reads_documents]
    if readers or learners:
        yield (
            f"Documents change {_times(economy.updates_per_month)} a month, {percent(economy.changed_share)} of them "
            "each time."
        )
    for month in readers:
        yield f"{month.arm} stays fresh by indexing the changed ones: {_spent(month.seconds, economy)} a month."
    for month in learners:
        known = f"{_spent(month.seconds, economy)} a month" if month.seconds else "its training time is not known"
        yield f"{month.arm} must be trained anew each time: {known}."
    slower, faster = _extremes(learners), _extremes(readers)
    if slower and faster and slower > faster:
        yield f"Staying fresh by training takes {_factor(slower / faster)} times as long as by indexing."


def _extremes(months: Sequence[Freshness]) -> float:
    """The cheapest month of these; 0 where none is known."""
    return min((month.seconds for month in months if month.seconds), default=0.0)


def _spent(seconds: float | None, economy: Economy) -> str:
    if seconds is None:
        return "an unknown time (the collection was built before times were kept)"
    price = economy.price(seconds)
    return long_time(seconds) if price is None else f"{long_time(seconds)} ({dollars(price)})"


def _times(count: float) -> str:
    return "once" if count == 1 else f"{count:g} times"


def _factor(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"
