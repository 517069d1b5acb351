"""Numbers as people read them; the same in the verdict, the table, the window and the report."""

import math
from collections.abc import Sequence

from workbench.compare.arm_types import ArmResult, Timing
from workbench.compare.types import ComparisonReport


def percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.0f} %"


def points(difference: float) -> str:
    """A difference of two shares, in percentage points."""
    value = round(100 * difference)
    return f"{value} point" if abs(value) == 1 else f"{value} points"


def signed(difference: float | None) -> str:
    """A difference in points without the word: "+12", "-3", "+0"."""
    return "–" if difference is None else f"{round(100 * difference):+d}"


def between(low: float | None, high: float | None) -> str:
    """An interval of a difference in points: "-3 to +12"."""
    return "–" if low is None or high is None else f"{signed(low)} to {signed(high)}"


def seconds(value: float | None) -> str:
    if value is None:
        return "-"
    if value < 1:
        return f"{1000 * value:.0f} ms"
    return f"{value:.1f} s" if value < 60 else f"{value / 60:.1f} min"


def time_of(value: float | None, timing: Timing) -> str:
    """One of the times of an arm; said where it is one of an earlier run."""
    return f"{seconds(value)} (earlier)" if timing.taken_over and value is not None else seconds(value)


def dollars(value: float | None) -> str:
    """With two digits that say something: "$0.00012"."""
    if value is None:
        return "-"
    if value == 0:
        return "$0"
    digits = max(2, 1 - math.floor(math.log10(abs(value))))
    return f"${value:.{digits}f}"


def size(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:.1f} GB" if size_bytes >= 1e9 else f"{size_bytes / 1e6:.0f} MB" if size_bytes else "-"


def long_time(value: float | None) -> str:
    """Like `seconds`, also for hours and days: "40 min", "3.5 h", "12 days"."""
    if value is None:
        return "-"
    if value < 60:
        return seconds(value)
    if value < 3600:
        return f"{value / 60:.0f} min"
    return f"{value / 3600:.1f} h" if value < 48 * 3600 else f"{value / 86400:.0f} days"


def listed(names: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def missing_in_words(report: ComparisonReport) -> tuple[str, ...]:
    """What was not asked, what failed, and what was taken over from earlier runs; nothing where all is there."""
    there = sum(arm.answered for arm in report.arms)
    failed = {arm.name: arm.failed for arm in report.arms if arm.failed}
    found = []
    if report.missing:
        wanted = there + sum(failed.values()) + report.missing
        found.append(f"{report.missing:,} of {wanted:,} answers are missing. {report.why_missing}".strip())
    if failed:
        arms = ", ".join(f"{name} {count:,}" for name, count in failed.items())
        count = sum(failed.values())
        found.append(f"{count:,} {'answer' if count == 1 else 'answers'} did not come about: {arms}.")
    if report.reused:
        found.append(f"{report.reused:,} of {there:,} answers were taken over from earlier runs.")
    if said := earlier_times(report.arms):
        found.append(said)
    return tuple(found)


def earlier_times(results: Sequence[ArmResult]) -> str:
    """Whose times were measured in an earlier run, and what that means for comparing them; empty: nobody's."""
    timed = [result for result in results if result.timing.latency_seconds is not None]
    old = [result for result in timed if result.timing.taken_over]
    if not old:
        return ""
    days = sorted({result.timing.measured_on.partition("T")[0] for result in old} - {""})
    when = f" ({days[0] if len(days) == 1 else f'{days[0]} to {days[-1]}'})" if days else ""
    before = f"earlier runs{when}" if len(days) > 1 else f"an earlier run{when}"
    if len(old) == len(timed):
        return f"All times were measured in {before}."
    names = listed([result.name for result in old])
    return (
        f"The times of {names} were measured in {before}, the others now: they compare only if the computer was as "
        "busy then. Asking everything anew measures all in one run."
    )
