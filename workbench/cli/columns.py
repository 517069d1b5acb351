"""`--question-column C`, ...: which columns of a file mean what, where their names do not tell."""

import argparse

from workbench.errors import WorkbenchError

_ROLES = {
    "question": "what the user says, where its name does not tell",
    "context": "put below the question",
    "answer": "what is learned",
    "messages": "the whole conversation, in the place of question and answer",
    "system": "the system message",
    "document": "the document in which the answer stands",
    "group": "rows of one value are held out together, like those of a customer",
}
"""Roles of columns (`ColumnMapping`)."""


def add_columns(parser: argparse.ArgumentParser) -> None:
    """An option for each role."""
    for role, what in _ROLES.items():
        parser.add_argument(f"--{role}-column", metavar="C", default="", help=what)


def named_columns(arguments: argparse.Namespace) -> dict[str, str]:
    """The columns that were named, by their roles. Raises WorkbenchError for roles that exclude each other."""
    named = {role: column for role in _ROLES if (column := getattr(arguments, f"{role}_column"))}
    if "messages" in named and {"question", "answer"} & set(named):
        raise WorkbenchError(
            "A row is a conversation in one column, or a question and an answer.",
            hint="Give --messages-column, or the other two.",
            code="usage",
        )
    return named


def check_none_named(arguments: argparse.Namespace, what: str) -> None:
    """Raise WorkbenchError where columns were named of something that has none any more."""
    if named_columns(arguments):
        raise WorkbenchError(
            f"{what} has no columns to choose from.",
            hint="Leave the options for columns out: they are for files.",
            code="usage",
        )
