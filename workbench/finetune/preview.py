"""The exact tokens that a training would see, and which of them it would learn: for colouring, before the start."""

import codecs
from itertools import groupby
from pathlib import Path

from pydantic import Field

from workbench.boundary import Boundary
from workbench.datasets.rows_file import read_rows
from workbench.datasets.types import TrainingRow
from workbench.finetune.encoding import EncodedRow, encode_row
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.types import TrainedTurns
from workbench.llm.types import ModelRef


class PreviewRequest(Boundary):
    base: ModelRef
    rows: tuple[TrainingRow, ...] = ()
    """The rows to show; empty: from the file."""
    rows_path: str = ""
    rows_hash: str = ""
    start: int = Field(0, ge=0)
    count: int = Field(5, ge=1, le=200)
    trained_turns: TrainedTurns = TrainedTurns.LAST
    max_length: int = Field(0, ge=0)
    """0: what the model can see."""


class TokenPreview(Boundary):
    id: int
    text: str
    """Its bytes as text. A character of several tokens stands with the last of them, what is none shows as \\ufffd."""
    trained: bool


class TextSpan(Boundary):
    """Neighbouring tokens with the same colour."""

    text: str
    trained: bool


class RowPreview(Boundary):
    number: int
    """The row of the data file."""
    tokens: tuple[TokenPreview, ...]
    spans: tuple[TextSpan, ...]
    trained_count: int
    cut: int = 0
    """Tokens that are cut off at the front."""

    @property
    def learns(self) -> bool:
        """As `EncodedRow.learns`: other rows are left out."""
        return any(token.trained for token in self.tokens[1:])

    @property
    def in_words(self) -> str:
        """ "112 tokens, 34 of them learned. 12 tokens more at the front are cut off." """
        if not self.learns:
            return f"{_tokens(len(self.tokens))}, none of them learned: this row is left out."
        cut = f" {_tokens(self.cut)} more at the front are cut off." if self.cut else ""
        return f"{_tokens(len(self.tokens))}, {self.trained_count:,} of them learned.{cut}"


class PreviewReport(Boundary):
    rows: tuple[RowPreview, ...]
    max_length: int


def preview_rows(request: PreviewRequest, probe: EngineProbe) -> PreviewReport:
    """The previews of `count` rows from `start`."""
    end = request.start + request.count
    shown = request.rows[request.start : end]
    if not request.rows:
        shown = tuple(read_rows(Path(request.rows_path), request.rows_hash, request.start, end))
    longest = min(request.max_length or probe.context_length, probe.context_length)
    encoded = [encode_row(row, probe, request.trained_turns, longest) for row in shown]
    return PreviewReport(rows=tuple(_preview(row, probe) for row in encoded), max_length=longest)


def as_shown(text: str) -> str:
    """A token's text so that it can be seen: one that ends a line would have no width."""
    return text.replace("\r", "␍").replace("\0", "␀").replace("\n", "↵\n")


def _tokens(count: int) -> str:
    return "1 token" if count == 1 else f"{count:,} tokens"


def _preview(row: EncodedRow, probe: EngineProbe) -> RowPreview:
    pieces = [(probe.piece(token), bool(trained)) for token, trained in zip(row.ids, row.trained, strict=True)]
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    last = len(pieces) - 1
    tokens = tuple(
        TokenPreview(id=token, text=decoder.decode(piece, place == last), trained=trained)
        for place, (token, (piece, trained)) in enumerate(zip(row.ids, pieces, strict=True))
    )
    spans = tuple(
        TextSpan(text=b"".join(piece for piece, _ in group).decode("utf-8", "replace"), trained=trained)
        for trained, group in groupby(pieces, key=lambda pair: pair[1])
    )
    return RowPreview(number=row.number, tokens=tokens, spans=spans, trained_count=row.trained_count, cut=row.cut)
