"""What is on disk of a durable run: damage is survived, nothing is read twice."""

import errno
import os
from pathlib import Path

import pytest

from workbench.jobs.events import Cancelled, Crashed, Finished, JobEvent, Produced, to_line
from workbench.jobs.file_lock import FileLock, is_locked
from workbench.jobs.run_folder import EventReader, Journal, RunFolder, RunRecord
from workbench.jobs.spec import JobSpec


def produced(sequence: int) -> JobEvent:
    return Produced(job_id="job", sequence=sequence, item={"n": sequence})


def test_that_events_are_read_once_however_the_bytes_arrive(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    data = "".join(to_line(produced(number)) for number in range(1, 6)).encode()
    reader, read = EventReader(path), []
    assert list(reader.read_new()) == []
    for size in range(0, len(data) + 1, 7):
        path.write_bytes(data[:size])
        read += [event.sequence for event in reader.read_new()]
    path.write_bytes(data)
    read += [event.sequence for event in reader.read_new()]
    assert read == [1, 2, 3, 4, 5]


@pytest.mark.logs_warnings
def test_that_repeated_and_damaged_lines_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    lines = [to_line(produced(1)), to_line(produced(1)), "\x00\x00 garbage\n", to_line(produced(2))]
    path.write_text("".join(lines))
    assert [event.sequence for event in EventReader(path).read_new()] == [1, 2]


def test_that_a_last_word_goes_behind_the_last_whole_line(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    run.events.write_text(to_line(produced(1)) + '{"event":"produ')
    word = Crashed(job_id="job", sequence=2, at=1.0, message="killed")
    assert run.close_with(word)
    assert list(EventReader(run.events).read_new()) == [produced(1), word]
    assert run.last_word() == word


def test_that_nobody_speaks_for_a_living_worker(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    with FileLock(run.lock) as lock:
        assert lock.try_acquire() and run.is_alive()
        assert not run.close_with(Cancelled(job_id="job", sequence=1))
    assert not run.is_alive() and not run.events.exists()


def test_that_the_last_word_is_found_behind_long_lines(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    word = Finished(job_id="job", sequence=3, result={"text": "x" * 200_000})
    run.events.write_text(to_line(produced(1)) + to_line(produced(2)) + to_line(word))
    assert run.last_word() == word
    run.events.write_text(to_line(produced(1)) * 2000)
    assert run.last_word() is None


def test_that_another_attempt_keeps_the_earlier_one_beside(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "run")
    for number in (1, 2, 3):
        run.create(RunRecord(job_id=f"job{number}", spec=JobSpec(task="m:f")))
        assert not run.events.exists() and not run.seen.exists()
        run.events.write_text(f"{number}")
        run.mark_seen()
    assert [(run.folder / f"attempt-{number}" / "events.jsonl").read_text() for number in (1, 2)] == ["1", "2"]
    assert run.read_record().job_id == "job3"


def test_that_a_full_disk_makes_the_journal_wait_and_lose_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal, write, calls = Journal(tmp_path / "events.jsonl"), os.write, []
    complaints: list[bytes] = []

    def nearly_full(descriptor: int, data: bytes) -> int:
        if descriptor == 2:
            complaints.append(data)
            raise OSError(errno.ENOSPC, "No space left on device")  # the log lies on the same disk
        calls.append(len(data))
        if len(calls) == 1:
            return write(descriptor, data[:10])  # a disk takes what fits ...
        if len(calls) in (2, 3):
            raise OSError(errno.ENOSPC, "No space left on device")  # ... and then nothing
        return write(descriptor, data)

    monkeypatch.setattr("workbench.jobs.run_folder._DISK_FULL_RETRY_SECONDS", 0)
    monkeypatch.setattr(os, "write", nearly_full)
    journal.write(to_line(produced(1)))
    monkeypatch.undo()
    journal.close()
    assert (tmp_path / "events.jsonl").read_text() == to_line(produced(1))
    assert complaints == [b"The disk is full; the run waits for space: [Errno 28] No space left on device\n"]


def test_that_a_lock_is_exclusive_even_within_a_process(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not is_locked(path), "an absent file is free"
    first, second = FileLock(path), FileLock(path)
    assert first.try_acquire() and not second.try_acquire() and is_locked(path)
    first.release()
    assert second.try_acquire()
    second.release()
    assert not is_locked(path)
