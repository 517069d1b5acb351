"""A training conversation: who says what."""

from typing import Literal, NamedTuple


class Turn(NamedTuple):
    """One message; the model learns the assistant's."""

    role: Literal["system", "user", "assistant"]
    text: str


Dialog = tuple[Turn, ...]
