"""Several graphics cards as one group: each computes a part of every batch, the gradients are averaged (accelerate).

The training process is the first member. It alone measures, saves and hears the person; the others are processes that
it starts, which make the same steps and stop when it does. `WORKBENCH_TRAINING_PROCESSES` sets how many there are:
fewer cards than the computer has, or several processes without any (gloo).
"""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from workbench.boundary import Boundary
from workbench.finetune.types import Method, TrainRequest

PROCESSES = "WORKBENCH_TRAINING_PROCESSES"
_SPEC = "group.json"
_NAMES = ("RANK", "LOCAL_RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")


class GroupSpec(Boundary):
    """What another member needs to make the same steps."""

    request: TrainRequest
    threads: int


def group_size(request: TrainRequest) -> int:
    """How many processes train together; QLoRA keeps to one card."""
    if request.config.method is Method.QLORA:
        return 1
    if wanted := os.environ.get(PROCESSES, ""):
        return max(1, int(wanted)) if wanted.isdecimal() else 1
    import torch

    return max(1, torch.cuda.device_count())


def members() -> int:
    """How many processes are in this process's group; 1 outside of one."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def rank() -> int:
    """This process's place in its group; 0 leads."""
    return int(os.environ.get("RANK", "0"))


def device() -> str:
    """Where this process computes."""
    import torch

    return f"cuda:{int(os.environ.get('LOCAL_RANK', '0'))}" if torch.cuda.is_available() else "cpu"


@contextlib.contextmanager
def leading(request: TrainRequest, folder: Path, threads: int) -> Iterator[None]:
    """Start the other members, if there are any; they are gone when this ends, however it ends."""
    size = group_size(request)
    if size == 1:
        yield
        return
    spec = folder / _SPEC
    spec.write_text(GroupSpec(request=request, threads=threads).model_dump_json(), encoding="utf-8")
    shared = {"WORLD_SIZE": str(size), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(_free_port())}
    others = [_start(folder, number, shared) for number in range(1, size)]
    os.environ.update(shared | {"RANK": "0", "LOCAL_RANK": "0"})
    try:
        yield
    finally:
        _leave()
        for process in others:
            process.kill()
            process.wait()
        for name in _NAMES:
            os.environ.pop(name, None)
        spec.unlink(missing_ok=True)


def agree(save: bool, stop: bool) -> tuple[bool, bool]:
    """What the first member decided: whether all save, and whether all stop."""
    if members() == 1:
        return save, stop
    import torch
    from torch import distributed

    flags = torch.tensor([int(save), int(stop)], device=device())
    distributed.broadcast(flags, 0)
    return bool(flags[0]), bool(flags[1])


def _start(folder: Path, number: int, shared: dict[str, str]) -> "subprocess.Popen[bytes]":
    environment = os.environ | shared | {"RANK": str(number), "LOCAL_RANK": str(number)}
    command = [sys.executable, "-m", "workbench.finetune.group_member", str(folder)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)


def _leave() -> None:
    """Forget the group, so that a later training of this process makes its own."""
    from accelerate.state import AcceleratorState
    from torch import distributed

    if distributed.is_initialized():
        distributed.destroy_process_group()
    AcceleratorState._reset_state(reset_partial_state=True)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def read_spec(folder: Path) -> GroupSpec:
    """What the first member wrote for the others."""
    return GroupSpec.model_validate_json((folder / _SPEC).read_text(encoding="utf-8"))
