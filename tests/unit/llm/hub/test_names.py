import pytest

from workbench.errors import WorkbenchError
from workbench.llm.hub.names import check_repository, group, is_safe, quantization_of
from workbench.llm.hub.types import RemoteFile


@pytest.mark.parametrize(
    ("name", "quantization"),
    [
        ("qwen2.5-1.5b-instruct-q4_k_m.gguf", "Q4_K_M"),
        ("tinyllama-1.1b-chat-v1.0.Q4_K_M.gguf", "Q4_K_M"),
        ("Phi-3-mini-4k-instruct-q4.gguf", "Q4"),
        ("Phi-3-mini-4k-instruct-fp16.gguf", "F16"),
        ("Llama-3.2-1B-Instruct-IQ3_XXS.gguf", "IQ3_XXS"),
        ("Qwen3-4B-UD-Q4_K_XL.gguf", "UD-Q4_K_XL"),
        ("gemma-3-1b-it-BF16.gguf", "BF16"),
        ("gpt-oss-20b-mxfp4.gguf", "MXFP4"),
        ("Q8_0/model-v1.0.Q8_0.gguf", "Q8_0"),
        ("model-Q4_0_4_4.gguf", "Q4_0_4_4"),
        ("Qwen2-math.gguf", ""),
    ],
)
def test_that_the_quantization_is_read_from_the_name(name: str, quantization: str) -> None:
    assert quantization_of(name) == quantization


def file(name: str, size: int = 1) -> RemoteFile:
    return RemoteFile(name=name, size_bytes=size, sha256="0" * 64)


def test_that_parts_are_grouped_and_what_cannot_answer_alone_is_left_out() -> None:
    files = [
        file("b-Q8_0.gguf", 9),
        file("big-q4_k_m-00002-of-00002.gguf", 3),
        file("big-q4_k_m-00001-of-00002.gguf", 3),
        file("Q6/cut-Q6_K-00001-of-00003.gguf"),
        file("mmproj-model-f16.gguf"),
        file("imatrix_unsloth.gguf"),
        file("README.md"),
        file("a-Q2_K.gguf", 2),
    ]
    choices = group(files)
    assert [(choice.name, choice.quantization, choice.size_bytes) for choice in choices] == [
        ("a-Q2_K.gguf", "Q2_K", 2),
        ("big-q4_k_m.gguf", "Q4_K_M", 6),
        ("b-Q8_0.gguf", "Q8_0", 9),
    ]
    assert [part.name[-21:] for part in choices[1].files] == ["m-00001-of-00002.gguf", "m-00002-of-00002.gguf"]


@pytest.mark.parametrize(
    "name", ["../x.gguf", "a/../x.gguf", "/x.gguf", "a//x.gguf", "a\\x.gguf", "c:x.gguf", "nul.gguf", "LPT1.q.gguf",
             "x.gguf ", "x.", ".hidden.gguf", "a\nb.gguf", "", "x" * 300 + ".gguf"],
)  # fmt: skip
def test_that_a_name_that_some_system_would_misread_is_not_safe(name: str) -> None:
    assert not is_safe(name)


@pytest.mark.parametrize("name", ["x.gguf", "Q4/x-Q4_K_M.gguf", "modèle-é.gguf", "console.gguf"])
def test_that_ordinary_names_are_safe(name: str) -> None:
    assert is_safe(name)


def test_that_a_pasted_address_names_its_repository() -> None:
    assert check_repository(" https://huggingface.co/Qwen/Qwen3-0.6B-GGUF/ ") == "Qwen/Qwen3-0.6B-GGUF"
    for wrong in ("", "qwen", "a/b/c", "../..", "a/../b", "a b/c", "-x/y"):
        with pytest.raises(WorkbenchError) as caught:
            check_repository(wrong)
        assert "owner/name" in caught.value.hint
