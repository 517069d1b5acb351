"""Where a durable run is executed: this computer first; another machine is another Launcher."""

import contextlib
import os
import signal
import subprocess
import sys
from typing import Protocol

from workbench.jobs.process import creation_flags, worker_command, worker_environment
from workbench.jobs.run_folder import RunFolder


class RunControl(Protocol):
    """The grip on a started run."""

    def is_alive(self) -> bool: ...
    def exit_code(self) -> int | None:
        """None while it runs, and when nobody can know (it was started by another app)."""
        ...

    def terminate(self) -> None: ...
    def kill(self) -> None: ...


class Launcher(Protocol):
    """Starts durable runs and finds them again."""

    def launch(self, run: RunFolder, *, threads: int, background: bool) -> RunControl:
        """Start the worker of a run whose folder is complete. Raises OSError."""
        ...

    def find(self, run: RunFolder) -> RunControl:
        """The grip on a run that an earlier app started, whether it still lives or not."""
        ...


# A child that outlives our interest is still our child: kept, so that it is reaped when it ends.
_left_behind: "list[subprocess.Popen[bytes]]" = []


class LocalLauncher:
    """Runs on this computer, in a session of its own."""

    def launch(self, run: RunFolder, *, threads: int, background: bool) -> RunControl:
        _left_behind[:] = [child for child in _left_behind if child.poll() is None]
        arguments = ["--run", str(run.folder), *(["--background"] if background else [])]
        with run.output.open("ab") as output:
            child = subprocess.Popen(
                worker_command(arguments),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=worker_environment(threads, home=run.folder.parents[1]) | run.read_record().spec.environment,
                start_new_session=True,
                creationflags=creation_flags(background=background),
            )
        _left_behind.append(child)
        return _LocalRun(run, child)

    def find(self, run: RunFolder) -> RunControl:
        return _LocalRun(run, None)


class _LocalRun:
    """A process of this computer, our child or found again."""

    def __init__(self, run: RunFolder, child: "subprocess.Popen[bytes] | None") -> None:
        self._run = run
        self._child = child

    def is_alive(self) -> bool:
        return (self._child is not None and self._child.poll() is None) or self._run.is_alive()

    def exit_code(self) -> int | None:
        return None if self._child is None else self._child.poll()

    def terminate(self) -> None:
        if (pid := self._worker_pid()) is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        elif self._child is not None:
            self._child.terminate()

    def kill(self) -> None:
        """The worker and all children it started."""
        pid = self._worker_pid()
        if pid is not None and sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        elif self._child is not None:
            self._child.kill()
        elif pid is not None:
            os.kill(pid, signal.SIGTERM)  # TerminateProcess on Windows

    def _worker_pid(self) -> int | None:
        """The number in the lock, if that process works for this very run: nobody else's process is ever ended."""
        import psutil

        pid = self._run.worker_pid()
        try:
            is_ours = pid is not None and str(self._run.folder) in psutil.Process(pid).cmdline()
        except psutil.Error:
            is_ours = False
        return pid if is_ours else None
