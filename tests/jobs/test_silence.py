"""The counter of connections counts: a silent worker has none, a talkative program is caught whatever it uses."""

import os
import sys

import pytest

from tests.jobs.conftest import ROOT
from tests.network import can_count, count_internet_connects, foreign_address

needs_strace = pytest.mark.skipif(not can_count(), reason="strace is not installed (apt install strace)")

PYTHON_CONNECT = "import socket; s = socket.socket(); s.settimeout(0.1); s.connect_ex(('192.0.2.7', 443))"
NATIVE_DATAGRAM = """
import ctypes, socket, struct
libc = ctypes.CDLL(None)
address = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(53), socket.inet_aton("192.0.2.8"))
descriptor = libc.socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
libc.sendto(descriptor, b"x", 1, 0, address, len(address))
"""
LOOPBACK = "import socket; s = socket.socket(); s.connect_ex(('127.0.0.1', 9))"


@needs_strace
@pytest.mark.parametrize(
    ("program", "found"),
    [(PYTHON_CONNECT, ["192.0.2.7:443"]), (NATIVE_DATAGRAM, ["192.0.2.8:53"]), (LOOPBACK, [])],
    ids=["connect", "native datagram", "this computer"],
)
def test_that_only_connections_to_other_computers_are_counted(program: str, found: list[str]) -> None:
    assert count_internet_connects([sys.executable, "-c", program], os.environ) == found


@needs_strace
def test_that_a_connection_of_a_grandchild_is_counted() -> None:
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {PYTHON_CONNECT!r}])"
    assert count_internet_connects([sys.executable, "-c", program], os.environ) == ["192.0.2.7:443"]


@needs_strace
def test_that_a_worker_says_nothing_to_anybody_else() -> None:
    program = (
        "import pathlib, sys; from workbench.jobs.runner import JobRunner; from workbench.jobs.spec import JobSpec;"
        "from workbench.paths import WorkbenchPaths, find_home; paths = WorkbenchPaths(find_home()); paths.create();"
        "runner = JobRunner(paths); spec = JobSpec(task='tests.jobs.sample_tasks:no_request');"
        "word = runner.submit(spec, print).wait(60); runner.shutdown(); sys.exit(word.event != 'finished')"
    )
    assert count_internet_connects([sys.executable, "-c", program], os.environ, cwd=ROOT) == []


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ('connect(3, {sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, '
         '"2001:db8::1", &sin6_addr), sin6_scope_id=0}, 28) = -1', "[2001:db8::1]:443"),
        ('connect(3, {sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, '
         '"::1", &sin6_addr), sin6_scope_id=0}, 28) = 0', None),
        ('connect(3, {sa_family=AF_UNIX, sun_path="/run/nscd/socket"}, 110) = -1 ENOENT', None),
    ],
)  # fmt: skip
def test_that_an_address_is_read_from_a_trace(line: str, address: str | None) -> None:
    assert foreign_address(line) == address
