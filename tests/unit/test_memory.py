"""What a control group leaves is what counts, on a system as its files tell it."""

from pathlib import Path

import psutil
import pytest

from workbench.memory import free_memory, total_memory

MB = 1_000_000
NONE_V1 = 9223372036854771712
"""What version 1 says where a group has no limit."""


class _Computer:
    total, available = 16_000 * MB, 9_000 * MB


@pytest.fixture(autouse=True)
def _computer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", _Computer)


def own_groups(root: Path, lines: str) -> None:
    write(root / "proc/self/cgroup", lines)


def version_1(folder: Path, most: int, used: int, cached: int = 0) -> None:
    write(folder / "memory.limit_in_bytes", f"{most}\n")
    write(folder / "memory.usage_in_bytes", f"{used}\n")
    write(folder / "memory.stat", f"cache 7\ninactive_file 7\ntotal_inactive_file {cached}\ntotal_active_file 0\n")


def version_2(folder: Path, most: str, used: int, cached: int = 0) -> None:
    write(folder / "memory.max", f"{most}\n")
    write(folder / "memory.current", f"{used}\n")
    write(folder / "memory.stat", f"anon 7\ninactive_file {cached // 2}\nactive_file {cached - cached // 2}\n")


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="ascii")


def in_megabytes(root: Path) -> tuple[int, int]:
    return free_memory(root) // MB, total_memory(root) // MB


def test_that_without_groups_the_computer_counts(tmp_path: Path) -> None:
    assert in_megabytes(tmp_path) == (9_000, 16_000)


def test_that_a_container_of_version_2_counts_and_gives_back_what_it_keeps_of_files(tmp_path: Path) -> None:
    own_groups(tmp_path, "0::/\n")
    version_2(tmp_path / "sys/fs/cgroup", f"{2_000 * MB}", 1_500 * MB, cached=400 * MB)
    assert in_megabytes(tmp_path) == (900, 2_000)


def test_that_the_narrowest_group_around_it_counts(tmp_path: Path) -> None:
    own_groups(tmp_path, "0::/user.slice/app.scope\n")
    groups = tmp_path / "sys/fs/cgroup"
    version_2(groups / "user.slice/app.scope", "max", 100 * MB)
    version_2(groups / "user.slice", f"{4_000 * MB}", 1_000 * MB)
    assert in_megabytes(tmp_path) == (3_000, 4_000)


@pytest.mark.parametrize("where", ["box", ""])
def test_that_version_1_is_read_under_its_path_and_where_a_container_sees_it(tmp_path: Path, where: str) -> None:
    own_groups(tmp_path, "4:memory:/box\n1:cpu:/box\n0::/\n")
    groups = tmp_path / "sys/fs/cgroup/memory"
    version_1(groups, NONE_V1, 6_000 * MB)
    version_1(groups / where, 1_600 * MB, 700 * MB, cached=50 * MB)
    assert in_megabytes(tmp_path) == (950, 1_600)


def test_that_a_group_that_is_over_its_limit_has_nothing_left(tmp_path: Path) -> None:
    own_groups(tmp_path, "0::/../outside\n")
    version_2(tmp_path / "sys/fs/cgroup", f"{2_000 * MB}", 2_010 * MB)
    assert free_memory(tmp_path) == 0


def test_that_what_cannot_be_read_limits_nothing(tmp_path: Path) -> None:
    own_groups(tmp_path, "0::/app\n")
    write(tmp_path / "sys/fs/cgroup/app/memory.max", "much\n")
    assert in_megabytes(tmp_path) == (9_000, 16_000)
