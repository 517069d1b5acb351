"""Where layers lie, computed for described devices."""

import pytest

from workbench.errors import WorkbenchError
from workbench.jobs.memory_claims import UnmetClaim
from workbench.llm import devices, fit
from workbench.llm.devices import find_devices, list_backends
from workbench.llm.fit import Fit, check_fits, estimate, verdict
from workbench.llm.placement import GPU_SHARE, Device, Placement, gpu_layers_for, place
from workbench.llm.types import LoadConfig, ModelRef

GB = 10**9
MODEL = ModelRef(
    name="m", path="/m.gguf", size_bytes=8 * GB, context_length=8192, embedding_length=4096, block_count=31,
    head_count=32, head_count_kv=8,
)  # fmt: skip
LOAD = LoadConfig(context_length=4096, parallel_sequences=1)
RAM = 32 * GB


def gpu(free: float, name: str = "GPU", *, shares_memory: bool = False) -> Device:
    return Device(name=name, free_bytes=int(free * GB), total_bytes=int(free * GB), shares_memory=shares_memory)


def placed(*devices: Device, layers: int = -1) -> Placement:
    load = LOAD.model_copy(update={"gpu_layers": layers})
    return place(MODEL, load, estimate(MODEL, load), devices, RAM)


@pytest.mark.parametrize("devices", [(gpu(5),), (gpu(5), gpu(2)), (gpu(1), gpu(1), gpu(3)), (gpu(100),), ()])
@pytest.mark.parametrize("layers", [-1, 0, 1, 17, 32])
def test_that_the_memories_together_hold_the_whole_model(devices: tuple[Device, ...], layers: int) -> None:
    found, use = placed(*devices, layers=layers), estimate(MODEL, LOAD)
    assert sum(one.use.weights for one in found.places) == use.weights
    assert sum(one.use.kv_cache for one in found.places) == use.kv_cache
    assert sum(one.layers for one in found.places) == found.layers == 32
    assert sum(one.layers for one in found.places if one.is_gpu) == found.gpu_layers


def test_that_a_gpu_that_is_big_enough_gets_all_layers() -> None:
    found = placed(gpu(24))
    assert found.gpu_layers == 32
    processor, card = found.places
    assert processor.use.weights == processor.use.kv_cache == 0
    assert card.use.kv_cache == estimate(MODEL, LOAD).kv_cache


def test_that_a_small_gpu_is_filled_and_not_overfilled() -> None:
    found = placed(gpu(4))
    card = found.places[1]
    assert 0 < found.gpu_layers < 32
    assert card.use.total <= GPU_SHARE * card.free_bytes
    more = placed(gpu(4), layers=found.gpu_layers + 1).places[1]
    assert more.use.total > GPU_SHARE * more.free_bytes


def test_that_layers_are_spread_by_free_memory() -> None:
    counts = [one.layers for one in placed(gpu(30, "A"), gpu(10, "B")).places if one.is_gpu]
    assert counts == [24, 8]


def test_that_the_output_layer_has_no_cache() -> None:
    _, card = placed(gpu(24), layers=1).places
    assert (card.layers, card.use.kv_cache) == (1, 0)
    _, first, last = placed(gpu(20, "A"), gpu(20, "B")).places
    assert first.use.kv_cache > last.use.kv_cache  # as many layers, but one of them is the output


def test_that_what_is_wished_counts_but_never_more_than_there_is() -> None:
    assert placed(gpu(24), layers=5).gpu_layers == 5
    assert placed(gpu(24), layers=500).gpu_layers == 32
    assert gpu_layers_for(MODEL, LOAD, estimate(MODEL, LOAD), ()) == 0


def test_that_memory_that_is_shared_is_counted_once() -> None:
    shared = gpu(20, shares_memory=True)
    assert gpu_layers_for(MODEL, LOAD, estimate(MODEL, LOAD), (shared,)) == 32
    assert verdict(MODEL, LOAD, RAM, (shared,)) == verdict(MODEL, LOAD, RAM)


def test_that_a_gpu_lets_a_model_fit_that_the_memory_alone_does_not_hold() -> None:
    assert verdict(MODEL, LOAD, 4 * GB).fit is Fit.WONT
    assert verdict(MODEL, LOAD, 4 * GB, (gpu(8),)).fit is not Fit.WONT


def test_that_a_gpu_has_less_for_chat_while_a_training_will_still_take_some(monkeypatch: pytest.MonkeyPatch) -> None:
    claim = UnmetClaim("Fine-tune house-style", missing_bytes=0, missing_card_bytes=5 * GB)
    monkeypatch.setattr(fit, "claims", lambda: [claim])
    monkeypatch.setattr(devices, "list_backends", lambda _: [(1, gpu(8, "RTX")), (0, gpu(1))])
    monkeypatch.setattr(devices, "_offloads", lambda: True)
    assert [device.free_bytes for device in find_devices()] == [3 * GB]
    monkeypatch.setattr(fit, "free_memory", lambda: RAM)
    load = LOAD.model_copy(update={"gpu_layers": 32})
    with pytest.raises(WorkbenchError, match=r"RTX for 32 .* beside the 5\.0 GB of the GPU that “Fine"):
        check_fits(MODEL, load, find_devices())


def test_that_too_many_layers_are_refused_with_the_gpu_and_its_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit, "free_memory", lambda: RAM)
    load = LOAD.model_copy(update={"gpu_layers": 32})
    with pytest.raises(WorkbenchError, match=r"needs about 8\.\d GB on RTX for 32 layers, but 4\.0 GB of memory are"):
        check_fits(MODEL, load, (gpu(4, "RTX"),))
    check_fits(MODEL, LOAD, (gpu(4, "RTX"),))  # automatic puts fewer there


def test_that_the_longest_context_with_a_gpu_does_fit() -> None:
    load = LOAD.model_copy(update={"gpu_layers": 32, "context_length": 8192})
    card = gpu(8.9)
    found = verdict(MODEL, load, RAM, (card,))
    assert found.fit is Fit.WONT and 0 < found.longest_context < 8192
    for context, fits in ((found.longest_context, True), (found.longest_context + 256, False)):
        asked = load.model_copy(update={"context_length": context})
        assert (verdict(MODEL, asked, RAM, (card,)).fit is not Fit.WONT) is fits


def test_that_llama_cpp_tells_its_devices() -> None:
    from workbench.llm.llama_native import library

    (processor, *_) = [device for kind, device in list_backends(library()._lib) if kind == 0]
    assert processor.name and processor.total_bytes > 0 and processor.shares_memory
    if not library().llama_supports_gpu_offload():
        assert find_devices() == ()
