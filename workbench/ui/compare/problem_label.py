"""What is wrong with a field, beneath it."""

from collections.abc import Iterable

from PySide6.QtWidgets import QWidget

from workbench.compare.arm_checks import ArmProblem
from workbench.ui.theme import set_role
from workbench.ui.widgets.wrapped_label import WrappedLabel


class ProblemLabel(WrappedLabel):
    """Hidden while all is well."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setObjectName(name)
        self.hide()

    def show_problems(self, problems: Iterable[ArmProblem]) -> None:
        found = list(problems)
        set_role(self, "error" if any(problem.stops for problem in found) else "warn-small")
        self.setText("\n".join(problem.text for problem in found))
        self.setVisible(bool(found))
