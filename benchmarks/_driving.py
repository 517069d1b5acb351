"""The end of every benchmark that works the real window: show it, let the driver work, tell what it saw."""

import json
import os
import sys
from collections.abc import Mapping
from typing import NoReturn, Protocol

from PySide6.QtWidgets import QApplication

from workbench.app import Program


class Driver(Protocol):
    """Works the window and quits the application when it is done."""

    problem: str
    """Why it gave up; empty when it did not."""

    def run(self) -> None: ...


def drive(app: QApplication, program: Program, driver: Driver) -> None:
    """Returns when the driver is done; ends the process with status 1 where it gave up."""
    program.window.show()
    driver.run()
    app.exec()
    if driver.problem:
        print(driver.problem, file=sys.stderr, flush=True)
        os._exit(1)


def tell(told: Mapping[str, object]) -> NoReturn:
    """Print it as JSON and end the process, whatever still runs."""
    print(json.dumps(told), flush=True)
    os._exit(0)
