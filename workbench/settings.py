"""Every setting, declared once: the preferences dialog is generated from these declarations."""

import json
import os
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError

from workbench.boundary import Boundary
from workbench.errors import WorkbenchError


class ColorScheme(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class ChunkerKind(StrEnum):
    """How pages are cut into chunks."""

    STRUCTURE = "structure"
    """By headings, paragraphs and sentences; tables and code stay whole where they can."""
    TOKENS = "tokens"
    """Always as many tokens as allowed."""
    CHARACTERS = "characters"
    """Always as many characters as allowed."""
    SECTIONS = "sections"
    """As earlier versions did: by Markdown headings, then by size."""


class GeneralSettings(Boundary):
    color_scheme: ColorScheme = Field(
        ColorScheme.SYSTEM, title="Appearance", description="Light, dark, or as the system."
    )
    notify_when_done: bool = Field(
        True,
        title="Notify when a long job ends",
        description="A system notification while the window is in the background.",
    )
    reopen_last_tab: bool = Field(True, title="Reopen the last tab", description="Start where you left off.")


class LlmSettings(Boundary):
    model_folders: tuple[str, ...] = Field(
        (), title="Own model folders", description="Folders that are searched for models, besides the usual places."
    )
    context_length: int = Field(
        2048,
        ge=256,
        le=131072,
        title="Context length",
        description="How many tokens the model can see at once. More needs more memory.",
    )
    threads: int = Field(
        0, ge=0, le=256, title="Threads", description="Processor threads for answering; 0 chooses for you."
    )
    gpu_layers: int = Field(
        -1, ge=-1, le=1000, title="GPU layers", description="Layers put on the GPU; -1 puts as many as fit, 0 none."
    )
    parallel_sequences: int = Field(
        8, ge=1, le=64, title="Answers at once", description="How many answers are decoded together in one batch."
    )
    hub_address: str = Field(
        "https://huggingface.co",
        title="Model hub",
        description="Where models are searched and downloaded, only when you ask for it. HF_ENDPOINT wins over this.",
    )


class RagSettings(Boundary):
    chunker: ChunkerKind = Field(
        ChunkerKind.STRUCTURE,
        title="Cut documents by",
        description="How new collections cut their documents; the page Chunks of a collection shows what each does.",
    )
    chunk_tokens: int = Field(
        120, ge=16, le=2048, title="Chunk size", description="Longest chunk, in tokens of the embedding model."
    )
    chunk_characters: int = Field(
        600, ge=50, le=32_768, title="Chunk size in characters", description="Longest chunk when cut by characters."
    )
    overlap: int = Field(
        20,
        ge=0,
        le=512,
        title="Overlap",
        description="Tokens, or characters when cut by them, repeated at the start of the next chunk.",
    )
    top_k: int = Field(5, ge=1, le=100, title="Chunks per question", description="How many chunks an answer may use.")
    recognize_scans: bool = Field(
        False,
        title="Read scanned pages",
        description="Recognise the text of scans and pictures with Tesseract, where that is installed. Slow.",
    )
    scan_languages: str = Field(
        "eng",
        pattern=r"^[A-Za-z0-9_]+(\+[A-Za-z0-9_]+)*$",
        title="Languages of scans",
        description="As Tesseract calls them, joined by +: eng+deu. Each needs its data installed.",
    )


class FinetuneSettings(Boundary):
    measure_after_training: bool = Field(
        False,
        title="Measure new adapters",
        description="After each training, base and adapter answer the held-out rows and general questions.",
    )
    general_abilities: str = Field(
        "",
        title="General abilities",
        description="A CSV or JSONL file of your own that shows what an adapter forgot; empty uses the one that comes "
        "with the program.",
    )


class JobSettings(Boundary):
    cancel_seconds: float = Field(
        5.0, ge=0.1, le=120, title="Patience when cancelling", description="Seconds a job gets to stop by itself."
    )
    background_threads: int = Field(
        0,
        ge=0,
        le=256,
        title="Background threads",
        description="Threads for training and indexing; 0 leaves one core free.",
    )
    keep_days: int = Field(
        30,
        ge=1,
        le=3650,
        title="Keep ended runs (days)",
        description="How long the logs of trainings and comparisons that are over stay; what they made always stays.",
    )
    keep_count: int = Field(
        50, ge=1, le=10_000, title="Keep ended runs (number)", description="Of more than this, the oldest go."
    )


class Settings(Boundary):
    """All settings, as saved in `settings.json`."""

    schema_version: int = 1
    general: GeneralSettings = Field(GeneralSettings(), title="General")
    llm: LlmSettings = Field(LlmSettings(), title="Models")
    rag: RagSettings = Field(RagSettings(), title="Documents")
    finetune: FinetuneSettings = Field(FinetuneSettings(), title="Fine-tuning")
    jobs: JobSettings = Field(JobSettings(), title="Background work")

    @classmethod
    def load(cls, path: Path) -> Self:
        """The saved settings, or the defaults when none were saved; a damaged file is an error with a way out."""
        try:
            saved = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return cls()
        try:
            return cls.model_validate_json(saved)
        except ValidationError as error:
            raise WorkbenchError(
                f"The settings file {path.name} cannot be read.",
                hint="It was put aside and the defaults are used; nothing else is lost.",
                details=str(error),
                code="settings_damaged",
            ) from error

    def save(self, path: Path) -> None:
        """Written beside and renamed, so that a crash leaves the old or the new file, never half of one."""
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".new")
        with beside.open("w", encoding="utf-8") as file:
            json.dump(self.model_dump(mode="json"), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)


def load_or_set_aside(path: Path) -> tuple[Settings, WorkbenchError | None]:
    """Settings for a start that must succeed: a damaged file is kept under another name and reported."""
    try:
        return Settings.load(path), None
    except WorkbenchError as problem:
        path.replace(path.with_suffix(".damaged"))
        return Settings(), problem
