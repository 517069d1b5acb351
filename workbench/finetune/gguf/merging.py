"""Base GGUF + adapter -> one GGUF: the changed layers are dequantised, added to and stored again, all else is copied.

Tokenizer, template and every other header entry stay exactly the base's. Tensor by tensor: memory holds one at a time.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.finetune.gguf.adapter import LoraPair
from workbench.finetune.types import MergedQuantization

if TYPE_CHECKING:
    import numpy as np

_SKIPPED = {
    "GGUF.version",
    "GGUF.tensor_count",
    "GGUF.kv_count",
    "general.architecture",
    "general.file_type",
    "general.name",
}


def merge(
    base: Path,
    pairs: Mapping[str, LoraPair],
    scale: float,
    out: Path,
    *,
    name: str,
    quantization: MergedQuantization,
    whole: bool = False,
    on_tensor: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Write weight + scale * up @ down for every pair; `out` is complete when this returns.

    With `whole` every matrix becomes F16, also unchanged ones: what llama.cpp's own quantization starts from.
    """
    from gguf import GGUFReader, GGUFWriter

    reader = GGUFReader(str(base))
    missing = set(pairs) - {tensor.name for tensor in reader.tensors}
    if missing:
        raise WorkbenchError(
            f"{base.name} has no tensor {min(missing)}.", hint="Choose the adapter's base.", code="adapter_part"
        )
    architecture = str(reader.fields["general.architecture"].contents())
    writer = GGUFWriter(str(out), architecture)
    copy_metadata(reader, writer, name, quantization)
    for tensor in reader.tensors:
        kind = _stored_kind(tensor, tensor.name in pairs, quantization, whole)
        shape = tuple(int(size) for size in reversed(tensor.shape))
        writer.add_tensor_info(
            tensor.name, _stored_shape(shape, kind), _dtype(kind), _size(shape, kind), raw_dtype=kind
        )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for done, tensor in enumerate(reader.tensors):
        on_tensor(done, len(reader.tensors))
        writer.write_tensor_data(_stored(tensor, pairs.get(tensor.name), scale, quantization, whole))
    writer.close()


def default_quantization(base_file_type: int) -> MergedQuantization:
    """f16 for a base that is not quantised (file types 0 and 1, F32 and F16; 32 is BF16), else q8_0."""
    return MergedQuantization.F16 if base_file_type in (0, 1, 32) else MergedQuantization.Q8_0


def _stored(
    tensor: Any, pair: LoraPair | None, scale: float, quantization: MergedQuantization, whole: bool
) -> "np.ndarray[Any, Any]":
    import numpy as np
    from gguf import GGMLQuantizationType, quants

    kind = _stored_kind(tensor, pair is not None, quantization, whole)
    if pair is None and kind == tensor.tensor_type:
        return np.asarray(tensor.data)
    merged = quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
    if pair is not None:
        merged = merged + np.float32(scale) * (pair.up @ pair.down)
    if kind == GGMLQuantizationType.F16:
        return np.asarray(merged, dtype=np.float16)
    if kind == GGMLQuantizationType.F32:
        return np.asarray(merged, dtype=np.float32)
    return np.asarray(quants.quantize(merged, kind))


def _stored_kind(tensor: Any, is_changed: bool, quantization: MergedQuantization, whole: bool) -> Any:
    from gguf import GGMLQuantizationType as Kind

    if whole and len(tensor.shape) > 1 and tensor.tensor_type != Kind.F32:
        return Kind.F16
    if not is_changed:
        return tensor.tensor_type
    if tensor.tensor_type == Kind.F32 and quantization is MergedQuantization.F16:
        return Kind.F16
    if quantization is MergedQuantization.Q8_0 and int(tensor.shape[0]) % 32 == 0:
        return Kind.Q8_0
    return Kind.F16


def _stored_shape(shape: tuple[int, ...], kind: Any) -> tuple[int, ...]:
    """The shape that GGUFWriter wants for a raw type: bytes of a row for a quantised one."""
    from gguf import GGML_QUANT_SIZES, GGMLQuantizationType

    if kind in (GGMLQuantizationType.F32, GGMLQuantizationType.F16):
        return shape
    block, size = GGML_QUANT_SIZES[kind]
    return (*shape[:-1], shape[-1] // block * size)


def _dtype(kind: Any) -> "np.dtype[Any]":
    import numpy as np
    from gguf import GGMLQuantizationType

    names = {GGMLQuantizationType.F32: "float32", GGMLQuantizationType.F16: "float16"}
    return np.dtype(names.get(kind, "uint8"))


def _size(shape: tuple[int, ...], kind: Any) -> int:
    import math

    from gguf import GGML_QUANT_SIZES

    block, size = GGML_QUANT_SIZES[kind]
    return int(math.prod(shape) // block * size)


def copy_metadata(reader: Any, writer: Any, name: str, quantization: MergedQuantization) -> None:
    """Every header entry of `reader` but those that the written file has of its own."""
    from gguf import GGUFValueType, LlamaFileType

    writer.add_name(name)
    f16 = quantization is MergedQuantization.F16
    writer.add_file_type(LlamaFileType.MOSTLY_F16 if f16 else LlamaFileType.MOSTLY_Q8_0)
    for field in reader.fields.values():
        if field.name in _SKIPPED:
            continue
        kind = field.types[0]
        inner = field.types[-1] if kind == GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), kind, sub_type=inner)
