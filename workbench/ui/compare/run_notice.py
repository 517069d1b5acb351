"""What is missing of a comparison, told plainly above its results, and how it is asked for again."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from workbench.compare.wording import missing_in_words
from workbench.ui.compare.state import Results
from workbench.ui.theme import set_role


class RunNotice(QFrame):
    """Hidden while everything is there."""

    again_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._again.clicked.connect(self.again_requested)
        self.hide()

    def show_results(self, results: Results, *, is_running: bool) -> None:
        report = results.report
        sentences = missing_in_words(report) if report is not None and not is_running else ()
        self.setVisible(bool(sentences))
        if report is None or not sentences:
            return
        self._text.setText("\n".join(sentences))
        failed = sum(arm.failed for arm in report.arms)
        self._again.setText(self.tr("Ask the failed ones again") if failed else self.tr("Go on"))
        self._again.setAccessibleName(self._again.text())
        self._again.setVisible(bool(results.folder) and bool(failed or report.missing))

    def _build_widgets(self) -> None:
        set_role(self, "panel")
        self.setObjectName("compare_notice")
        self._text = QLabel(self)
        self._text.setObjectName("compare_missing")
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._again = QPushButton(self)
        self._again.setObjectName("compare_ask_again")

    def _build_layout(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 16, 10)
        row.setSpacing(16)
        row.addWidget(self._text, 1)
        row.addWidget(self._again, 0, Qt.AlignmentFlag.AlignVCenter)
