"""A conversation as text for people, as Markdown and as JSON."""

import json
from collections.abc import Sequence

from workbench.playground.conversation import Conversation, SavedColumn, SavedConversation, Turn


def as_text(conversation: Conversation) -> str:
    """The turns that are looked at, as they would be told in a letter."""
    return "\n\n".join(f"Question: {turn.question}\n\nAnswer: {turn.answer}".rstrip() for turn in conversation.path())


def as_markdown(column: SavedColumn) -> str:
    """The turns that are looked at, under what answered them. Questions are quoted, so that their marks stay marks."""
    parts: list[str] = []
    last = ""
    for number, turn in enumerate(column.conversation.path(), start=1):
        label = turn.answered_by.label
        if label != last:
            parts.append(f"## {label}")
            last = label
        parts.append(_turn_as_markdown(number, turn))
    return "\n\n".join(parts) + "\n" if parts else ""


def columns_as_markdown(saved: SavedConversation) -> str:
    """All columns, one after the other."""
    title = f"# {saved.title or 'Conversation'}"
    return "\n\n".join([title, *(text.rstrip() for column in saved.columns if (text := as_markdown(column)))]) + "\n"


def as_json(saved: SavedConversation) -> str:
    """Everything, branches included: what another program can read."""
    return json.dumps(saved.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n"


def _turn_as_markdown(number: int, turn: Turn) -> str:
    parts = [f"### {number}", quoted(turn.question)]
    if turn.retrieved:
        parts.append(_sources(turn))
    if turn.answer:
        parts.append(turn.answer.strip())
    if turn.problem:
        parts.append(f"_{turn.problem}_")
    return "\n\n".join(parts)


def _sources(turn: Turn) -> str:
    lines = [f"{number}. {passage.title}" for number, passage in enumerate(turn.retrieved, start=1)]
    return "\n".join(["Passages:", "", *lines])


def quoted(text: str) -> str:
    """As a Markdown quotation."""
    lines: Sequence[str] = text.splitlines() or [""]
    return "\n".join(f"> {line}".rstrip() for line in lines)
