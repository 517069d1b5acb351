"""Types into the editor of the real window and into a bare text field: `python -m benchmarks._window_typing KEYS`.

Works on the data folder in WORKBENCH_HOME. Prints {"editor_ms", "bare_ms", "columns", "characters", "sections"}.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QEventLoop, QObject
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit

import workbench  # noqa: F401  (silences libraries before they are imported)
from benchmarks._editor_window import open_editor
from workbench.app import Program
from workbench.paths import WorkbenchPaths, find_home

CHARACTERS = 20_000
PATIENCE_SECONDS = 120
WORDS = "the lamp of customer number twelve stands on a shelf and nobody says which list it is on".split()


class PaintSeen(QObject):
    """Whether a field was painted since `was_seen` was set to False."""

    def __init__(self, field: QPlainTextEdit) -> None:
        super().__init__()
        self.was_seen = False
        self._viewport = field.viewport()
        self._viewport.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            self.was_seen = True
        return False


def long_text() -> str:
    """20,000 characters in lines as people write them, with variables and a condition now and then."""
    draw = random.Random(0)
    lines: list[str] = []
    while sum(map(len, lines)) + len(lines) < CHARACTERS:
        line = " ".join(draw.choice(WORDS) for _ in range(draw.randint(4, 16)))
        match draw.randint(0, 9):
            case 0:
                line = "{% if context %}" + line + "{% endif %}"
            case 1 | 2:
                line += " {{ name }} and {{ number }}"
        lines.append(line)
    return "\n".join(lines)[:CHARACTERS]


def type_keys(field: QPlainTextEdit, count: int) -> list[float]:
    """Milliseconds from the moment at which each key is due to the end of its repaint.

    From when it is due, not from when the program took it: what keeps the window busy at that moment counts.
    """
    seen = PaintSeen(field)
    draw = random.Random(1)
    cursor = field.textCursor()
    cursor.setPosition(CHARACTERS // 2)
    cursor.movePosition(QTextCursor.MoveOperation.EndOfLine)
    field.setTextCursor(cursor)
    field.setFocus()
    field.centerCursor()
    work(lambda: False, 1.0)
    times = []
    for number in range(count):
        due = time.perf_counter() + pause(draw, number)
        while time.perf_counter() < due:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
            time.sleep(0.0005)
        seen.was_seen = False
        QTest.keyClicks(field, " " if number % 6 == 5 else draw.choice("abcdefghij"))
        while not seen.was_seen:
            QApplication.processEvents()
        times.append((time.perf_counter() - due) * 1000)
    return times


def pause(draw: random.Random, number: int) -> float:
    """Quick fingers; now and then a pause after which what was put off (parsing, preview, keeping) just runs."""
    if number % 20 == 19:
        return draw.choice((0.2, 0.22, 0.25, 0.27, 0.5, 0.52, 0.55, 1.5, 1.52))
    return draw.uniform(0.03, 0.12)


def work(until: Callable[[], bool], seconds: float) -> bool:
    """Let the window work until something is so; whether it became so in time."""
    end = time.monotonic() + seconds
    while not until() and time.monotonic() < end:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
    return until()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("keys", type=int)
    arguments = parser.parse_args()
    app = QApplication(sys.argv[:1])
    app.setCursorFlashTime(0)  # a blink would be taken for the repaint of a key
    text = long_text()
    bare = QPlainTextEdit()
    bare.setPlainText(text)
    bare.resize(1240, 800)
    bare.show()
    bare_times = type_keys(bare, arguments.keys)
    bare.close()
    program = Program(app, WorkbenchPaths(find_home()))
    program.window.resize(1240, 800)
    program.window.show()
    tabs = program.tabs
    if not work(lambda: program.is_ready and tabs.is_warm and tabs.shared.catalog.was_scanned, PATIENCE_SECONDS):
        print("the window did not get ready", file=sys.stderr)
        return 1
    opened = open_editor(program, text, work)
    times = type_keys(opened.field, arguments.keys)
    told = {"columns": opened.columns, "sections": opened.sections, "characters": len(opened.field.toPlainText())}
    program.window.close()
    print(json.dumps({"editor_ms": times, "bare_ms": bare_times, **told}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
