"""How many numbers a safetensors file holds: its header is read, its tensors never.

Format: eight bytes with the length of a JSON object, then the object: {name: {"dtype", "shape", "data_offsets"}}, data.
"""

import json
import math
import os
from pathlib import Path
from typing import Any, TypeGuard

from workbench.errors import WorkbenchError
from workbench.llm.gguf_reader import open_regular, part_of_whole

_LONGEST_HEADER = 100_000_000
"""What the format allows."""


def count_numbers(path: Path) -> int:
    """Parameters in the file. Raises WorkbenchError saying why it is no whole safetensors file."""
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        length = int.from_bytes(file.read(8), "little")
        if size < 8 or length > min(_LONGEST_HEADER, size - 8):
            raise _damaged(path, "its header does not end in it")
        header = _parsed(path, file.read(length))
    total, end = 0, 0
    for name, tensor in header.items():
        if name == "__metadata__":
            continue
        shape, offsets = _of_tensor(path, name, tensor)
        total += math.prod(shape)
        end = max(end, offsets[1])
    if 8 + length + end > size:
        raise WorkbenchError(
            f"{path.name} is incomplete ({part_of_whole(size, 8 + length + end)}).",
            hint="Copy or download it again.",
            code="safetensors_incomplete",
        )
    return total


def _parsed(path: Path, header: bytes) -> dict[str, Any]:
    try:
        found = json.loads(header)
    except (ValueError, RecursionError) as error:
        raise _damaged(path, "its header is no JSON") from error
    if not isinstance(found, dict):
        raise _damaged(path, "its header is no object")
    return found


def _of_tensor(path: Path, name: str, tensor: Any) -> tuple[list[int], list[int]]:
    """Shape and place of a tensor."""
    fields = tensor if isinstance(tensor, dict) else {}
    shape, offsets = fields.get("shape"), fields.get("data_offsets")
    if not (_are_counts(shape) and _are_counts(offsets) and len(offsets) == 2):
        raise _damaged(path, f"tensor {name[:80]!r} has no shape or no place")
    return shape, offsets


def _are_counts(value: Any) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(type(one) is int and 0 <= one < 1 << 63 for one in value)


def _damaged(path: Path, why: str) -> WorkbenchError:
    return WorkbenchError(
        f"{path.name} is not a readable safetensors file: {why}.",
        hint="Download it again or choose another.",
        code="safetensors_damaged",
    )
