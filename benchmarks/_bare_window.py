"""A bare Qt window that ticks until its stdin closes, then prints what it saw: `python -m benchmarks._bare_window`."""

import json
import sys

from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QApplication, QWidget

from benchmarks._ticking import Ticks


def main() -> None:
    app = QApplication(sys.argv)
    window = QWidget()
    window.resize(1240, 800)
    window.show()
    ticks = Ticks()
    ticks.start()
    end = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    end.activated.connect(app.quit)
    app.exec()
    print(json.dumps(ticks.seen))


if __name__ == "__main__":
    main()
