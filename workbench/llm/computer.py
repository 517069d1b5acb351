"""What this computer has, and what size of model fits into it."""

import os
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.llm.types import ModelRef
from workbench.memory import free_memory, total_memory

SHARE_OF_MEMORY = 0.75
"""Of the free memory, for the weights: the rest is for the context, the documents' index and the window."""
BYTES_PER_PARAMETER = 0.6
"""At 4 bits with its scales (Q4_K_M: 4.85 bits per weight)."""


@dataclass(frozen=True, slots=True)
class Graphics:
    name: str
    memory_bytes: int
    free_bytes: int


@dataclass(frozen=True, slots=True)
class Computer:
    """Measured when Home is shown. Sizes in bytes."""

    processor: str
    cores: int
    threads: int
    memory_bytes: int
    memory_free_bytes: int
    disk_free_bytes: int
    graphics: Graphics | None = None

    @property
    def largest_model_bytes(self) -> int:
        """The largest model file that fits, on the graphics card or in memory, whichever takes more."""
        on_card = self.graphics.free_bytes if self.graphics else 0
        return int(SHARE_OF_MEMORY * max(self.memory_free_bytes, on_card))

    def fits(self, model: ModelRef) -> bool:
        """Roughly, whether a model of this computer can be loaded."""
        return model.size_bytes <= self.largest_model_bytes

    @property
    def largest_model_parameters(self) -> int:
        """Parameters of the largest model at 4 bits."""
        return int(self.largest_model_bytes / BYTES_PER_PARAMETER)


def read_computer(data_folder: Path) -> Computer:
    """Ask the system; takes some milliseconds, with a graphics driver some hundred: not for the UI thread."""
    import psutil

    threads = psutil.cpu_count() or os.cpu_count() or 1
    return Computer(
        processor=platform.processor() or platform.machine(),
        cores=psutil.cpu_count(logical=False) or threads,
        threads=threads,
        memory_bytes=total_memory(),
        memory_free_bytes=free_memory(),
        disk_free_bytes=shutil.disk_usage(data_folder).free,
        graphics=_read_graphics(),
    )


def _read_graphics() -> Graphics | None:
    """The NVIDIA card with the most free memory; None without the optional package, a driver or a card."""
    try:
        import pynvml
    except ImportError:
        return None
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return None
    try:
        handles = [pynvml.nvmlDeviceGetHandleByIndex(number) for number in range(pynvml.nvmlDeviceGetCount())]
        cards = [_card(pynvml, handle) for handle in handles]
    except pynvml.NVMLError:
        return None
    finally:
        pynvml.nvmlShutdown()
    return max(cards, key=lambda card: card.free_bytes, default=None)


def _card(nvml: Any, handle: Any) -> Graphics:
    name = nvml.nvmlDeviceGetName(handle)
    memory = nvml.nvmlDeviceGetMemoryInfo(handle)
    return Graphics(name.decode() if isinstance(name, bytes) else str(name), int(memory.total), int(memory.free))
