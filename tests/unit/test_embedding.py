"""The starter embedder and the refusal of everything that could run code."""

import json
from pathlib import Path

import numpy as np
import pytest

from workbench import embedding, processor
from workbench.embedding import (
    Precision,
    SentenceTransformerEmbedder,
    find_embedder,
    load_embedder,
    load_tokenizer,
    read_embedder,
    starter_embedder,
)
from workbench.errors import WorkbenchError


def test_that_the_starter_embedder_is_the_one_we_know() -> None:
    ref = starter_embedder()
    assert (ref.name, ref.max_tokens, ref.dimension) == ("all-MiniLM-L6-v2", 256, 384)
    assert find_embedder("") == ref


@pytest.mark.parametrize(
    ("told", "precision"),
    [
        ("processor\t: 0\nflags\t\t: fpu sse2 avx2 fma f16c\n", Precision.FLOAT32),
        ("processor\t: 0\nflags\t\t: fpu avx2 avx512f avx512bw avx512_vnni\n", Precision.FLOAT32),
        ("processor\t: 0\nflags\t\t: fpu avx2 avx512f avx512_bf16\n", Precision.BFLOAT16),
        ("processor\t: 0\nFeatures\t: fp asimd i8mm bf16\n", Precision.BFLOAT16),
        ("a file of another kind\n", Precision.FLOAT32),
        (None, Precision.FLOAT32),  # another system
    ],
)
def test_that_a_new_index_gets_the_precision_that_the_processor_is_fast_with(
    told: str | None, precision: Precision, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if told is not None:
        (tmp_path / "cpuinfo").write_text(told)
    monkeypatch.setattr(processor, "CPU_INFO", tmp_path / "cpuinfo")
    processor.multiplies_bfloat16.cache_clear()
    try:
        assert starter_embedder().precision is precision
    finally:
        processor.multiplies_bfloat16.cache_clear()


def test_that_a_changed_starter_embedder_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "STARTER_SHA256", "0" * 64)
    with pytest.raises(WorkbenchError, match="not the one that this program knows"):
        starter_embedder()


def test_that_collections_find_the_starter_embedder_after_the_program_moved(tmp_path: Path) -> None:
    starter = starter_embedder()
    moved = starter.model_copy(update={"path": str(tmp_path / "python3.10" / "model")})
    assert len(load_tokenizer(moved).encode("one word").ids) == 4
    assert embedding.folder_of(moved) == Path(starter.path)
    other = moved.model_copy(update={"content_hash": "0" * 64})
    assert embedding.folder_of(other) == Path(moved.path)


def folder_of(tmp_path: Path, *, kind: str = "sentence_transformers.models.Transformer", **config: object) -> Path:
    (tmp_path / "modules.json").write_text(json.dumps([{"type": kind}]))
    (tmp_path / "config.json").write_text(json.dumps({"hidden_size": 8, "max_position_embeddings": 64, **config}))
    (tmp_path / "model.safetensors").write_bytes(b"x")
    return tmp_path


def test_that_limits_are_read_from_the_folder(tmp_path: Path) -> None:
    ref = read_embedder(folder_of(tmp_path))
    assert (ref.max_tokens, ref.dimension) == (64, 8)


def test_that_a_changed_file_changes_the_hash(tmp_path: Path) -> None:
    before = read_embedder(folder_of(tmp_path)).content_hash
    (tmp_path / "config.json").write_text(json.dumps({"hidden_size": 9}))
    assert read_embedder(tmp_path).content_hash != before
    with pytest.raises(WorkbenchError, match="not the one that built this collection"):
        load_embedder(read_embedder(tmp_path).model_copy(update={"content_hash": before}))


def test_that_code_in_a_folder_is_refused(tmp_path: Path) -> None:
    for refused in ({"kind": "my_package.Evil"}, {"auto_map": {"AutoModel": "evil.Model"}}):
        with pytest.raises(WorkbenchError, match="wants to run code"):
            read_embedder(folder_of(tmp_path, **refused))


def test_that_pickled_weights_are_refused(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(WorkbenchError, match=r"no model\.safetensors"):
        read_embedder(folder)


@pytest.mark.slow
def test_that_meaning_brings_sentences_together() -> None:
    embedder = load_embedder(starter_embedder(), threads=1)
    vectors = embedder.embed_documents(
        ["How many vacation days do employees have?", "Everybody has 27 days of holiday.", "Kettles boil."]
    )
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.1
    assert embedder.embed_query("Kettles boil.") @ vectors[2] == pytest.approx(1.0, abs=2e-3)
    assert embedder.embed_documents([]).shape == (0, 384)


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 3])
def test_that_each_of_many_texts_gets_the_vector_that_it_gets_alone(threads: int) -> None:
    ref = starter_embedder().model_copy(update={"precision": Precision.FLOAT32})
    embedder = SentenceTransformerEmbedder(ref, threads=threads)
    texts = [f"Kettle number {number} boils " + "and boils " * (7 * number % 50) for number in range(70)]
    vectors = embedder.embed_documents(texts)
    for number in (0, 1, 33, 69):
        np.testing.assert_allclose(vectors[number], embedder.embed_query(texts[number]), atol=1e-5)


@pytest.mark.slow
def test_that_embedding_many_texts_ends_with_what_the_check_raises() -> None:
    asked = []

    def check() -> None:
        asked.append(1)
        if len(asked) > 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        SentenceTransformerEmbedder(starter_embedder(), threads=2).embed_documents(["kettle"] * 1000, check)
