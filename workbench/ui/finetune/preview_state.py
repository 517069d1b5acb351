"""What the Fine-tune tab shows of a row before the training: its tokens. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.finetune.preview import RowPreview
from workbench.ui.trouble import Trouble


@dataclass(frozen=True, slots=True)
class PreviewState:
    """One row as the model gets it."""

    is_open: bool = False
    row: int = 0
    """Of the data set, from 0."""
    rows: Mapping[int, RowPreview] = field(default_factory=dict)
    """Those around it that are tokens already."""
    is_loading: bool = False
    trouble: Trouble | None = None

    @property
    def shown(self) -> RowPreview | None:
        return self.rows.get(self.row)

    @property
    def in_words(self) -> str:
        """ "112 tokens, 34 of them learned. 12 are cut off at the front." """
        if self.is_loading:
            return "Turning rows into tokens…"
        if (shown := self.shown) is None:
            return ""
        if not shown.trained_count:
            return f"{_tokens(len(shown.tokens))}, none of them learned: this row is left out."
        cut = f" {_tokens(shown.cut)} more at the front are cut off." if shown.cut else ""
        return f"{_tokens(len(shown.tokens))}, {shown.trained_count:,} of them learned.{cut}"


def _tokens(count: int) -> str:
    return "1 token" if count == 1 else f"{count:,} tokens"
