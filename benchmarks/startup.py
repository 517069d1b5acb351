"""How long until the window stands, against a bare PySide6 window in the same run?

Each start is a process of its own: from before it is spawned until its window was drawn. Pairs alternate, so that what
else the machine does falls on both; the medians are compared. `home_seconds` is when Home stands, `all_tabs_seconds`
when the database is open.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import Goal, Report
from workbench.errors import WorkbenchError

PAIRS, QUICK_PAIRS = 15, 5

_BARE = """
import sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
class Window(QWidget):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, self.tell)
    def tell(self):
        print(time.time(), flush=True)
        app.quit()
app = QApplication(sys.argv)
window = Window()
window.resize(1240, 800)
window.show()
app.exec()
"""

_OURS = """
import sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
import workbench
from workbench.app import Program
from workbench.paths import WorkbenchPaths, find_home
app = QApplication(sys.argv[:1])
program = Program(app, WorkbenchPaths(find_home()))
program.window.painted.connect(lambda: print(time.time(), flush=True))
def look():
    if program.window.tab("home") and not said:
        said.append(print(time.time(), flush=True))
    if program.is_ready:
        timer.stop()
        print(time.time(), flush=True)
        program.window.close()
said = []
timer = QTimer(interval=5)
timer.timeout.connect(look)
timer.start()
program.window.show()
app.exec()
"""


def run(quick: bool) -> Report:
    bare: list[float] = []
    ours: list[float] = []
    content: list[float] = []
    ready: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "WORKBENCH_HOME": folder}
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
        _start(_OURS, environment)  # byte code, disk cache and the database: the first start is another question
        for _ in range(QUICK_PAIRS if quick else PAIRS):
            bare.append(_start(_BARE, environment)[0])
            for seen, times in zip(_start(_OURS, environment), (ours, content, ready), strict=True):
                times.append(seen)
    return Report(
        "startup",
        measured={
            "bare_window_seconds": round(statistics.median(bare), 4),
            "window_seconds": round(statistics.median(ours), 4),
            "home_seconds": round(statistics.median(content), 4),
            "all_tabs_seconds": round(statistics.median(ready), 4),
            "pairs": len(bare),
        },
        goals=(
            Goal("shown window against a bare one", statistics.median(ours) / statistics.median(bare), "<= 2.5"),
            Goal("shown window, seconds", statistics.median(ours), "<= 1"),
        ),
    )


def _start(program: str, environment: dict[str, str]) -> list[float]:
    """Seconds from before the process exists to each line it prints."""
    begin = time.time()
    ended = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, cwd=Path(__file__).parents[1]
    )
    lines = ended.stdout.split("\n")[:-1]
    if ended.returncode != 0 or not lines:
        raise WorkbenchError("A start of the window failed.", details=ended.stderr[-2000:], hint=ended.stderr[-300:])
    return [float(line.split()[0]) - begin for line in lines]
