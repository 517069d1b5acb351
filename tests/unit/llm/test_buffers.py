"""What llama.cpp says of its buffers: by part, and what of it lies on graphics cards."""

from workbench.llm.llama_native import buffer_bytes, device_bytes

MIB = 1024 * 1024
SAID = [
    "load_tensors:   CPU_Mapped model buffer size =   166.92 MiB",
    "load_tensors:        CUDA0 model buffer size =  4403.50 MiB",
    "load_tensors:    CUDA_Host model buffer size =    70.00 MiB",
    "llama_kv_cache:      CUDA0 KV buffer size =   224.00 MiB",
    "llama_kv_cache:        CPU KV buffer size =    32.00 MiB",
    "llama_context:      CUDA0 compute buffer size =   258.50 MiB",
    "llama_context:  CUDA_Host compute buffer size =     8.01 MiB",
    "something else: 12 MiB",
]


def test_that_parts_are_summed_wherever_they_lie() -> None:
    assert buffer_bytes(SAID, "KV") == 256 * MIB
    assert buffer_bytes(SAID, "compute") == int(258.5 * MIB) + int(8.01 * MIB)


def test_that_memory_of_the_host_is_not_the_cards() -> None:
    assert device_bytes(SAID) == int(4403.5 * MIB) + 224 * MIB + int(258.5 * MIB)
    assert device_bytes(SAID[:1]) == 0
