import os
import random
import struct
from pathlib import Path

import pytest

from tests.llm_models import write_tiny_adapter, write_tiny_gguf
from workbench.errors import WorkbenchError
from workbench.llm.gguf_header import check_complete, check_loadable, read_header, shards
from workbench.llm.gguf_reader import SkippedArray, part_of_whole
from workbench.llm.gguf_tables import BLOCK_BYTES, FILE_TYPES, TYPE_NAMES
from workbench.llm.library import describe_gguf
from workbench.llm.types import ModelKind


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write_tiny_gguf(tmp_path / "tiny.gguf")


def test_that_the_header_says_what_the_writer_wrote(tiny: Path) -> None:
    header = read_header(tiny)
    assert header.architecture == "llama"
    assert header.size("block_count") == 2
    assert header.size("attention.head_count_kv") == 2
    assert header.length("tokenizer.ggml.tokens") == 261
    assert header.tensors["blk.0.ffn_down.weight"].shape == (128, 64)
    assert header.data_end == header.file_bytes == tiny.stat().st_size
    check_complete(header)
    check_loadable(header)


def test_that_the_tables_of_types_agree_with_the_gguf_package() -> None:
    import gguf

    assert {int(kind): sizes for kind, sizes in gguf.GGML_QUANT_SIZES.items()} == BLOCK_BYTES
    assert {int(kind): kind.name for kind in gguf.GGMLQuantizationType} == TYPE_NAMES
    names = {int(kind): kind.name.removeprefix("MOSTLY_").removeprefix("ALL_") for kind in gguf.LlamaFileType}
    assert all(names[number].startswith(name) for number, name in FILE_TYPES.items())


def test_that_a_file_cut_anywhere_is_called_incomplete(tiny: Path, tmp_path: Path) -> None:
    whole = tiny.read_bytes()
    for cut in [*range(4, 2000, 97), *range(2000, len(whole), 20_011), len(whole) - 1]:
        part = tmp_path / "cut.gguf"
        part.write_bytes(whole[:cut])
        with pytest.raises(WorkbenchError, match=r"cut\.gguf is incomplete"):
            check_complete(read_header(part))


def test_that_an_incomplete_file_says_how_much_is_there(tiny: Path) -> None:
    whole = tiny.read_bytes()
    tiny.write_bytes(whole[: len(whole) * 3 // 4])
    assert describe_gguf(tiny).problem == "tiny.gguf is incomplete (0.3 of 0.4 MB)."


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (300_000, 400_000, "0.3 of 0.4 MB"),
        (1_200_000_000, 4_000_000_000, "1,200 of 4,000 MB"),
        (10_000, 48_000, "10 of 48 kB"),
        (5_899_990, 5_900_000, "5,899,990 of 5,900,000 bytes"),
        (5_890_000, 5_900_000, "5,890 of 5,900 kB"),
        (24, 900, "24 of 900 bytes"),
    ],
)
def test_that_parts_and_wholes_never_look_the_same(part: int, whole: int, said: str) -> None:
    assert part_of_whole(part, whole) == said


def test_that_a_small_file_that_was_cut_says_its_size(tiny: Path) -> None:
    tiny.write_bytes(tiny.read_bytes()[:700])
    assert "it ends inside its header (700 B are there)" in describe_gguf(tiny).problem


