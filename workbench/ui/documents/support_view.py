"""How an answer stands to its sources: one line, and under it every sentence that is not simply supported."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.rag.answer_parts import Support, answer_sentences, count_support
from workbench.rag.answer_types import Answer
from workbench.rag.citations import without_marks
from workbench.ui import icons
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button


class SupportView(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._answer: Answer | None = None
        self._build_widgets()
        self._build_layout()
        self._more.toggled.connect(self._on_toggled)
        self.hide()

    def show_answer(self, answer: Answer | None) -> None:
        """Hidden without an answer, and for one that says nothing that could be checked."""
        if answer is self._answer:
            return
        self._answer = answer
        counted = count_support(answer) if answer is not None else None
        if answer is None or counted is None or not (counted.checked or counted.uncited or answer.dangling):
            self.hide()
            return
        text, role = self._verdict(counted.supported, counted.checked, counted.uncited, answer)
        self._badge.setText(text)
        set_role(self._badge, f"{role}-small")
        icons.set_icon(self._icon, "check" if role == "good" else "warning", role, 16)
        details = self._details(answer)
        self._list.setText("\n".join(details))
        self._more.setVisible(bool(details))
        if not details:
            self._more.setChecked(False)
        self.show()

    def open(self) -> None:
        """Show the sentences."""
        self._more.setChecked(True)

    def _verdict(self, supported: int, checked: int, uncited: int, answer: Answer) -> tuple[str, str]:
        if not checked:
            return self.tr("No source was marked"), "warn"
        parts = [self.tr("{} of {} marked statements stand in their source").format(supported, checked)]
        if uncited:
            parts.append(self.tr("{} without a source").format(uncited))
        if answer.dangling:
            marks = ", ".join(f"[{number}]" for number in answer.dangling)
            parts.append(self.tr("{} points to no passage").format(marks))
        is_good = supported == checked and not uncited
        return " · ".join(parts), "good" if is_good else "warn"

    def _details(self, answer: Answer) -> list[str]:
        lines = []
        for sentence in answer_sentences(answer):
            said = without_marks(answer.answer[sentence.start : sentence.end])
            if sentence.support is Support.UNSUPPORTED:
                lines.append(f"⚠ “{said}” {sentence.reason}")
            elif sentence.support is Support.UNCITED:
                lines.append(self.tr("– “{}” names no source.").format(said))
        return lines

    def _build_widgets(self) -> None:
        self.setObjectName("support_view")
        self._icon, self._badge, self._list = QLabel(self), QLabel(self), QLabel(self)
        self._badge.setObjectName("answer_badge")
        self._list.setObjectName("support_details")
        for label in (self._badge, self._list):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setWordWrap(True)
        set_role(self._list, "small")
        self._list.hide()
        self._more = named_button(
            self,
            "show_support",
            self.tr("Which?"),
            "tiny",
            spoken=self.tr("Show the statements that their source does not bear out"),
            icon="chevron-right",
        )
        self._more.setCheckable(True)

    def _build_layout(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._badge, 1)
        row.addWidget(self._more, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self._list)

    @Slot(bool)
    def _on_toggled(self, is_open: bool) -> None:
        icons.set_icon(self._more, "chevron-down" if is_open else "chevron-right", "muted", 12)
        self._list.setVisible(is_open)
