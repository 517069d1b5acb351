"""Numbers as arguments: none that the database and the workers cannot hold."""

import argparse
import math

from workbench.errors import WorkbenchError

_LARGEST = 2**63 - 1


def whole_number(text: str) -> int:
    """What `--page 3` names. Raises ArgumentTypeError for what is none, or does not fit into 64 bits."""
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no whole number") from None
    if not -_LARGEST <= number <= _LARGEST:
        raise argparse.ArgumentTypeError(f"{text[:40]} is too large a number")
    return number


def check_minutes(minutes: float) -> None:
    """Raises WorkbenchError for a time that no clock reaches."""
    if not 0 <= minutes < math.inf:
        raise WorkbenchError(
            f"--minutes {minutes:g} is not possible.", hint="Choose 0 or more; 0 sets no limit.", code="usage"
        )
