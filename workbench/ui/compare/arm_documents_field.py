"""The documents of an arm: collections, and how passages are found and put into the prompt."""

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFormLayout, QVBoxLayout, QWidget

from workbench.compare.arm_spec import ArmSpec, RetrievalSpec
from workbench.ui.compare.arms_state import ArmsState, Places
from workbench.ui.compare.choice_box import Choice, ChoiceBox
from workbench.ui.compare.describing_arms import documents_words
from workbench.ui.widgets.choice_button import ChoiceButton
from workbench.ui.widgets.days_fields import DaysFields
from workbench.ui.widgets.file_dialogs import FOLDER, OpenDialog
from workbench.ui.widgets.retrieval_fields import RetrievalChoices, RetrievalFields, RetrievalValues
from workbench.ui.widgets.section import Section

_ANY = "the first that is found"


class ArmDocumentsField(QWidget):
    changed = Signal(object)
    """`collection` and `retrieval` of the arm."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._arm: ArmSpec | None = None
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_documents(self, arm: ArmSpec, making: ArmsState) -> None:
        self._arm = arm
        choices = [Choice(self.tr("none"), "")]
        for ref in making.stock.collections:
            about = self.tr("1 passage") if ref.chunks == 1 else self.tr("{} passages").format(f"{ref.chunks:,}")
            choices.append(Choice(f"{ref.name}  ·  {about}" if ref.chunks else ref.name, ref.name,
                                  refused="" if ref.chunks else self.tr("no index yet")))  # fmt: skip
        self._collection.show_choices(choices, arm.collection)
        self.section.setVisible(bool(arm.collection))
        retrieval, places = arm.retrieval or RetrievalSpec(), making.places.get(arm.collection, Places())
        others = tuple(ref.name for ref in making.stock.collections if ref.name != arm.collection and ref.chunks)
        self._fields.show_values(
            RetrievalValues(
                mode=retrieval.mode,
                top_k=retrieval.top_k,
                reranker=_shown_reranker(retrieval, making.stock.rerankers),
                folds_duplicates=retrieval.folds_duplicates,
                also=retrieval.also,
                folders=retrieval.only.folders,
                documents=retrieval.only.documents,
                order=retrieval.order,
                passage_tokens=retrieval.passage_tokens,
            ),
            RetrievalChoices(others, places.folders, places.documents, making.stock.rerankers),
        )
        self._languages.show_choices(
            [(name, f"{name} ({count})") for name, count in places.languages], retrieval.languages
        )
        self._days.show_days(retrieval.since, retrieval.until)
        words = documents_words(arm)
        self.section.show_summary(words[words.find("(") + 1 : -1] if arm.collection else "")

    def _build_widgets(self) -> None:
        self._collection = ChoiceBox("compare_arm_collection", self.tr("Documents"), self)
        self._body = QWidget(self)
        self._fields = RetrievalFields(self._body)
        self._languages = ChoiceButton("arm_languages", self.tr("Any language"), self.tr("Languages"), self._body)
        self._days = DaysFields("arm_", self._body)
        self.section = Section("compare_arm_search", self.tr("Search"), self._body, self)

    def _build_layout(self) -> None:
        fields, form = self._fields, QFormLayout(self._body)
        form.setContentsMargins(4, 2, 0, 6)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("Find by"), fields.mode)
        form.addRow(self.tr("Passages"), fields.top_k)
        form.addRow(self.tr("Read again with"), fields.reranker)
        form.addRow("", fields.fold)
        form.addRow(self.tr("Search also"), fields.also)
        form.addRow(self.tr("Only folders"), fields.folders)
        form.addRow(self.tr("Only documents"), fields.documents)
        form.addRow(self.tr("Only in"), self._languages)
        form.addRow("", self._days)
        form.addRow(self.tr("Prompt order"), fields.order)
        form.addRow(self.tr("Passage tokens"), fields.tokens)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._collection)
        column.addWidget(self.section)

    def _connect(self) -> None:
        self._collection.activated.connect(self._on_collection)
        self._fields.changed.connect(self._on_changed)
        self._fields.documents_changed.connect(self._on_places)
        self._languages.ticked.connect(lambda names: self._tell(languages=names))
        self._days.changed.connect(self._on_changed)
        self._fields.reranker_chosen.connect(self._on_reranker)
        self._fields.browse_requested.connect(self._on_browse)

    @Slot()
    def _on_collection(self) -> None:
        name = self._collection.value
        retrieval = self._arm.retrieval if self._arm else None
        if not name:
            retrieval = None
        elif retrieval is not None:
            also = tuple(other for other in retrieval.also if other != name)
            retrieval = retrieval.model_copy(update={"also": also, "only": RetrievalSpec().only, "languages": ()})
        self.changed.emit({"collection": name, "retrieval": retrieval})

    def _tell(self, **changes: Any) -> None:
        if self._arm is not None and self._arm.collection:
            kept = self._arm.retrieval or RetrievalSpec()
            # Qt's signals turn enums into texts and tuples into lists: they become what they were.
            self.changed.emit({"retrieval": RetrievalSpec.model_validate(kept.model_dump() | changes)})

    @Slot(dict)
    def _on_changed(self, changes: dict[str, Any]) -> None:
        self._tell(**changes)

    @Slot(dict)
    def _on_places(self, changes: dict[str, Any]) -> None:
        only = (self._arm.retrieval or RetrievalSpec()).only if self._arm else RetrievalSpec().only
        self._tell(only=only.model_dump() | changes)

    @Slot(str)
    def _on_reranker(self, folder: str) -> None:
        self._tell(reranker="" if folder == _ANY else folder, rerank=bool(folder))

    @Slot()
    def _on_browse(self) -> None:
        dialog = OpenDialog(self, self.tr("The folder of a cross-encoder"), "compare_reranker_dialog", mode=FOLDER)
        dialog.fileSelected.connect(self._on_reranker)
        dialog.open()


def _shown_reranker(retrieval: RetrievalSpec, known: tuple[str, ...]) -> str:
    """Reranking without a name takes the first that is found when it runs."""
    if retrieval.reranker or not retrieval.rerank:
        return retrieval.reranker
    return known[0] if known else _ANY
