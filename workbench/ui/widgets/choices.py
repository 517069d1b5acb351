"""The choices of a box as a state lists them."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox


def show_choices(box: QComboBox, choices: Sequence[tuple[str, str]], chosen: str) -> None:
    """Data and words; nothing is chosen where `chosen` is none of the data.

    The box tells nothing back, and is not filled anew while the choices stay the same: its list may be open.
    """
    with QSignalBlocker(box):
        if [(box.itemData(n), box.itemText(n)) for n in range(box.count())] != list(choices):
            box.clear()
            for data, words in choices:
                box.addItem(words, data)
        box.setCurrentIndex(box.findData(chosen))
