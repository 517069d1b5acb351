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
        """What is known of the row that is shown."""
        if self.is_loading:
            return "Turning rows into tokens…"
        return self.shown.in_words if self.shown is not None else ""
