"""Where the keyboard's focus goes when what had it disappears, such as a button that was pressed.

Qt goes on along the order of Tab, which at the end of a page begins anew in the sidebar.
"""

from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Slot
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QApplication, QWidget

_ROWS_APART = 8
"""How much farther a pixel up or down is than one to the side: what stands in the same row takes a button's place."""
_FOR_A_WHILE = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
_DANGEROUS = 100_000
"""Added to the distance of what must not be pressed by an Enter too many."""


class LostFocus(QObject):
    """Of one window. What is only disabled keeps the focus: Tab leads on from there, and it may be enabled again."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._lost: QWidget | None = None
        self._was_hidden = False

    def is_lost(self) -> bool:
        """Asked when the focus shall move on: whether that is because its widget was just hidden or disabled.

        Then the focus stays for now; a moment later, once the view has shown what stands there instead, it goes to the
        nearest that takes it.
        """
        widget = QApplication.focusWidget()
        if widget is None or (widget.isVisible() and widget.isEnabled()):
            return False
        is_hidden = not widget.isVisible()
        if widget is self._lost and is_hidden == self._was_hidden:
            return False  # Tab was pressed
        self._forget()
        self._lost, self._was_hidden = widget, is_hidden
        widget.installEventFilter(self)
        widget.destroyed.connect(self._drop)
        QTimer.singleShot(0, self, self._settle)
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What comes back, or lost the focus to something else, is as any other again."""
        is_enabled = event.type() == QEvent.Type.EnabledChange and isinstance(watched, QWidget) and watched.isEnabled()
        is_left = isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() not in _FOR_A_WHILE
        if is_enabled or is_left or event.type() == QEvent.Type.Show:
            self._forget()
        return False

    @Slot()
    def _settle(self) -> None:
        lost = self._lost
        if lost is None or lost.isVisible() or QApplication.focusWidget() is not lost:
            return
        self._forget()
        heir = self._nearest(lost)
        if heir is not None:
            heir.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            lost.clearFocus()

    def _forget(self) -> None:
        lost, self._lost = self._lost, None
        if lost is not None:
            lost.removeEventFilter(self)
            lost.destroyed.disconnect(self._drop)

    @Slot()
    def _drop(self) -> None:
        """It is being destroyed: nothing of it may be touched."""
        self._lost = None

    def _nearest(self, lost: QWidget) -> QWidget | None:
        """What takes the focus and stands nearest, in the smallest part of the window that holds such a thing."""
        part = lost.parentWidget()
        while part is not None:
            heirs = [widget for widget in part.findChildren(QWidget) if _takes_focus(widget)]
            if heirs:
                return min(heirs, key=partial(_distance, lost, part))
            if part is self._window:
                return None
            part = part.parentWidget()
        return None


def _takes_focus(widget: QWidget) -> bool:
    by_tab = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    return by_tab == Qt.FocusPolicy.TabFocus and widget.isVisible() and widget.isEnabled()


def _place(widget: QWidget, part: QWidget) -> QRect:
    return QRect(widget.mapTo(part, QPoint(0, 0)), widget.size())


def _distance(lost: QWidget, part: QWidget, heir: QWidget) -> tuple[int, int]:
    """Between two edges, and between the centres where the edges do not decide."""
    place, other = _place(lost, part), _place(heir, part)
    aside = max(0, other.left() - place.right(), place.left() - other.right())
    apart = max(0, other.top() - place.bottom(), place.top() - other.bottom())
    danger = _DANGEROUS if heir.property("role") == "danger" else 0
    between = place.center() - other.center()
    return aside + _ROWS_APART * apart + danger, between.manhattanLength()
