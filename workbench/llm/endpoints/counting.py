"""How many tokens a text has, when only the server could say it exactly."""

from collections.abc import Sequence

from workbench.llm.types import ChatMessage

_BYTES_PER_TOKEN = 4
_FEWEST_BYTES_PER_TOKEN = 3
"""A margin: English has about 4, most European languages less."""
_TOKENS_PER_MESSAGE = 4


def estimate_tokens(text: str) -> int:
    """About as many as it has: for telling what an answer used."""
    return round(len(text.encode("utf-8", "replace")) / _BYTES_PER_TOKEN)


def cautious_tokens(text: str) -> int:
    """Rather too many: for deciding what fits."""
    return -(-len(text.encode("utf-8", "replace")) // _FEWEST_BYTES_PER_TOKEN)


def cautious_prompt_tokens(messages: Sequence[ChatMessage]) -> int:
    return sum(cautious_tokens(message.content) + _TOKENS_PER_MESSAGE for message in messages)
