"""Pictures of the results: one is chosen, drawn large, copied and saved."""

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.compare.pictures.description import Nothing, Picture, Room
from workbench.compare.pictures.drawing import TITLES, PictureKind, draw
from workbench.compare.pictures.facts import Facts
from workbench.compare.pictures.svg import to_svg
from workbench.scoring.model_metrics import title_of
from workbench.ui.compare.looking import Looking
from workbench.ui.compare.painting import to_image
from workbench.ui.compare.picture_view import PictureView
from workbench.ui.compare.state import CompareState, Results
from workbench.ui.theme import set_role
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.empty_state import EmptyState
from workbench.ui.widgets.file_dialogs import SaveDialog
from workbench.ui.widgets.named_button import named_button

_SAVED_ROOM = Room(900, 520, 14)
"""Pictures that leave the window are of one size, whatever the window's is."""


class PicturesPage(QWidget):
    kind_chosen = Signal(str)
    metric_chosen = Signal(str)
    arm_chosen = Signal(str)
    answer_chosen = Signal(str, str)
    """Arm and question of a single answer."""
    file_made = Signal(str, QByteArray)
    """Where the user wants it, and what belongs into it."""
    copied = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._results: Results | None = None
        self._looking = Looking()
        self._facts: Facts | None = None
        self._counted: Results | None = None
        """What `_facts` were made from."""
        self._is_stale = False
        self._build_widgets()
        self._build_layout()
        self._connect()

    @property
    def widget(self) -> QWidget:
        return self

    def show_state(self, state: CompareState) -> None:
        results, looking = state.results, state.looking
        if results is None:
            return
        before = self._looking
        if results is self._results and looking == before:
            return
        is_redrawn = results is not self._results or (looking.kind, looking.metric) != (before.kind, before.metric)
        self._results, self._looking = results, looking
        self._show_choices(results)
        self._view.mark_arm(looking.arm)
        if is_redrawn:
            self._is_stale = True
            self._draw()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._draw()

    def _draw(self) -> None:
        """Only while somebody looks: answers may come four times a second."""
        if not self._is_stale or self._results is None or not self.isVisible():
            return
        self._is_stale = False
        facts, kind = self._look_up(self._results), self._looking.kind
        drawn = self._view.show_picture(lambda room: draw(kind, facts, room))
        for button in (self._copy, self._save):
            button.setEnabled(isinstance(drawn, Picture))
        if isinstance(drawn, Nothing):
            self._empty.show_text(TITLES[kind], drawn.sentence)
            self._said.clear()
        self._stack.setCurrentWidget(self._empty if isinstance(drawn, Nothing) else self._view)

    def _look_up(self, results: Results) -> Facts:
        """Kept for the next picture of the same results and score: facts count once what several pictures need."""
        metric = self._looking.metric_of(results.metrics)
        if self._facts is None or self._counted is not results or self._facts.metric != metric:
            self._facts, self._counted = results.facts(metric), results
        return self._facts

    def _show_choices(self, results: Results) -> None:
        with QSignalBlocker(self._kind):
            self._kind.setCurrentIndex(self._kind.findData(self._looking.kind))
        with QSignalBlocker(self._metric):
            if [self._metric.itemData(n) for n in range(self._metric.count())] != list(results.metrics):
                self._metric.clear()
                for name in results.metrics:
                    decides = self.tr(" (decides)") if name == results.metric and len(results.metrics) > 1 else ""
                    self._metric.addItem(title_of(name) + decides, name)
            self._metric.setCurrentIndex(self._metric.findData(self._looking.metric_of(results.metrics)))
        is_fixed = self._looking.kind is PictureKind.DIFFERENCES
        self._metric.setVisible(len(results.metrics) > 1 and not is_fixed)

    def _build_widgets(self) -> None:
        self._kind = QComboBox(self)
        self._kind.setObjectName("compare_picture_kind")
        self._kind.setAccessibleName(self.tr("Picture"))
        for kind in PictureKind:
            self._kind.addItem(self.tr(TITLES[kind]), kind)
        self._metric = QComboBox(self)
        self._metric.setObjectName("compare_picture_metric")
        self._metric.setAccessibleName(self.tr("Score that is drawn"))
        self._copy = named_button(self, "compare_picture_copy", self.tr("Copy"), icon="copy")
        self._copy.setToolTip(self.tr("Copy the picture, as an image and as SVG (Ctrl+C)"))
        self._save = named_button(self, "compare_picture_save", self.tr("Save…"), icon="download")
        self._save.setToolTip(self.tr("Save the picture as PNG or SVG (Ctrl+S)"))
        self._view = PictureView(self)
        self._view.setObjectName("compare_picture")
        self._empty = EmptyState("", "", icon="compare", parent=self)
        self._empty.setObjectName("compare_picture_empty")
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._view)
        self._stack.addWidget(self._empty)
        self._said = ElidedLabel(parent=self)
        self._said.setObjectName("compare_picture_values")
        self._said.setAccessibleName(self.tr("Exact values"))
        set_role(self._said, "muted")

    def _build_layout(self) -> None:
        bar = QHBoxLayout()
        bar.addWidget(self._kind)
        bar.addWidget(self._metric)
        bar.addStretch(1)
        bar.addWidget(self._copy)
        bar.addWidget(self._save)
        card = QFrame(self)
        set_role(card, "panel")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(10, 8, 10, 8)
        inside.addWidget(self._stack)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addLayout(bar)
        column.addWidget(card, 1)
        column.addWidget(self._said)

    def _connect(self) -> None:
        self._kind.activated.connect(self._on_kind)
        self._metric.activated.connect(self._on_metric)
        self._copy.clicked.connect(self._on_copy)
        self._save.clicked.connect(self._on_save)
        self._view.spot_pointed.connect(self._said.setText)
        self._view.spot_chosen.connect(self._on_spot)
        for keys, slot in (
            (QKeySequence.StandardKey.Copy, self._on_copy),
            (QKeySequence.StandardKey.Save, self._on_save),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)

    def _saved_picture(self) -> Picture | None:
        drawn = draw(self._looking.kind, self._facts, _SAVED_ROOM) if self._facts is not None else None
        return drawn if isinstance(drawn, Picture) else None

    @Slot(int)
    def _on_kind(self, index: int) -> None:
        self.kind_chosen.emit(str(self._kind.itemData(index)))

    @Slot(int)
    def _on_metric(self, index: int) -> None:
        self.metric_chosen.emit(str(self._metric.itemData(index)))

    @Slot(str, str)
    def _on_spot(self, arm: str, example_id: str) -> None:
        if example_id:
            self.answer_chosen.emit(arm, example_id)
        else:
            self.arm_chosen.emit(arm)

    @Slot()
    def _on_copy(self) -> None:
        picture = self._saved_picture()
        if picture is None:
            return
        data = QMimeData()
        data.setImageData(to_image(picture, self._view.family))
        data.setData("image/svg+xml", QByteArray(to_svg(picture).encode()))
        QApplication.clipboard().setMimeData(data)
        self.copied.emit()

    @Slot()
    def _on_save(self) -> None:
        if self._saved_picture() is None:
            return
        kinds = (self.tr("Image (*.png)"), self.tr("Drawing (*.svg)"))
        dialog = SaveDialog(self, self.tr("Save the picture"), "compare_picture_dialog", kinds)
        dialog.selectFile(f"{self._looking.kind}.png")
        dialog.fileSelected.connect(self._on_file)
        dialog.open()

    @Slot(str)
    def _on_file(self, path: str) -> None:
        picture = self._saved_picture()
        if picture is not None:
            is_svg = path.lower().endswith(".svg")
            content = QByteArray(to_svg(picture).encode()) if is_svg else self._as_png(picture)
            self.file_made.emit(path, content)

    def _as_png(self, picture: Picture) -> QByteArray:
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        to_image(picture, self._view.family).save(buffer, "PNG")  # type: ignore[call-overload]
        return buffer.data()
