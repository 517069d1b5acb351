"""One question: its words, what is right, where that stands, its tags; and the passage beside it."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from workbench.datasets.test_sets.types import Origin, Review, SetQuestion
from workbench.ui.compare.sets_state import Draft, Right, SetsState
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.page_scroller import PageScroller


class CompareQuestionForm(QFrame):
    """Read only where the question is a file's or an earlier version's."""

    edited = Signal(str, object)
    """A field of `Draft` and its value."""
    save_requested = Signal()
    accept_requested = Signal()
    reject_requested = Signal()
    remove_requested = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._draft: Draft | None = None
        self._build_widgets()
        self._build_layout()
        self._connect()

    def focus_question(self) -> None:
        self._question.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_state(self, state: SetsState) -> None:
        draft = state.draft
        self.setVisible(draft is not None)
        was, self._draft = self._draft, draft
        if draft is None:
            return
        for edit, text in ((self._question, draft.question), (self._answers, draft.answers)):
            if edit.toPlainText() != text:
                with QSignalBlocker(edit):
                    edit.setPlainText(text)
        for field, text in ((self._sources, draft.sources.replace("\n", "; ")), (self._tags, draft.tags)):
            if field.text() != text and (was is None or was.number != draft.number or not field.hasFocus()):
                with QSignalBlocker(field):
                    field.setText(text)
        with QSignalBlocker(self._right):
            self._right.setCurrentIndex(self._right.findData(draft.right.value))
        self._answers.setVisible(draft.right is Right.ANSWERS)
        self._show_origin(draft.old)
        self._show_buttons(state, draft)

    def _show_origin(self, old: SetQuestion | None) -> None:
        words = {
            Origin.TYPED: self.tr("Typed"),
            Origin.MARKED: self.tr("Marked in a search"),
            Origin.IMPORTED: self.tr("Imported"),
            Origin.GENERATED: self.tr("Written by a model"),
        }
        said = [words[old.origin], old.where.in_words(), old.remark] if old else [self.tr("A new question")]
        if old and old.origin is Origin.GENERATED and old.remark.startswith(self.tr("Written by")):
            said = said[1:]
        self._origin.setText(" · ".join(filter(None, said)))
        passage = old.where.passage if old else ""
        variables = [f"{name}: {text[:300]}" for name, text in old.variables.items()] if old else []
        shown = "\n".join([passage, *variables]).strip()
        self._passage_label.setVisible(bool(shown))
        self._passage_label.setText(self.tr("Passage") if passage else self.tr("Variables"))
        self._passage.setVisible(bool(shown))
        if self._passage.toPlainText() != shown:
            self._passage.setPlainText(shown)

    def _show_buttons(self, state: SetsState, draft: Draft) -> None:
        can_edit = state.can_edit
        is_waiting = draft.old is not None and draft.old.review is not Review.ACCEPTED
        for edit in (self._question, self._answers):
            edit.setReadOnly(not can_edit)
        for field in (self._sources, self._tags):
            field.setReadOnly(not can_edit)
        self._right.setEnabled(can_edit)
        self._save.setVisible(can_edit and not is_waiting)
        self._save.setEnabled(not draft.problem and draft.is_changed)
        self._accept.setVisible(can_edit and is_waiting)
        self._accept.setEnabled(not draft.problem)
        can_reject = draft.old is not None and draft.old.review is not Review.REJECTED
        self._reject.setVisible(can_edit and can_reject)
        self._remove.setVisible(can_edit and draft.old is not None)
        fixed = self.tr("Save the questions as a set to change them.") if state.file else ""
        fixed = self.tr("This is what a comparison used; it stays as it is.") if state.version else fixed
        self._need.setText(fixed or (draft.problem if draft.is_changed else ""))
        self._need.setVisible(bool(self._need.text()))

    def _build_widgets(self) -> None:
        self.setObjectName("compare_question_form")
        set_role(self, "panel")
        self._body = QWidget(self)
        set_role(self._body, "plain")
        self._question = self._edit("compare_question_text", self.tr("Question"), 3)
        self._question.setPlaceholderText(self.tr("A question, as people ask it"))
        self._right = QComboBox(self)
        self._right.setObjectName("compare_question_right")
        self._right.setAccessibleName(self.tr("What is right"))
        for right, text in (
            (Right.ANSWERS, self.tr("Any of these answers is right")),
            (Right.REFUSAL, self.tr("There is no answer: it should be refused")),
            (Right.UNKNOWN, self.tr("Not known: only judge what retrieval finds")),
        ):
            self._right.addItem(text, right.value)
        self._answers = self._edit("compare_question_answers", self.tr("Right answers, one per line"), 3)
        self._answers.setPlaceholderText(self.tr("Right answers, one per line"))
        self._sources, self._tags = QLineEdit(self), QLineEdit(self)
        for field, name, text, hint in (
            (self._sources, "compare_question_sources", self.tr("Sources"), self.tr("prices.pdf; staff.md")),
            (self._tags, "compare_question_tags", self.tr("Tags"), self.tr("prices, easy")),
        ):
            field.setObjectName(name)
            field.setAccessibleName(text)
            field.setPlaceholderText(hint)
        self._passage = self._edit("compare_question_passage", self.tr("Passage"), 4)
        self._passage.setReadOnly(True)
        self._passage.setMaximumHeight(16777215)
        self._passage_label, self._origin, self._need = QLabel(self), QLabel(self), QLabel(self)
        self._need.setObjectName("compare_question_need")
        self._origin.setObjectName("compare_question_origin")
        set_role(self._passage_label, "field")
        set_role(self._origin, "small")
        set_role(self._need, "muted")
        for label in (self._origin, self._need):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self._save = named_button(self, "compare_question_save", self.tr("Save"), "primary", icon="check")
        self._accept = named_button(self, "compare_question_accept", self.tr("Accept"), "primary", icon="check")
        self._reject = named_button(self, "compare_question_reject", self.tr("Reject"), icon="close")
        self._remove = named_button(self, "compare_question_remove", self.tr("Delete"), "quiet", icon="trash")
        self._close = named_button(
            self, "compare_question_close", "", "quiet", spoken=self.tr("Close the form"), icon="close"
        )
        for button, keys in ((self._save, "Ctrl+Enter"), (self._accept, "Ctrl+Enter · A in the list"),
                             (self._reject, "R in the list"), (self._remove, "Delete in the list")):  # fmt: skip
            button.setToolTip(keys)

    def _edit(self, name: str, spoken: str, lines: int) -> QPlainTextEdit:
        edit = QPlainTextEdit(self)
        edit.setObjectName(name)
        edit.setAccessibleName(spoken)
        edit.setTabChangesFocus(True)
        edit.setFixedHeight(lines * edit.fontMetrics().lineSpacing() + 18)
        return edit

    def _build_layout(self) -> None:
        title = QLabel(self.tr("Question"), self)
        set_role(title, "field")
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(self._close)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self._remove)
        buttons.addWidget(self._reject)
        buttons.addStretch(1)
        buttons.addWidget(self._accept)
        buttons.addWidget(self._save)
        self._lay_out_body()
        room = PageScroller(self._body, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 10, 12)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(room, 1)
        column.addWidget(self._need)
        column.addLayout(buttons)

    def _lay_out_body(self) -> None:
        """What scrolls where the window is low; the buttons stay in sight."""
        column = QVBoxLayout(self._body)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(6)
        column.addWidget(self._question)
        column.addWidget(self._right)
        column.addWidget(self._answers)
        for field in (self._sources, self._tags):
            row = QHBoxLayout()
            label = QLabel(field.accessibleName(), self)
            label.setMinimumWidth(label.fontMetrics().horizontalAdvance(self._sources.accessibleName()) + 8)
            label.setBuddy(field)
            row.addWidget(label)
            row.addWidget(field, 1)
            column.addLayout(row)
        column.addWidget(self._origin)
        column.addWidget(self._passage_label)
        column.addWidget(self._passage, 1)
        column.addStretch(0)

    def _connect(self) -> None:
        self._question.textChanged.connect(lambda: self.edited.emit("question", self._question.toPlainText()))
        self._answers.textChanged.connect(lambda: self.edited.emit("answers", self._answers.toPlainText()))
        self._sources.textEdited.connect(self._on_sources)
        self._tags.textEdited.connect(lambda text: self.edited.emit("tags", text))
        self._right.activated.connect(self._on_right)
        self._save.clicked.connect(self.save_requested)
        self._accept.clicked.connect(self.accept_requested)
        self._reject.clicked.connect(self.reject_requested)
        self._remove.clicked.connect(self.remove_requested)
        self._close.clicked.connect(self.left)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            done = QShortcut(QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            done.activated.connect(self._on_done)
        leave = QShortcut(QKeySequence("Escape"), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        leave.activated.connect(self.left)

    @Slot(str)
    def _on_sources(self, text: str) -> None:
        self.edited.emit("sources", "\n".join(part.strip() for part in text.split(";")))

    @Slot(int)
    def _on_right(self, index: int) -> None:
        self.edited.emit("right", Right(self._right.itemData(index)))

    @Slot()
    def _on_done(self) -> None:
        button = self._accept if self._accept.isVisible() else self._save
        if button.isVisible() and button.isEnabled():
            button.click()
