"""What arms have seen before the test: one type for training rows, worked examples, prompt searches, tuning pairs."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from pydantic import ValidationError

from workbench.boundary import Boundary
from workbench.datasets.rows_file import hash_file
from workbench.datasets.types import Example, TrainingRow
from workbench.errors import WorkbenchError
from workbench.llm.types import Role


class SeenKind(StrEnum):
    """How an arm came to see rows."""

    TRAINING = "training rows"
    TEXT = "training text"
    """Documents of continued pre-training: no rows with a question and an answer."""
    SHOTS = "few-shot examples"
    PROMPT_SEARCH = "prompt search"
    """Questions on which the arm's prompt was chosen."""
    TUNING_PAIRS = "search tuning"
    """Questions that the collection's embedder was tuned on."""


class SeenLayout(StrEnum):
    """What stands in the file of `SeenRows`."""

    ROWS = "rows"
    """JSON lines of `TrainingRow`."""
    EXAMPLES = "examples"
    """JSON lines of `Example`."""


class SeenRow(Boundary):
    """A question that was seen, with what was said to it."""

    question: str
    answer: str = ""
    """Empty: not known."""
    number: int = 0
    """Its row in the file that it came from, from 1; 0: it has none."""


class SeenRows(Boundary):
    """Rows in one place, and the arms that have seen them. Either in hand (`rows`) or in a file."""

    kind: SeenKind
    where: str
    """For people: "training rows of adapter house-style"."""
    arms: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    """What makes an arm one that has seen them: `gathering.keys_of`. Empty: `arms` says it."""
    rows: tuple[SeenRow, ...] = ()
    path: str = ""
    content_hash: str = ""
    """SHA-256 of the file; empty: not checked."""
    layout: SeenLayout = SeenLayout.ROWS


def read_seen(seen: SeenRows) -> Iterator[SeenRow]:
    """The rows, one by one: a file of any size is never held as a whole.

    Raises WorkbenchError when the file is gone, was changed, or cannot be read.
    """
    yield from seen.rows
    if not seen.path:
        return
    path = Path(seen.path)
    try:
        if seen.content_hash and hash_file(path) != seen.content_hash:
            raise WorkbenchError(f"{path.name} was changed since.", code="rows_changed")
        yield from _read_lines(path, seen)
    except (OSError, ValidationError) as error:
        raise WorkbenchError(f"{path.name} cannot be read.", details=str(error), code="rows_unreadable") from error


def _read_lines(path: Path, seen: SeenRows) -> Iterator[SeenRow]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            if seen.layout is SeenLayout.EXAMPLES:
                example = Example.model_validate_json(line)
                answer = example.answers[0] if example.answers else ""
                yield SeenRow(question=example.question, answer=answer, number=number)
            else:
                yield from _turns(TrainingRow.model_validate_json(line), number, seen.kind)


def _turns(row: TrainingRow, number: int, kind: SeenKind) -> Iterator[SeenRow]:
    """Every question of a conversation with what was said to it; of raw text the whole document."""
    number = row.number or number
    if kind is SeenKind.TEXT:
        yield SeenRow(question="\n\n".join(message.content for message in row.messages), number=number)
        return
    for place, message in enumerate(row.messages):
        if message.role is Role.USER:
            following = row.messages[place + 1] if place + 1 < len(row.messages) else None
            answer = following.content if following is not None and following.role is Role.ASSISTANT else ""
            yield SeenRow(question=message.content, answer=answer, number=number)
