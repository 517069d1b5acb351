"""Chooses one of the language models that were found."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.llm.endpoints.models import where_text_goes
from workbench.llm.in_words import parameters_in_words, size_in_words
from workbench.llm.types import ModelRef
from workbench.ui.widgets.elided_combo import ElidedComboBox
from workbench.ui.widgets.model_choice import can_answer


class ModelPicker(ElidedComboBox):
    """The models of one use, by name; `accepts` says which those are."""

    model_chosen = Signal(str)
    """The name of the model that the user chose."""

    def __init__(self, parent: QWidget | None = None, *, accepts: Callable[[ModelRef], bool] = can_answer) -> None:
        super().__init__(parent)
        self._accepts = accepts
        self._models: tuple[ModelRef, ...] = ()
        self._build_widgets()
        self.activated.connect(self._on_activated)

    def show_models(self, models: Sequence[ModelRef], chosen: str) -> None:
        """List what fits the use and select `chosen`; tells nothing back."""
        fitting = tuple(model for model in models if self._accepts(model))
        with QSignalBlocker(self):
            if fitting != self._models:
                self._models = fitting
                self.clear()
                for number, model in enumerate(fitting):
                    self.addItem(_in_words(model))
                    self.setItemData(number, where_text_goes(model) or model.path, Qt.ItemDataRole.ToolTipRole)
            names = [model.name for model in fitting]
            self.setCurrentIndex(names.index(chosen) if chosen in names else -1)
        self.setEnabled(bool(fitting))
        self.setPlaceholderText(self.tr("Choose a model") if fitting else self.tr("No model found"))

    def chosen(self) -> ModelRef | None:
        """The selected model."""
        index = self.currentIndex()
        return self._models[index] if 0 <= index < len(self._models) else None

    def _build_widgets(self) -> None:
        self.setObjectName("model_picker")
        self.setAccessibleName(self.tr("Model"))
        self.setSizeAdjustPolicy(ElidedComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(16)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @Slot(int)
    def _on_activated(self, index: int) -> None:
        self.model_chosen.emit(self._models[index].name)


def _in_words(model: ModelRef) -> str:
    if goes := where_text_goes(model):
        return f"{model.name}  ·  {goes}"
    facts = (parameters_in_words(model.parameters), model.quantization, size_in_words(model.size_bytes))
    return f"{model.name}  ·  {', '.join(fact for fact in facts if fact)}"
