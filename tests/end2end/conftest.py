"""What tests of commands get."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from workbench.cli.workplace import Workplace


@pytest.fixture
def place(own_home: Path) -> Iterator[Workplace]:
    """Where a command runs, as the command line makes it."""
    place = Workplace(own_home)
    yield place
    place.close()
    # A durable worker says its last word, then takes a moment to leave; nobody waits for it.
    psutil.wait_procs(psutil.Process().children(), timeout=60)
