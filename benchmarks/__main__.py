"""`python -m benchmarks [NAME] [--json] [--quick] [--only PART]`.

Exit 0 when it measured (goals met or not), 1 when it could not.
"""

import argparse
import ast
import importlib
import inspect
import json
import sys
from pathlib import Path
from typing import Any

import workbench  # noqa: F401  (silences libraries before they are imported)
from benchmarks.report import Report
from workbench.errors import WorkbenchError

FOLDER = Path(__file__).parent
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_") and path.stem != "report")


def question_of(name: str) -> str:
    """The first line of a benchmark's docstring: the question that it answers."""
    docstring = ast.get_docstring(ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))) or ""
    return docstring.splitlines()[0] if docstring else ""


def show(report: Report) -> None:
    for key, value in report.measured.items():
        print(f"  {key}: {value}")
    for goal in report.goals:
        print(f"  {'met   ' if goal.met else 'MISSED'}  {goal.name}: {goal.value:.4g} (goal {goal.goal})")


def run(name: str, quick: bool, data: Path | None, only: str | None = None) -> Report:
    """Raises WorkbenchError when it cannot be measured."""
    module = importlib.import_module(f"benchmarks.{name}")
    takes_data = "data" in inspect.signature(module.run).parameters
    if data is not None and not takes_data:
        raise WorkbenchError(f"The benchmark {name} takes no data.", hint="Leave out --data.")
    parts: tuple[str, ...] = getattr(module, "PARTS", ())
    if only is not None and only not in parts:
        hint = f"Its parts are {', '.join(parts)}." if parts else "Leave out --only."
        raise WorkbenchError(f"The benchmark {name} has no part {only}.", hint=hint)
    chosen: dict[str, Any] = {"data": data} if takes_data else {}
    report: Report = module.run(quick, **chosen, **({"parts": (only,)} if only else {}))
    return report


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", nargs="?", choices=NAMES)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="a rougher answer in under a minute")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="what to measure on, where a benchmark takes that")
    parser.add_argument("--only", metavar="PART", help="one part of a benchmark that has several and takes long")
    arguments = parser.parse_args()
    if arguments.name is None:
        for name in NAMES:
            print(f"{name:16} {question_of(name)}")
        return 0
    try:
        report = run(arguments.name, arguments.quick, arguments.data, arguments.only)
    except WorkbenchError as problem:
        print(f"{arguments.name} could not be measured: {problem}", file=sys.stderr)
        return 1
    if arguments.json:
        print(json.dumps(report.to_json()))
    else:
        print(f"{arguments.name}: {question_of(arguments.name)}")
        show(report)
    return 0


if __name__ == "__main__":
    sys.exit(main())
