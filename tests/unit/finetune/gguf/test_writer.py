"""One file, two engines: llama.cpp and transformers read what is written here, and agree."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from workbench.errors import WorkbenchError
from workbench.finetune.gguf.architectures import gguf_name
from workbench.finetune.gguf.writer import ModelCard, permuted, write_gguf
from workbench.finetune.scratch.model import ModelShape, build_model
from workbench.finetune.scratch.tokenizer import train_tokenizer
from workbench.finetune.starter.corpus import stream

SHAPE = ModelShape(layers=2, width=64, heads=2, inner=96, vocabulary=640, context=256)
TEXTS = [turn.text for dialog in itertools.islice(stream(1), 300) for turn in dialog]


@pytest.fixture(scope="module")
def tokenizer() -> object:
    return train_tokenizer(TEXTS, SHAPE.vocabulary)


@pytest.fixture(scope="module")
def written(tokenizer: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gguf") / "small.gguf"
    write_gguf(path, build_model(SHAPE, 1).state_dict(), SHAPE, tokenizer, ModelCard("small"))  # type: ignore[arg-type]
    return path


def test_that_tensor_names_are_those_of_llama_cpp() -> None:
    assert gguf_name("model.layers.3.self_attn.q_proj.weight", "llama", 4) == "blk.3.attn_q.weight"
    assert gguf_name("model.norm.weight", "llama", 4) == "output_norm.weight"
    assert gguf_name("lm_head.weight", "llama", 4) == "output.weight"
    assert gguf_name("model.layers.0.self_attn.qkv_proj.weight", "phi3", 4) == "blk.0.attn_qkv.weight"
    with pytest.raises(WorkbenchError, match="knows no tensor"):
        gguf_name("model.layers.0.router.weight", "llama", 4)


def test_that_the_head_permutation_interleaves_both_halves() -> None:
    rows = np.arange(8, dtype=np.float32).reshape(8, 1)
    assert permuted(rows, 2).ravel().tolist() == [0, 2, 1, 3, 4, 6, 5, 7]


@pytest.mark.slow
def test_that_both_engines_agree_with_the_trained_weights(written: Path, tokenizer: object) -> None:
    import torch
    from llama_cpp import Llama
    from transformers import AutoModelForCausalLM

    text = "<|user|>\n[1] The Alder pump costs 30 euros.\n\nQuestion: How much is it?<|end|>\n<|assistant|>\n"
    ids = tokenizer.encode(text).ids  # type: ignore[attr-defined]
    engine = Llama(str(written), n_ctx=256, logits_all=True, verbose=False, n_threads=1)
    try:
        engine.eval(ids)
        native = np.array(engine.scores[: len(ids)])
    finally:
        engine.close()
    twin = AutoModelForCausalLM.from_pretrained(written.parent, gguf_file=written.name, dtype=torch.float32)
    with torch.no_grad():
        ours = build_model(SHAPE, 1).logits(torch.tensor([ids]))[0].numpy()  # type: ignore[operator]
        theirs = twin(torch.tensor([ids])).logits[0].numpy()
    scale = float(np.abs(ours).max())
    assert np.abs(theirs - ours).max() < 0.05 * scale
    assert np.abs(native - theirs).max() < 0.05 * scale


@pytest.mark.slow
def test_that_llama_cpp_and_the_tokenizer_give_the_same_ids(written: Path, tokenizer: object) -> None:
    from llama_cpp import Llama

    engine = Llama(str(written), vocab_only=True, verbose=False)
    strange = ["Grüße, 3 °C", "\n\n\t\u4e2d\u6587  KX-204!?", "don't | we'll\r\n  12.5%", ""]
    try:
        for text in [*TEXTS[:1000], *strange]:
            theirs = engine.tokenize(text.encode(), add_bos=False, special=False)
            assert theirs == tokenizer.encode(text).ids, text  # type: ignore[attr-defined]
    finally:
        engine.close()


@pytest.mark.slow
def test_that_the_chat_template_writes_roles_and_an_empty_answer(written: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(written.parent, gguf_file=written.name)
    messages = [{"role": "system", "content": "Be short."}, {"role": "user", "content": " Hi \n"}]
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    assert text == "<|system|>\nBe short.<|end|>\n<|user|>\nHi<|end|>\n<|assistant|>\n"
