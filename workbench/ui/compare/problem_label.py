"""What is wrong with a field, beneath it."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from workbench.compare.arm_checks import ArmProblem
from workbench.ui.theme import set_role


class ProblemLabel(QLabel):
    """Hidden while all is well."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.hide()

    def show_problems(self, problems: Iterable[ArmProblem]) -> None:
        found = list(problems)
        set_role(self, "error" if any(problem.stops for problem in found) else "warn-small")
        self.setText("\n".join(problem.text for problem in found))
        self.setVisible(bool(found))
