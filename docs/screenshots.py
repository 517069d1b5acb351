"""Pictures of every tab, light and dark, of the real window: `python docs/screenshots.py [--out FOLDER] [--open]`.

Offscreen, on a demo data folder of its own (or the one in WORKBENCH_HOME with --home). `--open` opens the sample
project "facts" first, with real workers, so that Documents and Data have something to show. The README's pictures come
from a folder that `workbench demo` filled: `WORKBENCH_HOME=... python docs/screenshots.py --home`.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[1]))

from PySide6.QtCore import QEventLoop, QSize
from PySide6.QtWidgets import QApplication, QPushButton, QTableView, QTabWidget

import workbench  # noqa: F401  (silences libraries before they are imported)
from workbench.app import Program
from workbench.paths import WorkbenchPaths, find_home

TABS = ("home", "models", "playground", "documents", "data", "finetune", "compare")
PAGES = {"Trade-offs": "trade-offs", "Pictures": "pictures", "Why wrong": "why-wrong"}
"""Pages of a comparison's results that docs/comparing.md shows."""
WIDE, NARROW = QSize(1280, 820), QSize(900, 600)


def wait(until: Callable[[], bool], seconds: float) -> bool:
    """Let the window work until something is so; whether it became so in time."""
    end = time.monotonic() + seconds
    while not until() and time.monotonic() < end:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
    return until()


def is_idle(program: Program) -> bool:
    return all(job.last_word is not None for job in program.jobs.jobs())


def open_project(program: Program, key: str) -> None:
    """Click "Open" on Home and wait until the project is ready."""
    program.window.open_tab("home")
    button = program.window.findChild(QPushButton, f"open_project_{key}")
    assert button is not None
    button.click()
    if not wait(button.isEnabled, 600):
        raise SystemExit(f"the project {key} was not ready in ten minutes")


def show_last_comparison(program: Program) -> None:
    """The newest one of the history, where there is one."""
    button = program.window.findChild(QPushButton, "compare_history")
    if button is None or not button.isVisible():
        return
    button.click()
    table = program.window.findChild(QTableView, "history_table")
    assert table is not None
    wait(lambda: table.model().rowCount() > 0, 5)
    if table.model().rowCount() > 0:
        table.selectRow(0)
        click(program, "history_open")
        wait(lambda: not table.isVisible(), 30)
    else:
        click(program, "history_back")


def click(program: Program, name: str) -> None:
    button = program.window.findChild(QPushButton, name)
    assert button is not None
    button.click()


def take_pages(program: Program, out: Path) -> list[Path]:
    """The guide, and pages of the newest comparison's results, light."""
    taken = []
    for tabs_name, pages in (("compare_setup_pages", {"Guide": "guide"}), ("compare_result_pages", PAGES)):
        if tabs_name == "compare_result_pages":
            show_last_comparison(program)
        else:
            click(program, "compare_change")
        tabs = program.window.findChild(QTabWidget, tabs_name)
        assert tabs is not None
        titles = [tabs.tabText(index) for index in range(tabs.count())]
        for title, name in pages.items():
            tabs.setCurrentIndex(titles.index(title))
            wait(lambda: False, 0.4)
            wait(lambda: is_idle(program), 30)
            taken.append(out / f"compare-{name}.png")
            program.window.grab().save(str(taken[-1]))
        tabs.setCurrentIndex(0)
    return taken


def take_pictures(program: Program, out: Path, *, narrow: bool) -> list[Path]:
    """Every tab in both palettes, and light ones in a narrow window where that is wanted."""
    taken = []
    looks = [("light", WIDE, ""), ("dark", WIDE, "-dark"), *([("light", NARROW, "-narrow")] if narrow else [])]
    for scheme, size, suffix in looks:
        program.window.scheme_chosen.emit(scheme)
        program.window.resize(size)
        for tab in TABS:
            program.window.open_tab(tab)
            wait(lambda: False, 0.4)
            wait(lambda: is_idle(program), 30)
            if tab == "compare":
                show_last_comparison(program)
            wait(lambda: False, 0.4)
            path = out / f"{tab}{suffix}.png"
            program.window.grab().save(str(path))
            taken.append(path)
            if tab == "compare" and not suffix:
                taken += take_pages(program, out)
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "images")
    parser.add_argument("--home", action="store_true", help="use the data folder in WORKBENCH_HOME")
    parser.add_argument("--open", action="store_true", help='open the sample project "facts" first')
    parser.add_argument("--narrow", action="store_true", help="also pictures of a window of 900x600")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    app = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        if not arguments.home:  # nothing of whoever takes the pictures is on them
            os.environ["HOME"] = folder
        home = find_home() if arguments.home else Path(folder) / "llm-workbench"
        program = Program(app, WorkbenchPaths(home))
        program.window.show()
        if not wait(lambda: program.is_ready or program.exit_code != 0, 120) or program.exit_code != 0:
            raise SystemExit("the window did not get ready")
        wait(lambda: is_idle(program), 60)
        if arguments.open:
            open_project(program, "facts")
        for path in take_pictures(program, arguments.out, narrow=arguments.narrow):
            print(path)
        program.window.close()


if __name__ == "__main__":
    main()
