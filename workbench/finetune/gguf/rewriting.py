"""A model whose every weight may have changed, as a GGUF file with the tokenizer and template of its base.

Header entries are the base's; tensors come from the trained transformers model, F16 for matrices and F32 for the rest.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.finetune.gguf.architectures import architecture_of
from workbench.finetune.gguf.merging import copy_metadata
from workbench.finetune.gguf.twin import converted
from workbench.finetune.types import MergedQuantization

if TYPE_CHECKING:
    import torch


def rewrite(
    base: Path,
    state: Mapping[str, "torch.Tensor"],
    config: Any,
    out: Path,
    *,
    name: str,
    on_tensor: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Write `out`: the base's file with the weights of `state` (a transformers state dict of the same shapes).

    Raises WorkbenchError when a tensor of the base has no counterpart there.
    """
    import numpy as np
    from gguf import GGUFReader, GGUFWriter

    reader = GGUFReader(str(base))
    architecture = str(reader.fields["general.architecture"].contents())
    family = architecture_of(architecture)
    changed = {}
    for parameter, values in state.items():
        found = converted(family, config, parameter)
        if found is not None:
            changed[found[0]] = (values, found[1])
    writer = GGUFWriter(str(out), architecture, use_temp_file=True)  # tensors wait on the disk, not in memory
    copy_metadata(reader, writer, name, MergedQuantization.F16)
    for done, tensor in enumerate(reader.tensors):
        on_tensor(done, len(reader.tensors))
        if tensor.name in changed:
            values, convert = changed.pop(tensor.name)
            array = convert(values.detach().float().cpu().numpy())
            if not np.isfinite(array).all():
                raise WorkbenchError(
                    f"The weights of {name} became too large to be stored ({tensor.name}).",
                    hint="Train it again with a smaller learning rate.",
                    code="loss_not_finite",
                )
            writer.add_tensor(tensor.name, array)
        elif tensor.name == "rope_freqs.weight":
            writer.add_tensor(tensor.name, np.asarray(tensor.data))
        elif tensor.name == "output.weight" and config.tie_word_embeddings:
            continue  # a copy of the embedding: what was trained is shared
        else:
            raise WorkbenchError(
                f"{base.name} has a tensor that the trained model lacks ({tensor.name}).", code="adapter_part"
            )
    if changed:
        raise WorkbenchError(f"{base.name} has no tensor {min(changed)}.", code="adapter_part")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
