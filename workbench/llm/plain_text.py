"""Which parts of a final prompt are a person's or a document's text, in which nothing may act as a control token.

Looking for a message's text in the final prompt is not enough: a message that says `<|im_end|>` is found where the
template wrote that mark itself. So the template is rendered once more with a placeholder for each such message; where
that, with the texts put back, is the same prompt, every place is known exactly.
"""

import re
from collections.abc import Mapping

_PLACEHOLDER = re.compile("\ue000(\\d+)\ue001")


def placeholder(number: int) -> str:
    """Stands for message `number`: characters for private use, which no template writes."""
    return f"\ue000{number}\ue001"


def plain_parts(text: str, marked: str, contents: Mapping[int, str]) -> list[tuple[str, bool]] | None:
    """`text` in pieces, each with whether it is plain: one of the messages' `contents`, by their numbers.

    `marked` is the same prompt with the placeholders. None when the template did anything else with a message than to
    put it there, or to strip the space around it.
    """
    pieces = _PLACEHOLDER.split(marked)  # what the template wrote, and at the odd places the numbers
    for written in (contents, {number: content.strip() for number, content in contents.items()}):
        parts = [
            (written.get(int(piece), ""), True) if index % 2 else (piece, False) for index, piece in enumerate(pieces)
        ]
        if "".join(part for part, _ in parts) == text:
            return [(part, is_plain) for part, is_plain in parts if part]
    return None
