"""The picture of a comparison: one line per arm, a dot for the mean and a bar for its 95 % interval. Plain SVG."""

from collections.abc import Sequence
from html import escape

from workbench.compare.types import ArmResult
from workbench.compare.wording import percent

_LABELS, _PLOT, _VALUES, _ROW, _TOP = 170, 420, 130, 34, 18


def interval_chart(results: Sequence[ArmResult], metric: str, best: Sequence[str] = ()) -> str:
    """An `<svg>` that takes its colours from the page (`currentColor` and the classes mark, best, grid)."""
    height = _TOP + _ROW * len(results) + 26
    width = _LABELS + _PLOT + _VALUES
    parts = [
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(metric)} of every arm with its 95 % interval">',
        *(_grid_line(share, height) for share in (0.0, 0.25, 0.5, 0.75, 1.0)),
        *(_row(number, result, metric, result.name in best) for number, result in enumerate(results)),
        "</svg>",
    ]
    return "\n".join(parts)


def _x(share: float) -> float:
    return _LABELS + share * _PLOT


def _grid_line(share: float, height: int) -> str:
    x = _x(share)
    return (
        f'<line class="grid" x1="{x:.1f}" y1="{_TOP - 8}" x2="{x:.1f}" y2="{height - 20}"/>'
        f'<text class="tick" x="{x:.1f}" y="{height - 5}" text-anchor="middle">{percent(share)}</text>'
    )


def _row(number: int, result: ArmResult, metric: str, is_best: bool) -> str:
    y = _TOP + _ROW * number + _ROW / 2
    name = result.name if len(result.name) <= 24 else result.name[:23] + "…"
    label = f'<text class="label" x="{_LABELS - 14}" y="{y + 4:.1f}" text-anchor="end">{escape(name)}</text>'
    summary = result.metrics.get(metric)
    if summary is None or summary.mean is None or summary.low is None or summary.high is None:
        return label + f'<text class="tick" x="{_LABELS + 8}" y="{y + 4:.1f}">not measured</text>'
    look = "mark best" if is_best else "mark"
    low, mean, high = _x(summary.low), _x(summary.mean), _x(summary.high)
    return (
        label
        + f'<line class="{look}" x1="{low:.1f}" y1="{y:.1f}" x2="{high:.1f}" y2="{y:.1f}"/>'
        + "".join(
            f'<line class="{look}" x1="{x:.1f}" y1="{y - 5:.1f}" x2="{x:.1f}" y2="{y + 5:.1f}"/>' for x in (low, high)
        )
        + f'<circle class="{look}" cx="{mean:.1f}" cy="{y:.1f}" r="6"/>'
        + f'<text class="value" x="{_LABELS + _PLOT + 14}" y="{y + 4:.1f}">{percent(summary.mean)} '
        f"({100 * summary.low:.0f}–{100 * summary.high:.0f})</text>"
    )
