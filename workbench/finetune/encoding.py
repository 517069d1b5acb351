"""Training rows -> token ids and which of them are learned: the engine's own text, loss on answers only."""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from workbench.datasets.types import TrainingRow
from workbench.errors import WorkbenchError
from workbench.finetune.types import RunNote, TrainedTurns
from workbench.llm.types import ChatMessage, Role


class TextModel(Protocol):
    """What encoding needs of the engine (`EngineProbe`)."""

    def prompt(self, messages: Sequence[ChatMessage]) -> str: ...
    def conversation(self, messages: Sequence[ChatMessage]) -> str: ...
    def tokenize(self, text: str, *, at_start: bool = True) -> list[int]: ...
    def ends(self, token: int) -> bool: ...
    @property
    def end_token(self) -> int: ...


@dataclass(frozen=True, slots=True)
class EncodedRow:
    """One row as the model gets it: 5 bytes a token, where lists of numbers take 44."""

    ids: Sequence[int]
    """Kept as `array("i")`."""
    trained: Sequence[int]
    """Whether each token carries loss, 1 or 0; as long as `ids`. Kept as `array("b")`."""
    number: int
    """The row of the data file."""
    cut: int = 0
    """Tokens cut off at the front because the row was too long."""
    starts: tuple[int, ...] = (0,)
    """Where in `ids` a row begins: several when rows share a line. A row sees nothing of those before it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "ids", array("i", self.ids))
        object.__setattr__(self, "trained", array("b", self.trained))

    @property
    def count(self) -> int:
        """Rows that share this line; 1 of a row alone."""
        return len(self.starts)

    @property
    def trained_count(self) -> int:
        return sum(self.trained)

    @property
    def learns(self) -> bool:
        """Whether a training learns anything of it: the first token has nothing before it that could predict it."""
        return any(self.trained[1:])


@dataclass(frozen=True, slots=True)
class EncodedRows:
    rows: tuple[EncodedRow, ...]
    notes: tuple[RunNote, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    trained: bool


def encode_row(row: TrainingRow, model: TextModel, turns: TrainedTurns, max_length: int) -> EncodedRow:
    """Token ids of one row, at most `max_length`; what is too long is cut at the front, never in the answer's end.

    Raises WorkbenchError when the model's template does not build conversations up turn by turn.
    """
    ids: list[int] = []
    trained: list[bool] = []
    text = ""
    pieces = _pieces(row, model, turns)
    for piece in pieces:
        text += piece.text
        added = _tokens_after(ids, text, piece.text, model)
        if piece is pieces[-1] and piece.trained:
            added = _with_end(added, model)
        ids += added
        trained += _up_to_end(added, model) if piece.trained else [False] * len(added)
    if not any(trained[1:]):
        return EncodedRow(ids[:max_length], trained[:max_length], row.number)
    last = max(i for i, flag in enumerate(trained) if flag) + 1
    ids, trained = ids[:last], trained[:last]
    cut = max(0, len(ids) - max_length)
    return EncodedRow(ids[cut:], trained[cut:], row.number, cut)


def encode_rows(
    rows: Sequence[TrainingRow],
    model: TextModel,
    turns: TrainedTurns,
    max_length: int,
    on_progress: Callable[[int], None] = lambda done: None,
) -> EncodedRows:
    """All rows that train something, and notes about the others. Refuses a set in which nothing would be trained."""
    encoded: list[EncodedRow] = []
    silent: list[int] = []
    for done, row in enumerate(rows):
        on_progress(done)
        result = encode_row(row, model, turns, max_length)
        if result.learns:
            encoded.append(result)
        else:
            silent.append(row.number)
    if not encoded:
        raise nothing_trained()
    return EncodedRows(tuple(encoded), tuple(_notes(encoded, silent, max_length)))


def nothing_trained() -> WorkbenchError:
    """Why such a set is refused."""
    return WorkbenchError(
        "No token of these rows would be trained.",
        hint="Check which column is the answer, and that rows are not longer than the longest row allowed.",
        code="nothing_trained",
    )


def _notes(encoded: Sequence[EncodedRow], silent: Sequence[int], max_length: int) -> list[RunNote]:
    notes = []
    cut = [row.number for row in encoded if row.cut]
    if cut:
        message = f"Longer than {max_length} tokens, the beginning is cut off: {_rows(len(cut))}."
        notes.append(RunNote(message=message, rows=tuple(cut)))
    if silent:
        message = f"Left out, because nothing in them would be trained: {_rows(len(silent))}."
        notes.append(RunNote(message=message, rows=tuple(silent)))
    return notes


def _pieces(row: TrainingRow, model: TextModel, turns: TrainedTurns) -> list[_Piece]:
    """The row's final text, cut where learning begins and ends."""
    messages = row.messages
    answers = [i for i, message in enumerate(messages) if message.role is Role.ASSISTANT]
    if turns is TrainedTurns.LAST:
        answers = answers[-1:] if answers and answers[-1] == len(messages) - 1 else []
    pieces: list[_Piece] = []
    done = ""
    for index in answers:
        before = model.prompt(messages[:index])
        after = model.conversation(messages[: index + 1])
        if not (before.startswith(done) and after.startswith(before)):
            raise WorkbenchError(
                "The chat template of this model changes earlier turns when an answer follows, "
                f"so it cannot be said which text of row {row.number} is the answer.",
                hint="Train only the last answer." if turns is TrainedTurns.ALL else "Choose another base model.",
                details=f"--- prompt\n{before}\n--- conversation\n{after}",
                code="template_not_incremental",
            )
        pieces += [_Piece(before[len(done) :], False), _Piece(after[len(before) :], True)]
        done = after
    if not pieces:
        pieces.append(_Piece(model.conversation(messages), False))
    return pieces


def _tokens_after(ids: Sequence[int], text: str, added_text: str, model: TextModel) -> list[int]:
    """The tokens that `added_text` adds. Its first character may not melt into the last token of what came before:
    the engine will have tokenised that part alone."""
    whole = model.tokenize(text)
    if whole[: len(ids)] == list(ids):
        return whole[len(ids) :]
    marked = model.tokenize("\n" + added_text, at_start=False)
    mark = model.tokenize("\n", at_start=False)
    if marked[: len(mark)] == mark:  # also takes off the space that some tokenizers put in front of every text
        return marked[len(mark) :]
    return model.tokenize(added_text, at_start=False)


def _up_to_end(answer: Sequence[int], model: TextModel) -> list[bool]:
    """Which tokens of an answer are learned: up to and with the mark at which the engine stops."""
    end = next((position for position, token in enumerate(answer) if model.ends(token)), len(answer))
    return [position <= end for position in range(len(answer))]


def _with_end(answer: list[int], model: TextModel) -> list[int]:
    """The last answer with an end mark: a template that writes none would teach the model never to stop."""
    if any(model.ends(token) for token in answer) or model.end_token < 0:
        return answer
    newlines = set(model.tokenize("\n", at_start=False)[-1:])
    while answer and answer[-1] in newlines:
        answer = answer[:-1]
    return [*answer, model.end_token]


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"
