"""A fast tokenizer (tokenizer.json) as the entries of a GGUF header."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError

_PRE = {"llama": "llama-bpe", "qwen2": "qwen2", "qwen3": "qwen2"}
"""How llama.cpp splits text before byte-level merging, by architecture; a wrong one shows when texts are compared."""
_BYTE = {f"<0x{byte:02X}>" for byte in range(256)}


def add_tokenizer(writer: Any, folder: Path, architecture: str, vocabulary: int, name: str) -> None:
    """Tokens, merges or scores, special tokens and the chat template.

    Raises WorkbenchError for a folder without tokenizer.json, or with a tokenizer of another kind than BPE.
    """
    fast = _read_json(folder / "tokenizer.json")
    if not fast or fast.get("model", {}).get("type") != "BPE":
        raise WorkbenchError(
            f"{name} has no tokenizer.json of the kind that can be written as GGUF (BPE).",
            hint="Put the model's own GGUF file into the folder; then it is used.",
            code="tokenizer",
        )
    settings = _read_json(folder / "tokenizer_config.json")
    added = {entry["content"]: entry for entry in fast.get("added_tokens", [])}
    ids = {token: int(number) for token, number in fast["model"]["vocab"].items()}
    ids |= {token: int(entry["id"]) for token, entry in added.items()}
    by_id = {number: token for token, number in ids.items()}
    tokens = [by_id.get(number, f"[PAD{number}]") for number in range(max(vocabulary, max(by_id) + 1))]
    merges = [pair if isinstance(pair, str) else " ".join(pair) for pair in fast["model"]["merges"]]
    is_sentencepiece = bool(fast["model"].get("byte_fallback"))
    _add_vocabulary(writer, tokens, added, by_id, is_sentencepiece=is_sentencepiece)
    if is_sentencepiece:
        writer.add_tokenizer_model("llama")
        writer.add_tokenizer_pre("default")
        writer.add_token_scores(_scores(tokens, merges))
        writer.add_add_space_prefix(_puts_space_first(fast))
    else:
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(_PRE.get(architecture, "default"))
        writer.add_token_merges(merges)
    _add_special(writer, ids, settings, _read_json(folder / "generation_config.json"))
    template = _chat_template(folder, settings)
    if template:
        writer.add_chat_template(template)


def _add_vocabulary(
    writer: Any,
    tokens: list[str],
    added: Mapping[str, Mapping[str, Any]],
    by_id: Mapping[int, str],
    *,
    is_sentencepiece: bool,
) -> None:
    from gguf import TokenType

    def kind(number: int, token: str) -> Any:
        if number not in by_id:
            return TokenType.UNUSED
        if is_sentencepiece and token in _BYTE:
            return TokenType.BYTE
        if token in added:
            return TokenType.CONTROL if added[token].get("special") else TokenType.USER_DEFINED
        return TokenType.NORMAL

    writer.add_token_list(tokens)
    writer.add_token_types([kind(number, token) for number, token in enumerate(tokens)])


def _scores(tokens: list[str], merges: list[str]) -> list[float]:
    """llama.cpp joins the pair whose token has the highest score: earlier merges get higher ones."""
    rank: dict[str, int] = {}
    for number, pair in enumerate(merges):
        rank.setdefault(pair.replace(" ", ""), number)
    return [-float(rank.get(token, len(merges))) for token in tokens]


def _add_special(
    writer: Any, ids: Mapping[str, int], settings: Mapping[str, Any], generation: Mapping[str, Any]
) -> None:
    ends = generation.get("eos_token_id")
    for field, add in (
        ("bos_token", writer.add_bos_token_id),
        ("eos_token", writer.add_eos_token_id),
        ("pad_token", writer.add_pad_token_id),
        ("unk_token", writer.add_unk_token_id),
    ):
        token = settings.get(field)
        text = token.get("content") if isinstance(token, dict) else token
        if isinstance(text, str) and text in ids:
            add(ids[text])
    if isinstance(ends, list) and len(ends) > 1:
        writer.add_eot_token_id(int(ends[-1]))
    writer.add_add_bos_token(bool(settings.get("add_bos_token", False)))
    writer.add_add_eos_token(bool(settings.get("add_eos_token", False)))


def _puts_space_first(fast: Mapping[str, Any]) -> bool:
    """Whether "Hello" becomes "▁Hello"."""
    return "prepend" in json.dumps(fast.get("normalizer") or {}).lower() or '"always"' in json.dumps(
        fast.get("pre_tokenizer") or {}
    )


def _chat_template(folder: Path, settings: Mapping[str, Any]) -> str:
    beside = folder / "chat_template.jinja"
    if beside.is_file():
        return beside.read_text(encoding="utf-8")
    found = settings.get("chat_template")
    if isinstance(found, list):  # several by name
        found = next((entry["template"] for entry in found if entry.get("name") == "default"), "")
    return found or ""


def _read_json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError) as error:
        raise WorkbenchError(
            f"{path.name} of {path.parent.name} is damaged.", details=str(error), code="base_load"
        ) from error
    return values if isinstance(values, dict) else {}
