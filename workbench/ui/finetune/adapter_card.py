"""One adapter: where it comes from, where it lies, what can be done with it."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.finetune.evaluation.types import EvaluationReport
from workbench.finetune.evaluation.wording import headline
from workbench.finetune.types import Adapter
from workbench.naming import duration_in_words
from workbench.paths import in_short
from workbench.ui.finetune.export_menu import ExportButton
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button


class AdapterCard(QFrame):
    open_requested = Signal()
    try_requested = Signal()
    folder_requested = Signal()
    delete_requested = Signal()
    export_chosen = Signal(object, object)
    """ExportFormat, MergedQuantization or None."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "panel")
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_adapter(self, adapter: Adapter, report: EvaluationReport | None) -> None:
        """`report`: its last evaluation."""
        not_measured = self.tr("Not measured yet what it gained, and what it forgot.")
        self._headline.setText(headline(report) if report is not None else not_measured)
        set_role(self._headline, "" if report is not None else "muted")
        lines = [
            *([self._from_elsewhere(adapter)] if adapter.origin else self._trained_here(adapter)),
            self.tr("Lies in {}").format(in_short(Path(adapter.folder))),
            self.tr("SHA-256 {}").format(adapter.gguf_hash),
        ]
        if adapter.notes:
            lines.append(adapter.notes.splitlines()[0])
        self._details.setText("\n".join(lines))

    def _from_elsewhere(self, adapter: Adapter) -> str:
        return self.tr("Rank {}, imported from {}").format(adapter.rank, adapter.origin)

    def _trained_here(self, adapter: Adapter) -> list[str]:
        config = adapter.config
        held_out = f"{adapter.eval_loss:.3f}" if adapter.eval_loss is not None else self.tr("not measured")
        return [
            self.tr("{} steps in {}, rank {}, learning rate {:g}, seed {}").format(
                f"{adapter.steps:,}",
                duration_in_words(adapter.seconds),
                adapter.rank,
                config.learning_rate,
                config.seed,
            ),
            self.tr("Loss {}, held-out loss {}").format(loss_in_words(adapter), held_out),
        ]

    def allow_export(self, is_allowed: bool) -> None:
        self._export.setEnabled(is_allowed)

    def _build_widgets(self) -> None:
        self._headline, self._details = QLabel(self), QLabel(self)
        self._headline.setObjectName("adapter_headline")
        self._details.setObjectName("adapter_details")
        for label in (self._headline, self._details):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setWordWrap(True)
        set_role(self._details, "small")
        self._open = named_button(
            self, "adapter_open", self.tr("Before and after, card…"), spoken=self.tr("Look at the selected adapter")
        )
        self._try = named_button(
            self,
            "adapter_try",
            self.tr("Try it in the playground"),
            spoken=self.tr("Try the selected adapter in the playground"),
        )
        set_role(self._open, "primary")
        self._export = ExportButton("adapter_export", self)
        self._folder = named_button(
            self, "adapter_folder", self.tr("Where is it"), spoken=self.tr("Show the folder of the selected adapter")
        )
        self._delete = named_button(
            self, "adapter_delete", self.tr("Delete"), spoken=self.tr("Delete the selected adapter")
        )

    def _build_layout(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self._open, self._try, self._export, self._folder):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self._delete)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(8)
        column.addWidget(self._headline)
        column.addWidget(self._details)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self._open.clicked.connect(self.open_requested)
        self._try.clicked.connect(self.try_requested)
        self._folder.clicked.connect(self.folder_requested)
        self._delete.clicked.connect(self.delete_requested)
        self._export.chosen.connect(self.export_chosen)


def loss_in_words(adapter: Adapter) -> str:
    return f"{adapter.loss:.3f}" if adapter.loss is not None else "–"
