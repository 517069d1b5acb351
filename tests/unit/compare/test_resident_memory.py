"""What an arm takes in fact: what came into memory for it, and the most that it took while it answered alone."""

import mmap
import time
from collections.abc import Callable
from pathlib import Path

from tests.unit.compare.running import request_for, run
from tests.unit.compare.scripted import always_right, arm
from workbench.compare.resident_memory import ResidentMeter, resident_bytes


class Process:
    """Its resident memory, as a test sets it."""

    def __init__(self) -> None:
        self.bytes = 100

    def read(self) -> int:
        return self.bytes


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.001)


def test_that_what_came_for_an_arm_counts_for_every_arm_that_has_it() -> None:
    process = Process()
    meter = ResidentMeter(process.read)
    with meter.growing("weights"):
        process.bytes += 500
    with meter.growing("context a"):
        process.bytes += 40
    with meter.growing("weights"):
        process.bytes += 3  # they were there already
    assert meter.peak(["weights", "context a"]) == 540
    assert meter.peak(["weights"]) == 500
    meter.forget("weights")
    assert meter.peak(["weights", "context a"]) == 40


def test_that_the_highest_moment_counts_and_not_the_last() -> None:
    process, seen = Process(), []

    def read() -> int:
        seen.append(process.bytes)
        return process.bytes

    meter = ResidentMeter(read, sample_seconds=0.001)
    with meter.answering():
        process.bytes = 900
        wait_for(lambda: 900 in seen)
        process.bytes = 150
    assert meter.peak([]) == 800


def test_that_memory_that_is_given_back_is_no_debt() -> None:
    process = Process()
    meter = ResidentMeter(process.read)
    with meter.growing("weights"):
        process.bytes -= 50
    assert meter.peak(["weights"]) == 0


def test_that_a_real_process_grows_by_what_it_takes() -> None:
    meter = ResidentMeter(resident_bytes)
    # Pages of its own from the system: the allocator may hold as much from earlier tests, and nothing would grow.
    with mmap.mmap(-1, 64_000_000) as block:
        with meter.growing("block"):
            block.write(b"1" * len(block))
        assert 50_000_000 < meter.peak(["block"]) < 100_000_000


def test_that_the_peak_stands_beside_the_sum_of_the_parts(tmp_path: Path) -> None:
    report, _ = run(request_for(arm("a"), count=3, folder=tmp_path), always_right)
    assert report.arms[0].peak_bytes is not None
    assert report.arms[0].peak_bytes >= 0
    assert report.arms[0].memory_bytes == 113
    again, _ = run(request_for(arm("a"), count=3, folder=tmp_path), always_right)
    assert again.arms[0].peak_bytes == report.arms[0].peak_bytes  # kept, not measured again
