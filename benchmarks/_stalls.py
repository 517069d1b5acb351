"""What the lateness of an event loop's ticks says. `Seen`: (moment, lateness) in seconds, of `_ticking.Ticks`."""

Seen = list[tuple[float, float]]


def between(seen: Seen, start: float, end: float) -> Seen:
    """The ticks of a phase."""
    return [(at, late) for at, late in seen if start <= at <= end]


def percentile(seen: Seen, percent: float) -> float:
    """Seconds of lateness that this share of the ticks stays below."""
    late = sorted(lateness for _, lateness in seen)
    return late[min(len(late) - 1, int(len(late) * percent / 100))] if late else 0.0


def worst(seen: Seen) -> float:
    """Seconds of the longest lateness."""
    return max((late for _, late in seen), default=0.0)


def summary(seen: Seen) -> dict[str, float]:
    """For the report, in milliseconds."""
    return {
        "ticks": len(seen),
        "p50_ms": round(percentile(seen, 50) * 1000, 2),
        "p99_ms": round(percentile(seen, 99) * 1000, 2),
        "worst_ms": round(worst(seen) * 1000, 2),
        "worst_at_seconds": round(max(seen, key=lambda tick: tick[1])[0] - seen[0][0], 1) if seen else 0.0,
    }
