"""What makes two rows the same: the one idea that duplicates, splits and leaks share."""

import re
from collections.abc import Sequence

from workbench.datasets.types import TrainingRow

_WORDS = re.compile(r"\w+")


def normalise(text: str) -> str:
    """Letters and digits only, lower case, single spaces: what makes two questions the same."""
    return " ".join(_WORDS.findall(text.casefold()))


def input_key(row: TrainingRow) -> str:
    """All that the model sees before the answer."""
    return "\0".join(f"{m.role}:{' '.join(m.content.split())}" for m in row.messages[:-1])


def counted(number: int) -> str:
    """ "1 row", "1,204 rows"."""
    return "1 row" if number == 1 else f"{number:,} rows"


def texts_of(row: TrainingRow) -> Sequence[str]:
    """The texts of all turns."""
    return [message.content for message in row.messages]
