"""`python -m workbench`: the window; with arguments the command line; with `--worker` a worker process of either."""

import os
import sys


def main() -> int:
    """Returns the exit code. Nothing is imported that the chosen mode does not need."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["--worker"]:
        from workbench.jobs.worker import main as work

        return work(arguments[1:])
    if arguments:
        return _command_line(arguments)
    if not _has_display():
        print("There is no display, so the demo runs here; `workbench --help` lists all commands.", file=sys.stderr)
        return _command_line(["demo"])
    from workbench.app import main as open_window

    return open_window()


def _command_line(arguments: list[str]) -> int:
    from workbench.cli import main as run_command

    return run_command(arguments)


def _has_display() -> bool:
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    sys.exit(main())
