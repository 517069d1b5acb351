"""Signals between a test and the commands that it starts."""

import signal


def hear_ctrl_c() -> None:
    """For `preexec_fn`: a script's background job is deaf to Ctrl-C, and what it starts would inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
