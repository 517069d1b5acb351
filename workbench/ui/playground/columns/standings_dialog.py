"""How the ways of answering stand after all blind votes."""

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from workbench.compare.wording import percent
from workbench.playground.ratings import Standing, identity_of
from workbench.ui.theme import set_role
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable


class StandingsDialog(QDialog):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()

    def show_standings(self, standings: Sequence[Standing]) -> None:
        self._model.show(standings)

    def _build_widgets(self) -> None:
        self.setObjectName("standings")
        self.setWindowTitle(self.tr("Standings of the blind votes"))
        self.resize(760, 380)
        self._sentence = QLabel(
            self.tr(
                "Each vote compares the answers to one question, two by two. A win counts 1 point, a tie one half; "
                "the interval says how sure the share of points is."
            ),
            self,
        )
        self._sentence.setWordWrap(True)
        set_role(self._sentence, "muted")
        self._model: RecordTableModel[Standing] = RecordTableModel(
            (
                Column(self.tr("Way of answering"), lambda s: s.answered_by.label, stretch=True),
                Column(self.tr("Points"), _share, align_right=True, sort_key=lambda s: s.share.estimate),
                Column(self.tr("95 % interval"), _interval, align_right=True),
                Column(self.tr("Wins"), lambda s: str(s.wins), align_right=True, sort_key=lambda s: s.wins),
                Column(self.tr("Ties"), lambda s: str(s.ties), align_right=True, sort_key=lambda s: s.ties),
                Column(self.tr("Losses"), lambda s: str(s.losses), align_right=True, sort_key=lambda s: s.losses),
            ),
            key=lambda standing: identity_of(standing.answered_by),
        )
        self._table: RecordTable[Standing] = RecordTable(self._model, self.tr("Nobody voted yet."), self)
        self._table.setObjectName("standings_table")
        self._table.setAccessibleName(self.tr("Standings"))

    def _build_layout(self) -> None:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self._sentence)
        column.addWidget(self._table, 1)
        column.addWidget(buttons)


def _share(standing: Standing) -> str:
    return percent(standing.share.estimate)


def _interval(standing: Standing) -> str:
    return f"{percent(standing.share.low)} – {percent(standing.share.high)}"
