"""A model's answer as it comes: Markdown without HTML, painted at most 25 times a second, reaching for nothing outside.

What a model writes is untrusted: images, style sheets and other resources are never loaded, links are announced and
never followed.
"""

import re
import time
from typing import Any

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QTextCursor, QTextDocument
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QWidget

PAINT_MS = 40
"""25 paints a second at most; longer answers, which take longer to lay out, are painted less often."""
_FENCE = re.compile(r"^\s{0,3}(```|~~~)")
_IMAGE = re.compile(r"!(?=\[)")


class AnswerView(QTextBrowser):
    """Shows growing Markdown. With `fits_content` it is as tall as its text and leaves scrolling to others."""

    link_activated = Signal(str)
    """A link in the answer was clicked, like "cite:2"; opening it is the receiver's decision."""

    def __init__(self, parent: QWidget | None = None, *, fits_content: bool = False, tallest: int = 1_000_000) -> None:
        """`tallest`: pixels from which on a view that fits its content scrolls."""
        super().__init__(parent)
        self._text = self._empty_text = ""
        self._is_markdown = True
        self._tallest = tallest
        self._fits_content = fits_content
        self._painted_at = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._build_widgets()
        self._connect()

    def text(self) -> str:
        """The answer as the model wrote it."""
        return self._text

    def show_text(self, text: str) -> None:
        """Show a finished text now."""
        self._text = text
        self._paint()

    def show_plain(self, text: str) -> None:
        """Show a text as it is, without Markdown; long words break anywhere."""
        self._timer.stop()
        self._text = text
        self._is_markdown = False
        self.setPlainText(text)

    def append_text(self, text: str) -> None:
        """More of the answer; painted soon, together with what else comes meanwhile."""
        self._text += text
        if not self._timer.isActive():
            self._timer.start(self._pause_ms())

    def finish(self) -> None:
        """Nothing more comes: show everything now."""
        if self._timer.isActive():
            self._paint()

    def clear(self) -> None:
        self.show_text("")

    def set_empty_text(self, text: str) -> None:
        """What is said while there is no answer. (Qt's own placeholder shows its first line only.)"""
        self._empty_text = text
        self.viewport().update()

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """One blank, whatever the answer asks for: after "nothing" Qt would read a local file by itself."""
        return QByteArray(b" ")

    def sizeHint(self) -> QSize:
        if not self._fits_content:
            return super().sizeHint()
        return QSize(super().sizeHint().width(), self._content_height())

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self._content_height() if self._fits_content else 60)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._empty_text and self.document().isEmpty():
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            margin = int(self.document().documentMargin())
            area = self.viewport().rect().adjusted(margin, margin, -margin, -margin)
            painter.drawText(area, Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, self._empty_text)
            painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._is_markdown and self._text:
            self._paint()

    def _build_widgets(self) -> None:
        self.setObjectName("answer_view")
        self.setAccessibleName(self.tr("Answer"))
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setUndoRedoEnabled(False)
        self.document().setDocumentMargin(2)
        if self._fits_content:
            self.setProperty("role", "plain")
            self.setFrameShape(QFrame.Shape.NoFrame)
            if self._tallest >= 1_000_000:
                self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def _connect(self) -> None:
        self._timer.timeout.connect(self._paint)
        self.anchorClicked.connect(self._on_anchor_clicked)
        if self._fits_content:
            self.document().documentLayout().documentSizeChanged.connect(self._on_size_changed)

    def _content_height(self) -> int:
        frame = self.height() - self.viewport().height() if self.isVisible() else 2 * self.frameWidth()
        return min(self._tallest, int(self.document().size().height()) + max(0, frame) + 2)

    def _pause_ms(self) -> int:
        return max(PAINT_MS, int(4000 * self._painted_at))

    @Slot()
    def _paint(self) -> None:
        self._timer.stop()
        self._is_markdown = True
        began = time.perf_counter()
        bar = self.verticalScrollBar()
        follows = bar.value() >= bar.maximum() - 4
        features = QTextDocument.MarkdownFeature
        self.document().setMarkdown(displayed(self._text), features.MarkdownDialectGitHub | features.MarkdownNoHTML)
        if follows and not self._fits_content:
            self.moveCursor(QTextCursor.MoveOperation.End)
        self._painted_at = time.perf_counter() - began

    @Slot()
    def _on_size_changed(self) -> None:
        self.updateGeometry()

    @Slot(QUrl)
    def _on_anchor_clicked(self, url: QUrl) -> None:
        self.link_activated.emit(url.toString())


def displayed(text: str) -> str:
    """The Markdown to show: the line breaks that the model wrote stay line breaks, images become their links."""
    lines = text.split("\n")
    shown: list[str] = []
    in_code = False
    for number, line in enumerate(lines):
        fence = bool(_FENCE.match(line))
        in_code ^= fence
        if in_code or fence or line.startswith("    "):
            shown.append(line)
            continue
        followed = number + 1 < len(lines) and lines[number + 1].strip() and line.strip()
        shown.append(_IMAGE.sub("", line) + ("  " if followed else ""))
    return "\n".join(shown)