def test_that_damaged_headers_raise_nothing_but_workbench_errors(tiny: Path, tmp_path: Path) -> None:
    whole = bytearray(tiny.read_bytes())
    generator = random.Random(0)
    damaged = tmp_path / "damaged.gguf"
    for _ in range(300):
        copy = whole[:]
        for _ in range(generator.randint(1, 8)):
            copy[generator.randrange(4, 4500)] = generator.randrange(256)
        damaged.write_bytes(copy)
        try:
            header = read_header(damaged)
            check_complete(header)
            check_loadable(header)
        except WorkbenchError as problem:
            assert "damaged.gguf" in problem.message


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "an empty file"),
        (b"<!DOCTYPE html><html><body>Please log in</body></html>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 4\n", "a Git-LFS pointer"),
        (b"PK\x03\x04" + b"\0" * 40, "a ZIP archive"),
        (b"\xff\x00\x13" * 50, "something else"),
        (struct.pack("<Q", 20) + b'{"a":{"dtype":"F32"}}', "a safetensors file"),
        (b"GG", "something else"),
    ],
)
def test_that_a_file_that_is_no_model_is_named_for_what_it_is(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    with pytest.raises(WorkbenchError, match=rf"model\.gguf is not a GGUF model: it is {what}"):
        read_header(path)


@pytest.mark.parametrize("counts", [(2**40, 3), (3, 2**40), (2**63, 2**63)])
def test_that_a_header_that_claims_too_much_is_refused_at_once(tmp_path: Path, counts: tuple[int, int]) -> None:
    path = tmp_path / "bomb.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, *counts) + b"\0" * 100)
    with pytest.raises(WorkbenchError, match="claims"):
        read_header(path)


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def sections() -> list[bytes]:
    """A whole little header, cut into what it is made of."""
    return [
        b"GGUF",
        struct.pack("<I", 3),
        struct.pack("<QQ", 1, 4),
        text("general.architecture"),
        struct.pack("<I", 8) + text("llama"),
        text("llama.block_count"),
        struct.pack("<II", 4, 1),
        text("tokenizer.ggml.scores"),
        struct.pack("<IIQ", 9, 6, 2000) + bytes(8000),
        text("tokenizer.ggml.tokens"),
        struct.pack("<IIQ", 9, 8, 1500) + b"".join(text(f"token {number}") for number in range(1500)),
        text("blk.0.attn_q.weight"),
        struct.pack("<IQQ", 2, 32, 4),
        struct.pack("<IQ", 0, 0),
    ]


def test_that_a_file_cut_in_any_section_is_called_incomplete(tmp_path: Path) -> None:
    path, whole, start = tmp_path / "cut.gguf", b"".join(sections()), 4
    path.write_bytes(whole + bytes(32 + 512))
    assert read_header(path).length("tokenizer.ggml.tokens") == 1500
    for section in sections()[1:]:
        for cut in {start, start + 1, start + len(section) // 2, start + len(section) - 1}:
            path.write_bytes(whole[:cut])
            with pytest.raises(WorkbenchError, match=r"cut\.gguf is incomplete: it ends inside its header"):
                read_header(path)
        start += len(section)
    path.write_bytes(whole + bytes(32))
    with pytest.raises(WorkbenchError, match="incomplete"):
        check_complete(read_header(path))


@pytest.mark.parametrize("magic", [b"GGUX", b"FUGG", b"gguf", b"\x7fELF", b"RIFF"])
def test_that_a_wrong_magic_is_no_model(tmp_path: Path, magic: bytes) -> None:
    path = tmp_path / "wrong.gguf"
    path.write_bytes(magic + b"".join(sections())[4:])
    assert "is not a GGUF model: it is something else" in describe_gguf(path).problem


@pytest.mark.parametrize("version", [0, 1, 4, 3 << 24])
def test_that_another_version_is_named(tmp_path: Path, version: int) -> None:
    path = tmp_path / "other.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<I", version) + b"".join(sections())[8:])
    assert f"its format version is {version}" in describe_gguf(path).problem


@pytest.mark.parametrize(
    ("shape", "offset"),
    [((2**40, 2**40), 0), ((2**63, 2), 0), ((2**64 - 1, 2**64 - 1, 2**64 - 1), 0), ((1,), 2**63)],
)
def test_that_a_tensor_whose_size_overflows_is_refused(tmp_path: Path, shape: tuple[int, ...], offset: int) -> None:
    path = tmp_path / "huge.gguf"
    tensor = text("t") + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 0, offset)
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + tensor + bytes(64))
    assert "tensor 't' claims" in describe_gguf(path).problem


def test_that_a_tensor_of_too_many_dimensions_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + text("t") + struct.pack("<I", 2**32 - 1) + bytes(64))
    assert "has 4294967295 dimensions" in describe_gguf(path).problem


@pytest.mark.parametrize("kind", [8, 4, 9, 12])
@pytest.mark.parametrize("length", [2**60, 2**61, 2**64 - 1])
def test_that_an_array_whose_size_overflows_is_refused(tmp_path: Path, kind: int, length: int) -> None:
    path = tmp_path / "bomb.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<IIQ", 9, kind, length))
    assert "bomb.gguf" in describe_gguf(path).problem


@pytest.mark.parametrize("length", [2**31, 2**63, 2**64 - 1])
@pytest.mark.parametrize("before", [0, 1500])
def test_that_a_vocabulary_with_an_impossible_token_is_refused(tmp_path: Path, length: int, before: int) -> None:
    path = tmp_path / "bomb.gguf"
    tokens = [text("token")] * 3000
    tokens[before] = struct.pack("<Q", length)
    head = b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<IIQ", 9, 8, len(tokens))
    path.write_bytes(head + b"".join(tokens) + bytes(100_000))
    assert "bomb.gguf is incomplete" in describe_gguf(path).problem


