"""The trainings of a sweep as a table: their settings, their losses, which is the best."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from workbench.finetune.sweeps import SweepTrial, combinations
from workbench.finetune.types import TrainingConfig
from workbench.ui.finetune.run_state import RunState


class TrialsView(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: object = None
        self._table = QTableWidget(0, 0, self)
        self._table.setObjectName("trial_table")
        self._table.setAccessibleName(self.tr("Trainings of the sweep"))
        self._table.verticalHeader().hide()
        self._table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._table)

    def show_run(self, run: RunState) -> None:
        if run.sweep is None or (run.trials, run.trial, run.phase) == self._shown:
            return
        self._shown = (run.trials, run.trial, run.phase)
        names = list(run.sweep.values)
        titles = [TrainingConfig.model_fields[name].title or name for name in names]
        heads = [self.tr("Nr."), *titles, self.tr("Held-out loss"), self.tr("Loss"), self.tr("Steps"), self.tr("State")]
        self._table.setColumnCount(len(heads))
        self._table.setHorizontalHeaderLabels(heads)
        done = {trial.number: trial for trial in run.trials}
        best = min((t for t in run.trials if t.eval_loss is not None), key=lambda t: t.eval_loss or 0.0, default=None)
        chosen = combinations(run.sweep)
        self._table.setRowCount(len(chosen))
        for number, settings in enumerate(chosen, 1):
            trial = done.get(number)
            is_best = best is not None and best.number == number
            cells = [str(number), *(f"{settings[name]}" for name in names), *self._cells(run, number, trial, is_best)]
            self._fill(number - 1, cells, is_best)
        self._table.resizeColumnsToContents()
        self._table.horizontalHeader().setSectionResizeMode(len(heads) - 1, QHeaderView.ResizeMode.Stretch)

    def _cells(self, run: RunState, number: int, trial: SweepTrial | None, is_best: bool) -> list[str]:
        if trial is None:
            state = self.tr("running") if run.is_live and run.trial == number else self.tr("waits")
            return ["–", "–", "–", state if run.is_live else "–"]
        state = trial.error or (self.tr("★ best") if is_best else self.tr("done"))
        return [_number(trial.eval_loss), _number(trial.loss), f"{trial.steps:,}" if trial.steps else "–", state]

    def _fill(self, row: int, cells: list[str], is_best: bool) -> None:
        for column, text in enumerate(cells):
            item = QTableWidgetItem(text)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            font = QFont(self.font())
            font.setBold(is_best)
            item.setFont(font)
            self._table.setItem(row, column, item)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"
