"""Columns -> conversations: guess what each column means, and make training rows of it."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.datasets.json_rows import UnusableError, check_characters, parse_json
from workbench.datasets.types import ColumnMapping, Layout, RowProblem, Table, TrainingRow
from workbench.llm.types import ChatMessage, Role

_ROLES = {
    "system": Role.SYSTEM, "developer": Role.SYSTEM,
    "user": Role.USER, "human": Role.USER, "prompter": Role.USER, "observation": Role.USER, "tool": Role.USER,
    "assistant": Role.ASSISTANT, "gpt": Role.ASSISTANT, "model": Role.ASSISTANT, "bot": Role.ASSISTANT,
    "chatgpt": Role.ASSISTANT, "function_call": Role.ASSISTANT,
}  # fmt: skip

COLUMN_ROLES = ("messages", "question", "context", "answer", "system", "document", "group")
"""Fields of `ColumnMapping` that name a column."""
_CONVERSATIONS = ("messages", "conversations", "conversation", "dialog", "dialogue", "turns")
_DOCUMENTS = ("source", "sources", "document", "file", "source_document")
_SYSTEMS = ("system", "system_prompt", "system prompt", "system_message")
_EMPTY_MARKS = frozenset({"NaN", "nan", "<NA>", "#N/A", "NULL"})
# (question, context, answer, what people call it); the first whose question and answer exist is taken.
_PAIRS = (
    ("instruction", "input", "output", "Alpaca"),
    ("instruction", "context", "response", "instruction and response"),
    ("prompt", "", "completion", "prompt and completion"),
    ("prompt", "", "response", "prompt and response"),
    ("prompt", "", "chosen", "preference pairs, the chosen answer"),
    ("question", "context", "answer", "question and answer"),
    ("question", "context", "answers", "question and answers"),
    ("question", "", "response", "question and response"),
    ("question", "", "expected", "question and expected answer"),
    ("input", "", "output", "input and output"),
    ("input", "", "target", "input and target"),
    ("input", "", "expected", "input and expected answer"),
    ("user", "", "assistant", "user and assistant"),
    ("source", "", "target", "source and target"),
    ("query", "", "response", "query and response"),
    ("query", "", "answer", "query and answer"),
    ("message", "", "reply", "message and reply"),
    ("message", "", "answer", "message and answer"),
    ("message", "", "output", "message and output"),
    ("text", "", "label", "text and label"),
    ("text", "", "category", "text and category"),
    ("text", "", "intent", "text and intent"),
    ("text", "", "output", "text and output"),
    ("sentence", "", "label", "sentence and label"),
)


def describe(mapping: ColumnMapping) -> str:
    """The mapping in a few words: "question → answer (Alpaca)"."""
    columns = mapping.messages if mapping.layout is Layout.MESSAGES else f"{mapping.question} → {mapping.answer}"
    return f"{columns}: {mapping.guess}" if mapping.guess else columns


@dataclass(frozen=True, slots=True)
class MappedRows:
    """What a mapping makes of a table."""

    rows: tuple[TrainingRow, ...]
    problems: tuple[RowProblem, ...]


def mapping_with(table: Table, named: Mapping[str, str]) -> ColumnMapping:
    """The mapping of columns that a person named by their roles ("question", "group"); the roles left are guessed.

    A pair of question and answer, or a conversation, is a whole: then only what was named counts.
    """
    layout = Layout.MESSAGES if "messages" in named else Layout.COLUMNS
    typed = ColumnMapping.model_validate({**named, "layout": layout})
    if typed.is_complete:
        return typed
    guess = guess_mapping(table)
    if not named:
        return guess
    taken = {role: "" for role in COLUMN_ROLES if getattr(guess, role) in named.values()}
    if guess.layout is Layout.MESSAGES and {"question", "answer"} & set(named):
        taken |= {"layout": Layout.COLUMNS, "messages": ""}
    return guess.model_copy(update={**taken, **named, "guess": ""})


def guess_mapping(table: Table) -> ColumnMapping:
    """The likeliest meaning of the columns; not `is_complete` when there is none."""
    by_name = {name.strip().casefold(): name for name in reversed(table.columns)}
    system = next((by_name[name] for name in _SYSTEMS if name in by_name), "")
    for name in _CONVERSATIONS:
        if name in by_name and _holds_turns(table, by_name[name]):
            return ColumnMapping(
                layout=Layout.MESSAGES, messages=by_name[name], system=system, guess=_conversation_name(name)
            )
    for question, context, answer, guess in _PAIRS:
        if question in by_name and answer in by_name:
            used = {question, context, answer}
            return ColumnMapping(
                question=by_name[question],
                context=by_name.get(context, "") if context else "",
                answer=by_name[answer],
                system=system,
                document=next((by_name[name] for name in _DOCUMENTS if name in by_name and name not in used), ""),
                guess=guess,
            )
    rest = [
        name for name in table.columns if name != system and name.casefold() not in ("id", "_id", "number", "index")
    ]
    if len(rest) == 2:
        return ColumnMapping(
            question=rest[0], answer=rest[1], system=system, guess=f"the columns “{rest[0]}” and “{rest[1]}”"
        )
    return ColumnMapping(system=system)


def to_rows(table: Table, mapping: ColumnMapping) -> list[TrainingRow]:
    """The rows that can be trained; `map_rows` also tells what is wrong with the others."""
    return list(map_rows(table, mapping).rows)


def map_rows(table: Table, mapping: ColumnMapping) -> MappedRows:
    """Training rows in the table's order, and a problem for every row that gives none."""
    rows: list[TrainingRow] = []
    problems: list[RowProblem] = []
    for index, values in enumerate(table.rows):
        number = table.number(index)
        try:
            messages = _conversation(values, mapping) if mapping.layout is Layout.MESSAGES else _pair(values, mapping)
        except _Unusable as problem:
            problems.append(RowProblem(row=number, message=str(problem)))
            continue
        document = as_text(values.get(mapping.document)).strip() if mapping.document else ""
        group = as_text(values.get(mapping.group)).strip() if mapping.group else ""
        rows.append(
            TrainingRow(messages=tuple(messages), source=table.name, number=number, document=document, group=group)
        )
    return MappedRows(tuple(rows), tuple(problems))