def test_that_tokens_of_any_length_are_passed_over_exactly(tmp_path: Path) -> None:
    path, generator = tmp_path / "tokens.gguf", random.Random(0)
    lengths = [generator.choice([0, 1, 7, 40, 2**20 - 9, 2**20 - 8, 2**20 + 1, 3 * 2**20]) for _ in range(20)]
    tokens = [struct.pack("<Q", length) + bytes([255]) * length for length in (*lengths, *[5] * 2000)]
    head = b"GGUF" + struct.pack("<IQQ", 3, 0, 2) + text("k") + struct.pack("<IIQ", 9, 8, len(tokens))
    path.write_bytes(head + b"".join(tokens) + text("after") + struct.pack("<I", 8) + text("here"))
    assert read_header(path).text("after") == "here"


def test_that_a_file_with_a_vocabulary_only_says_so(tmp_path: Path) -> None:
    import gguf

    path = tmp_path / "vocab.gguf"
    writer = gguf.GGUFWriter(str(path), "llama")
    for add in (writer.add_block_count, writer.add_embedding_length, writer.add_head_count, writer.add_context_length):
        add(64)
    writer.add_token_list([f"token{number}" for number in range(2000)])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    assert "it holds only a vocabulary, no weights" in describe_gguf(path).problem


@pytest.mark.parametrize("kind", [8, 4, 9])
def test_that_an_array_longer_than_the_file_is_refused_at_once(tmp_path: Path, kind: int) -> None:
    path = tmp_path / "bomb.gguf"
    key = struct.pack("<Q", 1) + b"k" + struct.pack("<IIQ", 9, kind, 2**60)
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + key + b"\0" * 100)
    with pytest.raises(WorkbenchError, match=r"bomb\.gguf"):
        read_header(path)


def test_that_a_big_vocabulary_is_passed_over(tmp_path: Path) -> None:
    import gguf

    path = tmp_path / "big.gguf"
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_token_list([f"token{number}" for number in range(150_000)])
    writer.add_string("after", "here")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    header = read_header(path)
    assert header.metadata["tokenizer.ggml.tokens"] == SkippedArray(150_000)
    assert header.text("after") == "here"


@pytest.mark.parametrize(
    "numbers",
    [
        {"block_count": 0},
        {"block_count": 600},
        {"block_count": 2**32 - 1},
        {"embedding_length": 2**32 - 1},
        {"attention.head_count": 2**32 - 1},
        {"context_length": 2**32 - 1},
        {"context_length": 0},
        {"attention.head_count": 0},
        {"embedding_length": 0},
        {"attention.head_count_kv": 3},
        {"block_count": 1},
    ],
)
def test_that_numbers_which_make_llama_cpp_abort_are_refused_before(tmp_path: Path, numbers: dict[str, int]) -> None:
    path = write_tiny_gguf(tmp_path / "unsafe.gguf", metadata=numbers)
    assert describe_gguf(path).problem.startswith("unsafe.gguf is not a readable GGUF file")


def test_that_a_pipe_named_like_a_model_does_not_hang(tmp_path: Path) -> None:
    path = tmp_path / "pipe.gguf"
    os.mkfifo(path)
    with pytest.raises(WorkbenchError, match="not a file but a pipe"):
        read_header(path)


def test_that_a_link_to_itself_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "loop.gguf"
    path.symlink_to(path)
    with pytest.raises(WorkbenchError, match=r"loop\.gguf cannot be opened"):
        read_header(path)


def test_that_adapters_are_told_from_models(tmp_path: Path) -> None:
    adapter = describe_gguf(write_tiny_adapter(tmp_path / "adapter.gguf"))
    assert (adapter.kind, adapter.problem) == (ModelKind.ADAPTER, "")


def test_that_a_missing_part_of_a_split_model_is_named(tmp_path: Path) -> None:
    first = tmp_path / "big-00001-of-00003.gguf"
    write_tiny_gguf(first)
    write_tiny_gguf(tmp_path / "big-00003-of-00003.gguf")
    with pytest.raises(WorkbenchError, match=r"big is split into 3 files, and big-00002-of-00003\.gguf is missing"):
        shards(first)
