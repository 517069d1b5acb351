"""From values to places: linear and logarithmic axes with round ticks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

_DECADE = 10.0
"""Values that span more than this are drawn on a logarithmic axis."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Places values between `start` and `end` (pixels; `end` may be the smaller one, as on a vertical axis)."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...] = ()
    is_log: bool = False
    zero: float | None = None
    """Where zeros stand on a logarithmic axis, which has no place for them; None where there are none."""

    def at(self, value: float) -> float:
        """The place of a value; the nearer end for one that is off the axis."""
        if self.is_log and value <= 0:
            return self.zero if self.zero is not None else self.start
        share = (self._bent(value) - self._bent(self.low)) / (self._bent(self.high) - self._bent(self.low))
        return self.start + min(1.0, max(0.0, share)) * (self.end - self.start)

    def _bent(self, value: float) -> float:
        return log10(value) if self.is_log else value


def spread_scale(values: Sequence[float], start: float, end: float, *, zero_room: float = 0.0) -> Scale:
    """For values of 0 and more: logarithmic where they span more than a decade, else linear.

    Zeros among logarithmic values get a lane of `zero_room` pixels of their own before the axis.
    """
    positive = [value for value in values if value > 0]
    if not positive:
        return Scale(0.0, 1.0, start, end, (0.0,))
    low, high = min(positive), max(positive)
    if high <= low * _DECADE:
        return _linear(min(values), high, start, end)
    lane = zero_room if len(positive) < len(values) else 0.0
    low, high = low / 1.25, high * 1.25
    begin = start + lane
    zero = start + lane / 2 if lane else None
    return Scale(low, high, begin, end, log_ticks(low, high), is_log=True, zero=zero)


def share_scale(values: Sequence[float], start: float, end: float, *, narrowest: float = 0.3) -> Scale:
    """For shares in 0..1: as much of the axis as holds the values, at least `narrowest` of it, ends at whole tenths."""
    low = max(0.0, floor(10 * min(values, default=0.0) - 1e-9) / 10)
    high = min(1.0, ceil(10 * max(values, default=1.0) + 1e-9) / 10)
    while high - low < narrowest - 1e-9:
        low, high = max(0.0, round(low - 0.1, 1)), min(1.0, round(high + 0.1, 1))
    return Scale(low, high, start, end, nice_ticks(low, high, 5))


def difference_scale(values: Sequence[float], start: float, end: float) -> Scale:
    """For differences of shares: as far to both sides of 0 as holds the values, in whole tenths."""
    far = max([abs(value) for value in values] or [0.1])
    far = min(1.0, max(0.1, ceil(10 * far - 1e-9) / 10))
    return Scale(-far, far, start, end, nice_ticks(-far, far, 7))


def nice_ticks(low: float, high: float, count: int) -> tuple[float, ...]:
    """About `count` multiples of 1, 2, 2.5 or 5 times a power of ten, both ends included where they are such."""
    rough = (high - low) / max(1, count - 1)
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return tuple(round(number * step, 12) for number in range(first, last + 1))


def log_ticks(low: float, high: float) -> tuple[float, ...]:
    """1, 2 and 5 times powers of ten between the ends; only powers of ten where those are many."""
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    several = [factor * 10.0**power for power in powers for factor in (1, 2, 5)]
    found = [tick for tick in several if low <= tick <= high]
    if len(found) > 8:
        found = [10.0**power for power in powers if low <= 10.0**power <= high]
    return tuple(found)


def thinned(ticks: Sequence[float], place: Callable[[float], float], room: Callable[[float], float]) -> list[float]:
    """The ticks whose labels, `room` pixels wide and centred at `place`, do not touch those before them."""
    kept: list[float] = []
    for tick in ticks:
        if not kept or abs(place(tick) - place(kept[-1])) >= (room(tick) + room(kept[-1])) / 2:
            kept.append(tick)
    return kept


def _linear(low: float, high: float, start: float, end: float) -> Scale:
    """From 0 on, or from near the lowest value where 0 would push all values to one side."""
    begin = max(0.0, low - (high - low) * 0.4 - high * 0.02) if low > 0.6 * high else 0.0
    top = high + (high - begin) * 0.1
    return Scale(begin, top, start, end, nice_ticks(begin, top, 6))
