"""A stock of things to make arms of, for tests."""

from workbench.compare.stock import RowsChoice, Stock
from workbench.embedding import EmbedderRef
from workbench.finetune.types import Adapter
from workbench.llm.endpoints.models import as_model
from workbench.llm.endpoints.types import Endpoint
from workbench.llm.types import ModelRef, Role
from workbench.playground.types import Prompt, PromptBlock, PromptVersion, Reasoning
from workbench.rag.types import CollectionRef

STARTER = ModelRef(name="starter", path="/m/starter.gguf", parameters=5_000_000, size_bytes=10_000_000)
BIG = ModelRef(name="big", path="/m/big.gguf", parameters=7_000_000_000, size_bytes=5_000_000_000)
CLOUD = as_model(Endpoint(name="cloud", base_url="https://api.example.com/v1", model="m"))


def adapter(name: str, *, base: ModelRef = STARTER, rows: str = "", created: str = "2025-01-01") -> Adapter:
    return Adapter(
        name=name, folder="", gguf_path=f"/a/{name}.gguf", gguf_hash=name, base_name=base.name, base_path=base.path,
        base_hash="", rank=4, rows=9, dataset_name=rows, created=created,
        dataset_hash=f"hash of {rows}" if rows else "",
    )  # fmt: skip


def rows(name: str, *, count: int = 300, origin: str = "", source: str = "") -> RowsChoice:
    return RowsChoice(name, f"/d/{name}.jsonl", count, f"hash of {name}", origin, source)


def collection(name: str, chunks: int = 400) -> CollectionRef:
    embedder = EmbedderRef(name="mini", path="/mini", content_hash="e")
    return CollectionRef(name=name, folder=f"/c/{name}", embedder=embedder, chunks=chunks)


def prompt(name: str, number: int = 1, text: str = "Be short.", *, thinks: bool = False) -> PromptVersion:
    blocks = (PromptBlock(role=Role.SYSTEM, text=text), PromptBlock(role=Role.USER, text="{{ question }}"))
    content = Prompt(blocks=blocks, reasoning=Reasoning() if thinks else None)
    return PromptVersion(id=f"{name}{number}", prompt_name=name, number=number, prompt=content)


FULL = Stock(
    models=(STARTER,),
    adapters=(
        adapter("style-rag", rows="tickets with passages", created="2025-03-01"),
        adapter("style-old", rows="tickets", created="2025-01-01"),
        adapter("style", rows="tickets", created="2025-02-01"),
    ),
    collections=(collection("letters", 900), collection("handbook", 400)),
    rows=(
        rows("tickets with passages", origin="tickets, with passages of handbook"),
        rows("notes", origin="text of notes"),
        rows("other"),
        rows("tickets"),
    ),
)
