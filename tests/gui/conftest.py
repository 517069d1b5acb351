"""What every test with widgets gets."""

import pytest

_SAID_BY_OFFSCREEN = r"^This plugin does not support (raise|propagateSizeHints|grabbing)"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The platform without a screen warns about what only a window manager could do; everything else still fails."""
    for item in items:
        if "/tests/gui/" in item.path.as_posix():
            item.add_marker(pytest.mark.qt_log_ignore(_SAID_BY_OFFSCREEN))
