"""Counts connections that leave this computer, of a command and all its children, native libraries included.

strace sees every `connect` and `sendto`/`sendmsg` with an address, whoever makes it; the command runs in an empty
network namespace where the system allows one, so that nothing gets out even if the count were wrong.
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

_ADDRESS = re.compile(
    r'sin_port=htons\((?P<port>\d+)\), sin_addr=inet_addr\("(?P<v4>[^"]+)"\)'
    r'|sin6_port=htons\((?P<port6>\d+)\).*?inet_pton\(AF_INET6, "(?P<v6>[^"]+)"'
)
_LOOPBACK = re.compile(r"^(127\.|::1$|::ffff:127\.)")
_UNSPECIFIED = {"0.0.0.0", "::"}


def can_count() -> bool:
    """Whether strace is installed and may trace here (Debian: `apt install strace`)."""
    strace = shutil.which("strace")
    return (
        strace is not None and subprocess.run([strace, "-o", "/dev/null", "true"], capture_output=True).returncode == 0
    )


def count_internet_connects(
    command: Sequence[str],
    env: Mapping[str, str],
    *,
    cwd: Path | None = None,
    timeout_seconds: float = 1800,
    isolate: bool = True,
    stdout: Path | None = None,
) -> list[str]:
    """Run `command`; one "address:port" per attempt to reach another computer. Raises CalledProcessError when it fails.

    A failure of the command carries its output. `isolate=False` leaves the network as it is; `stdout` gets what the
    command printed.
    """
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace"
        calls = "trace=connect,sendto,sendmsg,sendmmsg"
        # seccomp-bpf stops the command only at the traced calls: without it everything runs many times slower.
        traced = [
            "strace",
            "-f",
            "--seccomp-bpf",
            "-qq",
            "-s",
            "0",
            "-e",
            calls,
            "-e",
            "signal=none",
            "-o",
            str(trace),
            *command,
        ]
        done = subprocess.run(
            [*(_without_network() if isolate else []), *traced],
            env=dict(env),
            cwd=cwd,
            timeout=timeout_seconds,
            check=True,
            capture_output=True,
            text=True,
        )
        if stdout is not None:
            stdout.write_text(done.stdout, encoding="utf-8")
        return [found for line in trace.read_text("utf-8", "replace").splitlines() if (found := foreign_address(line))]


def foreign_address(line: str) -> str | None:
    """The address of another computer in a line of strace, if there is one."""
    match = _ADDRESS.search(line)
    if match is None:
        return None
    host, port = match["v4"] or match["v6"], match["port"] or match["port6"]
    if _LOOPBACK.match(host) or host in _UNSPECIFIED:
        return None
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _without_network() -> list[str]:
    """A prefix that gives the command a network with nothing but this computer; empty where that is not allowed."""
    for prefix in (["unshare", "-n"], ["unshare", "-r", "-n"]):
        up = [*prefix, "sh", "-c", 'ip link set lo up 2>/dev/null; exec "$@"', "sh"]
        if shutil.which("unshare") and subprocess.run([*up, "true"], capture_output=True).returncode == 0:
            return up
    return []
