"""Passwords of encrypted files: from the command line, or asked for on a terminal. They are kept nowhere."""

import getpass
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from workbench.cli.output import Output, printable
from workbench.errors import WorkbenchError


def given_passwords(arguments: Sequence[str]) -> dict[str, str]:
    """Password by path, from `FILE=PASSWORD`; both may hold "=": the shortest FILE that exists counts."""
    found: dict[str, str] = {}
    for number, argument in enumerate(arguments, 1):
        parts = argument.split("=")
        places = [("=".join(parts[:n]), "=".join(parts[n:])) for n in range(1, len(parts))]
        if not places or not places[0][0]:
            # The argument is not repeated: it may be the password alone.
            raise WorkbenchError(
                f"The --password number {number} is not of the form FILE=PASSWORD.",
                hint="Write for example --password contracts/locked.pdf=secret.",
            )
        path, word = next(((p, w) for p, w in places if Path(p).expanduser().exists()), places[0])
        found[str(Path(path).expanduser())] = word
    return found


def can_ask(output: Output) -> bool:
    """Whether a person sits at the terminal and sees what is asked."""
    return not output.json and sys.stdin.isatty() and sys.stderr.isatty()


def ask_passwords(names: Mapping[str, str]) -> dict[str, str]:
    """Ask for each path, by the name that people know it by; an empty answer leaves the file out."""
    found: dict[str, str] = {}
    for path, name in names.items():
        word = getpass.getpass(printable(f"Password of {name} (Enter to leave it out): "), stream=sys.stderr)
        if word:
            found[path] = word
    return found
