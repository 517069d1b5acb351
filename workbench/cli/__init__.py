"""The command line: the window's tasks, JSON on request, exit code 0, 1 (a problem, explained) or 2 (usage)."""

import argparse
import contextlib
import importlib
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from workbench import __version__
from workbench.errors import WorkbenchError, disk_problem
from workbench.paths import find_home

# Each registers its commands; none imports anything heavy at module level.
_ROOMS = (
    "models",
    "generate",
    "documents",
    "asking",
    "retrieval",
    "exhausting",
    "data",
    "finetune",
    "adapters",
    "pretrain",
    "prompts",
    "grid",
    "compare",
    "comparisons",
    "test_sets",
    "choosing",
    "prompt_search",
    "endpoints",
    "runs",
    "demo",
)


def build_parser() -> argparse.ArgumentParser:
    """The parser with every command; `arguments.run` is the chosen one."""
    parser = argparse.ArgumentParser(
        prog="workbench",
        description="Find out on your own machine whether a better prompt, retrieval, a fine-tune or a mix is best.",
        epilog="Without a command the window opens. $WORKBENCH_HOME names the data folder.",
    )
    parser.add_argument("--version", action="version", version=f"LLM Workbench {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for room in _ROOMS:
        importlib.import_module(f"workbench.cli.{room}").register(commands)
    _offer_json(parser)
    return parser


def _offer_json(parser: argparse.ArgumentParser) -> None:
    """`--json` belongs to every command, at its end, where people type it."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in set(action.choices.values()):
                _offer_json(child)
            return
    if not any("--json" in action.option_strings for action in parser._actions):
        parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    try:
        # Imports take a moment, in which Ctrl-C is pressed as well.
        from workbench.cli.output import Output, OutputRefused

        try:
            return _run(sys.argv[1:] if argv is None else argv)
        except OutputRefused as problem:
            Output(json=False).problem(problem)
            return 1
    except KeyboardInterrupt:  # while it starts, outside a job, or a second time while one was being stopped
        print("Stopped at once.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader (`| head`) has enough; anything printed from here on would fail again.
        sys.stderr.close()
        return 0


def _run(argv: Sequence[str]) -> int:
    from workbench.cli.output import Output
    from workbench.cli.workplace import Interrupted, Workplace

    if strange := [word for word in argv if not _is_text(word)]:
        Output(json="--json" in argv).problem(_no_text(strange[0]))
        return 1
    arguments = build_parser().parse_args(argv)
    output = Output(json=getattr(arguments, "json", False))
    try:
        place = Workplace()
        try:
            arguments.run(arguments, place, output)
        finally:
            place.close()
    except WorkbenchError as problem:
        output.problem(problem)
        return 1
    except Interrupted as end:
        print(end, file=sys.stderr)
        return 130
    except BrokenPipeError:
        raise
    except Exception as bug:  # noqa: BLE001 - the outermost frame: a bug of ours is kept and named, never shown raw
        output.problem(disk_problem(bug, find_home()) or _unexpected(bug))
        return 1
    return 0


def _is_text(word: str) -> bool:
    """Whether UTF-8 can say it: bytes that are none arrive as halves of characters."""
    return not any("\ud800" <= sign <= "\udfff" for sign in word)


def _no_text(word: str) -> WorkbenchError:
    shown = "".join(sign if _is_text(sign) else f"\\x{ord(sign) & 0xFF:02x}" for sign in word)
    return WorkbenchError(
        f"The argument “{shown}” is not valid text (UTF-8).",
        hint="Write it anew; a file of such a name must be renamed first.",
        code="bad_text",
    )


def _unexpected(bug: Exception) -> WorkbenchError:
    """A bug of ours, told with the place of its traceback."""
    return WorkbenchError(
        f"Something went wrong inside LLM Workbench ({type(bug).__name__}).",
        hint=f"Nothing that was finished is lost. Please report it with the details {_keep(bug)}.",
        code="bug",
    )


def _keep(bug: Exception) -> str:
    """Write the traceback beside the logs or, where that is not possible, to the temporary folder; says where."""
    text = "".join(traceback.format_exception(bug))
    for folder in (find_home() / "logs", Path(tempfile.gettempdir())):
        path = folder / f"workbench-fault-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            return f"in {path}"
    print(text, file=sys.stderr)
    return "above"