def as_text(value: object) -> str:
    """A cell as people would read it: 3.0 is "3", an empty cell "", a list JSON."""
    match value:
        case None:
            return ""
        case float() if math.isnan(value):  # how tables of numbers say "empty"
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case list() | dict():
            return json.dumps(value, ensure_ascii=False, default=str)
        case _:
            return str(value)


class _Unusable(Exception):
    pass


def _pair(values: Mapping[str, object], mapping: ColumnMapping) -> list[ChatMessage]:
    question = as_text(values.get(mapping.question)).strip()
    context = as_text(values.get(mapping.context)).strip() if mapping.context else ""
    answer = _answer_text(values.get(mapping.answer)).strip()
    for column, text, is_needed in ((mapping.question, question, not context), (mapping.answer, answer, True)):
        if is_needed and column not in values:
            raise _Unusable(f"The row has no “{column}”.")
        if text in _EMPTY_MARKS:
            raise _Unusable(f"“{column}” is “{text}”, which is how programs write an empty cell.")
    if not question and not context:
        raise _Unusable(f"“{mapping.question}” is empty.")
    if not answer:
        raise _Unusable(f"“{mapping.answer}” is empty: there is nothing to learn.")
    user = "\n\n".join(part for part in (question, context) if part)
    return [
        *_system(values, mapping),
        ChatMessage(role=Role.USER, content=user),
        ChatMessage(role=Role.ASSISTANT, content=answer),
    ]


def _answer_text(value: object) -> str:
    """The first of several accepted answers."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value[0] if value else ""
    return as_text(value)


def _system(values: Mapping[str, object], mapping: ColumnMapping) -> list[ChatMessage]:
    own = as_text(values.get(mapping.system)).strip() if mapping.system else ""
    text = own or mapping.system_text.strip()
    return [ChatMessage(role=Role.SYSTEM, content=text)] if text else []


def _conversation(values: Mapping[str, object], mapping: ColumnMapping) -> list[ChatMessage]:
    turns = _turns_in(values.get(mapping.messages), mapping.messages)
    messages = [_message(turn, number) for number, turn in enumerate(turns, 1)]
    while messages and messages[-1].role is not Role.ASSISTANT:
        messages.pop()  # what nobody answered teaches no answer
    if not messages:
        raise _Unusable(f"“{mapping.messages}” has no answer by the assistant.")
    if not messages[-1].content.strip():
        raise _Unusable("The last answer is empty: there is nothing to learn.")
    if messages[0].role is not Role.SYSTEM:
        messages = [*_system(values, mapping), *messages]
    return messages


def _turns_in(value: object, column: str) -> Sequence[object]:
    if isinstance(value, str):
        try:
            turns = parse_json(value)  # a conversation in a CSV or Parquet cell
        except UnusableError as error:
            raise _Unusable(f"“{column}” is not a list of turns.") from error
        try:
            check_characters(value, turns)
        except UnusableError as error:
            raise _Unusable(f"“{column}”: {error}") from error
        value = turns
    if not isinstance(value, list) or not value:
        raise _Unusable(f"“{column}” is not a list of turns.")
    return value


def _message(turn: object, number: int) -> ChatMessage:
    if not isinstance(turn, dict):
        raise _Unusable(f"Turn {number} is not an object with a role and a text.")
    role = _ROLES.get(str(turn.get("role", turn.get("from", ""))).strip().casefold())
    if role is None:
        raise _Unusable(f"Turn {number} is by “{turn.get('role', turn.get('from', ''))}”, which is no known role.")
    return ChatMessage(role=role, content=_content(turn, number))


def _content(turn: Mapping[str, object], number: int) -> str:
    content = turn.get("content", turn.get("value", turn.get("text")))
    if isinstance(content, list):  # OpenAI content parts
        parts = [part for part in content if isinstance(part, dict) and part.get("type") == "text"]
        texts = [part.get("text", part.get("value")) for part in parts]
        if len(texts) != len(content):
            raise _Unusable(f"Turn {number} holds something other than text.")
        return "".join(as_text(text) for text in texts)
    if isinstance(content, str):
        return content
    raise _Unusable(f"Turn {number} has no text.")


def _holds_turns(table: Table, column: str) -> bool:
    first = next((row[column] for row in table.rows if row.get(column)), None)
    return isinstance(first, list) or (isinstance(first, str) and first.lstrip().startswith("["))


def _conversation_name(column: str) -> str:
    return {"messages": "OpenAI messages", "conversations": "ShareGPT conversations"}.get(column, "conversations")
