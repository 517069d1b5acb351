"""How long does the list of models take, the first time and when the files are known, and does the window stand still?

100 GGUF files with vocabularies of 150,000 tokens are listed by the real window for the first time; then they and 400
small ones are listed again. Meanwhile a bare Qt window counts the same ticks: the goals are about the excess over it.
"""

import tempfile
from pathlib import Path
from typing import Any

from benchmarks._gguf_headers import HeaderWriter
from benchmarks._side_by_side import watch
from benchmarks._stalls import Seen, between, percentile, summary, worst
from benchmarks.report import Goal, Report
from workbench.errors import WorkbenchError

BIG, SMALL = 100, 400
SMALL_VOCABULARY = 1000


def run(quick: bool) -> Report:
    """Takes under a minute, quick or not."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        big, small = Path(folder, "big"), Path(folder, "small")
        _write(big, BIG, HeaderWriter())
        _write(small, SMALL, HeaderWriter(SMALL_VOCABULARY))
        megabytes = sum(path.stat().st_size for path in big.iterdir()) / 1e6
        told, bare = _watch(Path(folder), big, small)
    known = [name for name in told["phases"] if name.startswith("known")]
    phases = {"first": _seen(told, bare, ["first"]), "known": _seen(told, bare, known)}
    measured: dict[str, Any] = {
        "models": told["models"],
        "header_megabytes": round(megabytes),
        "seconds": {name: round(seconds, 3) for name, seconds in told["seconds"].items()},
    }
    measured |= {name: {"window": summary(ours), "bare": summary(theirs)} for name, (ours, theirs) in phases.items()}
    return Report(
        "library",
        measured,
        (
            Goal(f"{BIG} new models listed, seconds", told["seconds"]["first"], "<= 12"),
            Goal(
                f"{BIG + SMALL} known models listed again, seconds",
                min(told["seconds"][name] for name in known),
                "<= 1",
            ),
            Goal(
                "99th percentile of stalls, ms more than a bare loop",
                1000 * max(percentile(ours, 99) - percentile(theirs, 99) for ours, theirs in phases.values()),
                "<= 8",
            ),
            Goal(
                "worst stall, ms more than a bare loop",
                1000 * max(worst(ours) - worst(theirs) for ours, theirs in phases.values()),
                "<= 80",
            ),
        ),
    )


def _write(folder: Path, count: int, writer: HeaderWriter) -> None:
    folder.mkdir()
    for number in range(count):
        writer.write(folder / f"model-{number:03}.gguf")


def _watch(folder: Path, big: Path, small: Path) -> tuple[dict[str, Any], Seen]:
    """What the real window told, and the ticks of the bare one. Other programs' models are out of sight."""
    places = {name: str(folder / name) for name in ("HOME", "USERPROFILE", "HF_HOME", "XDG_CACHE_HOME")}
    told, bare = watch("_window_listing", str(big), str(small), home=folder / "workbench", more=places)
    if told["models"]["first"] < BIG or told["models"]["known_1"] < BIG + SMALL:
        raise WorkbenchError(f"The window listed too few models: {told['models']}.")
    return told, bare


def _seen(told: dict[str, Any], bare: Seen, phases: list[str]) -> tuple[Seen, Seen]:
    """The ticks of both windows from the first of these phases to the last."""
    start, end = told["phases"][phases[0]][0], told["phases"][phases[-1]][1]
    return between(told["ticks"], start, end), between(bare, start, end)
