"""Who judges and how: the model, the scale, the rubric, the prompt, and what is read about the first question."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from workbench.llm.endpoints.models import where_text_goes
from workbench.scoring.judge_prompt import PAIR_VARIABLES, RUBRIC_VARIABLES
from workbench.scoring.judge_settings import Scale
from workbench.ui.compare.scores_part import judges_itself, preview_of, prompt_of
from workbench.ui.compare.state import CompareState
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.text_goes import TextGoes


class JudgeForm(QWidget):
    """One form for both kinds of judging; the metric that is shown says which prompt is looked at."""

    model_chosen = Signal(str)
    scale_chosen = Signal(str)
    rubric_edited = Signal(str)
    prompt_edited = Signal(str, bool)
    rubric_restored = Signal()
    prompt_restored = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_pairwise = False
        self._models: tuple[tuple[str, str], ...] = ()
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_judge(self, state: CompareState, *, is_pairwise: bool) -> None:
        self._is_pairwise = is_pairwise
        judge = state.scoring.judge
        self._show_models(state)
        self._scale.setVisible(not is_pairwise)
        self._scale_label.setVisible(not is_pairwise)
        with QSignalBlocker(self._scale):
            self._scale.setCurrentIndex(self._scale.findData(judge.scale.value))
        _show_text(self._rubric, judge.rubric or judge.rubric_in_force)
        _show_text(self._prompt, prompt_of(state, is_pairwise=is_pairwise))
        self._rubric_back.setEnabled(bool(judge.rubric))
        self._prompt_back.setEnabled(bool(judge.pairwise_prompt if is_pairwise else judge.prompt))
        variables = PAIR_VARIABLES if is_pairwise else RUBRIC_VARIABLES
        self._variables.setText(self.tr("Variables: {}").format(" ".join(f"{{{{{name}}}}}" for name in variables)))
        preview = preview_of(state, is_pairwise=is_pairwise)
        self._problem.setText(preview.problem)
        self._problem.setVisible(bool(preview.problem))
        _show_text(self._preview, preview.text)

    def _show_models(self, state: CompareState) -> None:
        judge, stock = state.scoring.judge.model, state.making.stock
        goes = {model.name: where_text_goes(model) for model in stock.models if model.endpoint is not None}
        names = [model.name for model in stock.models]
        names += [judge] if judge and judge not in names else []
        models = tuple((f"{name}  ·  {goes[name]}" if name in goes else name, name) for name in names)
        with QSignalBlocker(self._model):
            if models != self._models:
                self._models = models
                self._model.clear()
                for text, name in models:
                    self._model.addItem(text, name)
            self._model.setCurrentIndex(self._model.findData(judge))
        self._goes.say(goes.get(judge, ""))
        own = judges_itself(state)
        self._itself.setVisible(bool(own))
        self._itself.setText(
            self.tr("This model also answers for {}: models tend to prefer their own answers.").format(", ".join(own))
        )

    def _build_widgets(self) -> None:
        self._model = QComboBox(self)
        self._model.setObjectName("compare_judge_model")
        self._model.setAccessibleName(self.tr("The model that judges"))
        self._model.setPlaceholderText(self.tr("Choose a model"))
        self._scale = QComboBox(self)
        self._scale.setObjectName("compare_judge_scale")
        self._scale.setAccessibleName(self.tr("What the judge says"))
        self._scale.addItem(self.tr("grades 1 to 5"), Scale.GRADES.value)
        self._scale.addItem(self.tr("yes or no"), Scale.YES_NO.value)
        self._scale_label = QLabel(self.tr("says"), self)
        self._goes = TextGoes(self)
        self._itself, self._problem, self._variables = QLabel(self), QLabel(self), QLabel(self)
        self._itself.setObjectName("compare_judges_itself")
        self._problem.setObjectName("compare_judge_problem")
        for label, role in ((self._itself, "warn-small"), (self._problem, "error"), (self._variables, "small")):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            set_role(label, role)
        self._rubric = self._edit("compare_judge_rubric", self.tr("Rubric"), 110)
        self._prompt = self._edit("compare_judge_prompt", self.tr("The judge's prompt"), 190)
        self._preview = self._edit("compare_judge_preview", self.tr("What the judge reads"), 190)
        self._rubric.setMaximumHeight(130)
        self._preview.setReadOnly(True)
        self._rubric_back = named_button(self, "compare_rubric_back", self.tr("Back to ours"), "quiet")
        self._prompt_back = named_button(self, "compare_prompt_back", self.tr("Back to ours"), "quiet")
        self._rubric_back.setAccessibleName(self.tr("Take our rubric"))
        self._prompt_back.setAccessibleName(self.tr("Take our prompt"))
        self._show_preview = named_button(
            self, "compare_show_preview", self.tr("What it reads about the first question"), "quiet"
        )
        self._show_preview.setCheckable(True)
        self._preview.hide()

    def _build_layout(self) -> None:
        who = QHBoxLayout()
        judge = QLabel(self.tr("Judge"), self)
        set_role(judge, "field")
        who.addWidget(judge)
        who.addWidget(self._model, 1)
        who.addWidget(self._scale_label)
        who.addWidget(self._scale)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(who)
        column.addWidget(self._goes)
        column.addWidget(self._itself)
        column.addLayout(self._head(self.tr("Rubric"), self._rubric_back))
        column.addWidget(self._rubric)
        column.addLayout(self._head(self.tr("Prompt"), self._prompt_back))
        column.addWidget(self._prompt)
        column.addWidget(self._variables)
        column.addWidget(self._problem)
        column.addWidget(self._show_preview, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._preview)

    def _head(self, text: str, button: QPushButton) -> QHBoxLayout:
        row, label = QHBoxLayout(), QLabel(text, self)
        set_role(label, "field")
        row.addWidget(label, 1)
        row.addWidget(button)
        return row

    def _edit(self, name: str, accessible: str, height: int) -> QPlainTextEdit:
        edit = QPlainTextEdit(self)
        edit.setObjectName(name)
        edit.setAccessibleName(accessible)
        edit.setTabChangesFocus(True)
        edit.setMinimumHeight(height)
        set_role(edit, "code")
        return edit

    def _connect(self) -> None:
        self._model.activated.connect(self._on_model)
        self._scale.activated.connect(self._on_scale)
        self._rubric.textChanged.connect(self._on_rubric)
        self._prompt.textChanged.connect(self._on_prompt)
        self._rubric_back.clicked.connect(self.rubric_restored)
        self._prompt_back.clicked.connect(self._on_prompt_back)
        self._show_preview.toggled.connect(self._preview.setVisible)

    @Slot(int)
    def _on_model(self, index: int) -> None:
        self.model_chosen.emit(str(self._model.itemData(index)))

    @Slot(int)
    def _on_scale(self, index: int) -> None:
        self.scale_chosen.emit(str(self._scale.itemData(index)))

    @Slot()
    def _on_rubric(self) -> None:
        self.rubric_edited.emit(self._rubric.toPlainText())

    @Slot()
    def _on_prompt(self) -> None:
        self.prompt_edited.emit(self._prompt.toPlainText(), self._is_pairwise)

    @Slot()
    def _on_prompt_back(self) -> None:
        self.prompt_restored.emit(self._is_pairwise)


def _show_text(edit: QPlainTextEdit, text: str) -> None:
    """The text, where it is another; the cursor stays with what is being typed."""
    if edit.toPlainText() != text:
        with QSignalBlocker(edit):
            edit.setPlainText(text)
