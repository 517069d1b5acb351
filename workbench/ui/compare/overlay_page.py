"""Two comparisons over each other: what changed in words, per arm, per question, and in the set-up."""

from difflib import unified_diff

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workbench.compare.overlay.types import ArmOverlay, Overlay
from workbench.compare.wording import between, percent, signed
from workbench.ui.compare.overlay_rows import ChangeRow, QuestionRow, change_rows, question_rows
from workbench.ui.compare.state import CompareState
from workbench.ui.theme import set_role
from workbench.ui.widgets.file_dialogs import SaveDialog
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.page_scroller import PageScroller
from workbench.ui.widgets.page_tabs import PageTabs
from workbench.ui.widgets.page_title import PageTitle
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable


class OverlayPage(QWidget):
    close_requested = Signal()
    turn_requested = Signal()
    export_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._overlay: Overlay | None = None
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: CompareState) -> None:
        found = state.history.overlay
        if found is None or found is self._overlay:
            return
        self._overlay = found
        self._title.show_title(self.tr("What changed"), f"{_named(found, 0)}  →  {_named(found, 1)}")
        self._sentences.setText("\n".join(found.sentences))
        self._arm_model.show(found.arms)
        rows = self._arms.verticalHeader().defaultSectionSize()
        height = self._arms.horizontalHeader().sizeHint().height() + rows * max(1, min(len(found.arms), 6)) + 4
        self._arms.setFixedHeight(height)
        self._question_model.show(question_rows(found))
        self._change_model.show(change_rows(found))
        self._details.clear()
        self._tabs.setTabText(0, self.tr("Questions that changed ({})").format(self._question_model.rowCount()))
        self._tabs.setTabText(1, self.tr("Set up differently ({})").format(self._change_model.rowCount()))

    def _build_widgets(self) -> None:
        self.setObjectName("compare_overlay_page")
        self._title = PageTitle(self)
        self._back = named_button(self, "overlay_back", self.tr("Back"), icon="chevron-left")
        self._turn = named_button(self, "overlay_turn", self.tr("Other way round"))
        self._export = named_button(self, "overlay_export", self.tr("Export…"))
        self._card = QFrame(self)
        set_role(self._card, "panel")
        self._sentences = QLabel(self._card)
        self._sentences.setObjectName("overlay_sentences")
        self._sentences.setTextFormat(Qt.TextFormat.PlainText)
        self._sentences.setWordWrap(True)
        self._sentences.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._build_tables()
        self._details = QPlainTextEdit(self)
        self._details.setObjectName("overlay_details")
        self._details.setAccessibleName(self.tr("The selected change, before and after"))
        self._details.setPlaceholderText(self.tr("Select a line to see it before and after."))
        self._details.setReadOnly(True)
        self._details.setTabChangesFocus(True)
        set_role(self._details, "code")

    def _build_tables(self) -> None:
        self._arm_model: RecordTableModel[ArmOverlay] = RecordTableModel(
            (
                Column(self.tr("Arm"), _arm_name, stretch=True, tooltip=_arm_name),
                Column(self.tr("Before"), lambda arm: percent(arm.mean_before), align_right=True),
                Column(self.tr("After"), lambda arm: percent(arm.mean_after), align_right=True),
                Column(self.tr("Points"), _difference, align_right=True, ink=_ink),
                Column(self.tr("95 % interval"), _interval, align_right=True),
                Column(self.tr("Better"), lambda arm: str(len(arm.improved)), align_right=True),
                Column(self.tr("Worse"), lambda arm: str(len(arm.worsened)), align_right=True),
                Column(
                    self.tr("Same answers"),
                    lambda arm: f"{arm.same_answers} of {arm.answers}",
                    align_right=True,
                    gives_way=True,
                ),
            ),
            key=lambda arm: arm.after,
        )
        self._arms: RecordTable[ArmOverlay] = RecordTable(self._arm_model, self.tr("No arm is in both."), self)
        self._arms.setObjectName("overlay_arms")
        self._arms.setAccessibleName(self.tr("Arms before and after"))
        self._question_model: RecordTableModel[QuestionRow] = RecordTableModel(
            (
                Column(self.tr("Arm"), lambda row: row.arm, tooltip=lambda row: row.arm),
                Column(self.tr("Question"), lambda row: row.question, stretch=True, tooltip=lambda row: row.question),
                Column(self.tr("Before"), lambda row: percent(row.before), align_right=True),
                Column(self.tr("After"), lambda row: percent(row.after), align_right=True, ink=_question_ink),
            ),
            key=lambda row: (row.arm, row.example_id),
        )
        self._questions: RecordTable[QuestionRow] = RecordTable(
            self._question_model, self.tr("No question is scored differently."), self
        )
        self._questions.setObjectName("overlay_questions")
        self._questions.setAccessibleName(self.tr("Questions that are scored differently"))
        self._questions.allow_sorting()
        self._change_model: RecordTableModel[ChangeRow] = RecordTableModel(
            (
                Column(self.tr("Where"), lambda row: row.where, tooltip=lambda row: row.where),
                Column(self.tr("What"), lambda row: row.what, tooltip=lambda row: row.what),
                Column(self.tr("Before"), lambda row: _line(row.before), stretch=True, tooltip=lambda row: row.before),
                Column(self.tr("After"), lambda row: _line(row.after), stretch=True, tooltip=lambda row: row.after),
            ),
            key=lambda row: row.key,
        )
        self._changes: RecordTable[ChangeRow] = RecordTable(
            self._change_model, self.tr("Both are set up alike, as far as that was kept."), self
        )
        self._changes.setObjectName("overlay_changes")
        self._changes.setAccessibleName(self.tr("What was set up differently"))

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._back)
        head.addWidget(self._title, 1)
        head.addWidget(self._turn)
        head.addWidget(self._export)
        inside = QVBoxLayout(self._card)
        inside.setContentsMargins(16, 10, 16, 10)
        inside.addWidget(self._sentences)
        self._tabs = PageTabs(self)
        self._tabs.setObjectName("overlay_tabs")
        self._tabs.setAccessibleName(self.tr("What changed, by question and in the set-up"))
        self._tabs.addTab(self._questions, "")
        self._tabs.addTab(self._changes, "")
        splitter = QSplitter(Qt.Orientation.Vertical, self)
        splitter.addWidget(self._tabs)
        splitter.addWidget(self._details)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setChildrenCollapsible(False)
        splitter.setMinimumHeight(300)
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        for part in (self._card, self._arms):
            column.addWidget(part)
        column.addWidget(splitter, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(10)
        whole.addLayout(head)
        whole.addWidget(PageScroller(page, self), 1)

    def _connect(self) -> None:
        self._back.clicked.connect(self.close_requested)
        self._turn.clicked.connect(self.turn_requested)
        self._export.clicked.connect(self._on_export)
        self._questions.selection_moved.connect(self._on_question)
        self._changes.selection_moved.connect(self._on_change)
        self._tabs.currentChanged.connect(self._on_tab)

    @Slot(object)
    def _on_question(self, row: object) -> None:
        if isinstance(row, QuestionRow):
            before, after = self.tr("Before"), self.tr("After")
            self._details.setPlainText(
                f"{row.question}\n\n{before} ({percent(row.before)}):\n{row.answer_before}"
                f"\n\n{after} ({percent(row.after)}):\n{row.answer_after}"
            )

    @Slot(object)
    def _on_change(self, row: object) -> None:
        if isinstance(row, ChangeRow):
            self._details.setPlainText(_difference_of(row))

    @Slot()
    def _on_tab(self) -> None:
        self._details.clear()
        self._on_question(self._questions.selected_record() if self._tabs.currentWidget() is self._questions else None)
        self._on_change(self._changes.selected_record() if self._tabs.currentWidget() is self._changes else None)

    @Slot()
    def _on_export(self) -> None:
        dialog = SaveDialog(self, self.tr("Write what changed"), "overlay_export_dialog", [self.tr("Report (*.html)")])
        dialog.fileSelected.connect(self.export_chosen)
        dialog.open()


def _named(found: Overlay, which: int) -> str:
    side = (found.before, found.after)[which]
    return f"{side.name} ({side.created[:16].replace('T', ' ')})" if side.created else side.name


def _arm_name(arm: ArmOverlay) -> str:
    return arm.after if arm.before == arm.after else f"{arm.before} → {arm.after}"


def _difference(arm: ArmOverlay) -> str:
    return signed(arm.difference)


def _interval(arm: ArmOverlay) -> str:
    return between(arm.low, arm.high)


def _ink(arm: ArmOverlay) -> str:
    if arm.low is not None and arm.low > 0:
        return "good"
    return "bad" if arm.high is not None and arm.high < 0 else ""


def _question_ink(row: QuestionRow) -> str:
    return "good" if row.after > row.before else "bad"


def _line(text: str) -> str:
    return " ".join(text.split())[:200] or "–"


def _difference_of(row: ChangeRow) -> str:
    if not row.is_text:
        return f"{row.where}, {row.what}\n\n- {row.before or '–'}\n+ {row.after or '–'}"
    lines = unified_diff(row.before.splitlines(), row.after.splitlines(), lineterm="", n=3)
    shown = [line for line in lines if not line.startswith(("---", "+++", "@@"))]
    return "\n".join([f"{row.where}, {row.what}", "", *shown])
