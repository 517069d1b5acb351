"""Values of the document room. Offsets are code points in the page's text, end exclusive; pages count from 1."""

from enum import StrEnum
from typing import Self

from pydantic import ConfigDict, Field, model_validator

from workbench.boundary import Boundary
from workbench.datasets.types import RowProblem
from workbench.embedding import EmbedderRef
from workbench.llm.types import AdapterRef, ChatMessage, Completion, GenerationConfig, LoadConfig, ModelRef
from workbench.rag.reasons import ReasonCode
from workbench.settings import ChunkerKind, RagSettings


class MarkKind(StrEnum):
    """What a part of a page is, beside running text."""

    HEADING = "heading"
    TABLE = "table"
    CODE = "code"
    REPEATED = "repeated"
    """A header, a footer or a page number: shown with the page, in no chunk."""


class PageMark(Boundary):
    """A part of a page that is more than running text."""

    kind: MarkKind
    start: int
    end: int
    level: int = 0
    """Of a heading, from 1."""
    header_end: int = 0
    """Where the rows of a table end that name its columns; 0 without such."""


class PageText(Boundary):
    """The text of one page, exactly as it is indexed and shown. Documents without pages have one page."""

    number: int = Field(ge=1)
    text: str
    marks: tuple[PageMark, ...] = ()
    """What its reader found out about its parts, in their order. Empty for Markdown, which says it itself."""


class ChunkSpan(Boundary):
    """A piece of one page of a document."""

    id: str
    """Unique in its collection; the same text of the same file keeps it."""
    page: int
    start: int
    end: int
    title: str = ""
    """The headings above the chunk, "Handbook > Holidays"."""


class ChunkingConfig(Boundary):
    """How pages are cut into chunks. What is not named in an older index is what that version did."""

    chunker: ChunkerKind = ChunkerKind.SECTIONS
    chunk_tokens: int = Field(120, ge=16, le=8192)
    """Longest chunk in the embedder's tokens, its two special tokens included. Not for fixed characters."""
    overlap: int = Field(20, ge=0, le=4096)
    """Tokens, or characters where chunks are measured in them, repeated at the start of the next chunk."""
    chunk_characters: int = Field(600, ge=50, le=32_768)
    """Longest chunk in characters, for fixed characters only; shorter where the embedder sees less."""

    @model_validator(mode="after")
    def _overlap_is_smaller_than_half(self) -> Self:
        if self.overlap > self.size // 2:
            what = "chunk_characters" if self.chunker is ChunkerKind.CHARACTERS else "chunk_tokens"
            raise ValueError(f"overlap ({self.overlap}) must be at most half of {what} ({self.size})")
        return self

    def __str__(self) -> str:
        by = "" if self.chunker is ChunkerKind.SECTIONS else f" by {self.chunker.value}"
        return f"{self.size} {self.unit}{by}, overlap {self.overlap}"

    @property
    def size(self) -> int:
        """The longest chunk, in the chunker's unit."""
        return self.chunk_characters if self.chunker is ChunkerKind.CHARACTERS else self.chunk_tokens

    @property
    def unit(self) -> str:
        """What size and overlap are counted in."""
        return "characters" if self.chunker is ChunkerKind.CHARACTERS else "tokens"

    @classmethod
    def of(cls, chunker: ChunkerKind, size: int, overlap: int) -> Self:
        """A chunker with size and overlap in its own unit."""
        if chunker is ChunkerKind.CHARACTERS:
            return cls(chunker=chunker, chunk_characters=size, overlap=overlap)
        return cls(chunker=chunker, chunk_tokens=size, overlap=overlap)

    @classmethod
    def from_settings(cls, rag: RagSettings) -> Self:
        """How new collections are cut. An overlap of more than half is half."""
        size = rag.chunk_characters if rag.chunker is ChunkerKind.CHARACTERS else rag.chunk_tokens
        return cls.of(rag.chunker, size, min(rag.overlap, size // 2))


class TextLanguage(StrEnum):
    """Whose word endings and stop words the full-text index knows; `NONE` takes words as they are written."""

    NONE = "none"
    ARABIC = "Arabic"
    DANISH = "Danish"
    DUTCH = "Dutch"
    ENGLISH = "English"
    FINNISH = "Finnish"
    FRENCH = "French"
    GERMAN = "German"
    GREEK = "Greek"
    HUNGARIAN = "Hungarian"
    ITALIAN = "Italian"
    NORWEGIAN = "Norwegian"
    PORTUGUESE = "Portuguese"
    ROMANIAN = "Romanian"
    RUSSIAN = "Russian"
    SPANISH = "Spanish"
    SWEDISH = "Swedish"
    TAMIL = "Tamil"
    TURKISH = "Turkish"


class HitFilter(Boundary):
    """Where hits may come from. Nothing named: from everywhere."""

    documents: tuple[str, ...] = ()
    """Names of documents."""
    folders: tuple[str, ...] = ()
    """Folders, as the names of their documents begin: "contracts/2024"."""


class CollectionRef(Boundary):
    """What a worker gets to know of a collection."""

    name: str
    folder: str
    """Holds the index; can be rebuilt from the database at any time."""
    embedder: EmbedderRef
    chunking: ChunkingConfig = ChunkingConfig()
    chunks: int = 0
    """How many chunks the database holds; an index with another number is damaged."""
    language: TextLanguage = TextLanguage.ENGLISH
    hidden: tuple[str, ...] = ()
    """Hashes of documents that were deleted and not yet purged: they are not found."""
    only: HitFilter = HitFilter()
    """Where in this collection a question looks; what `RetrievalConfig.only` says holds as well."""


class RetrievalMode(StrEnum):
    VECTOR = "vector"
    TEXT = "text"
    HYBRID = "hybrid"


class RetrievalConfig(Boundary):
    """How chunks are found."""

    mode: RetrievalMode = RetrievalMode.HYBRID
    top_k: int = Field(5, ge=1, le=1000)
    rerank: bool = False
    """Put the hits in the order of a local cross-encoder."""
    folds_duplicates: bool = False
    """A hit that says nearly the same as a better one is folded into that."""
    only: HitFilter = HitFilter()


class FoldedHit(Boundary):
    """Where a near-duplicate of a hit stands."""

    collection: str = ""
    document: str
    page: int
    start: int
    end: int


class Hit(Boundary):
    """A chunk with its score for one question."""

    collection: str = ""
    """Set where several collections were asked at once."""
    document: str
    title: str = ""
    page: int
    start: int
    end: int
    score: float
    """The score by which the hits are ordered; higher is better, comparable within one question only."""
    text: str
    """The page's text from start to end."""
    chunk_id: str = ""
    doc_hash: str = ""
    """SHA-256 of the document's file, whatever the document is called."""
    scores: dict[str, float] = Field(default_factory=dict)
    """Every score by its kind: "vector" (cosine), "text" (BM25), "hybrid" (reciprocal rank fusion), "rerank", and
    "collections" (reciprocal rank fusion over several collections)."""
    ranks: dict[str, int] = Field(default_factory=dict)
    """Its place, from 1, in the ranking of each kind that found it: why this chunk is here."""
    folded: tuple[FoldedHit, ...] = ()
    """Near-duplicates of it that are not listed themselves."""


class PassageOrder(StrEnum):
    """The order in which the chosen passages stand in the prompt."""

    BEST_FIRST = "best first"
    BEST_LAST = "best last"
    """The best one next to the question."""
    EDGES = "best at both ends"
    """Models read the middle of a long prompt worst (Liu et al., "Lost in the middle", 2023)."""


class Citation(Boundary):
    """The place that one mark [n] of an answer points to."""

    number: int
    collection: str = ""
    document: str
    page: int
    start: int
    end: int
    text: str


class DocumentStatus(StrEnum):
    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    REMOVED = "removed"
    RENAMED = "renamed"


class FileIndexed(Boundary):
    """What became of one file. With status indexed its rows are in the index, durably, before this is said."""

    path: str
    name: str
    """The document's name in the collection: the path below the folder that was added."""
    status: DocumentStatus
    sha256: str = ""
    pages: int = 0
    chunks: int = 0
    reason: str = ""
    reason_code: ReasonCode = ReasonCode.NONE
    """The reason as a word that a program can act on."""
    title: str = ""
    file_type: str = ""
    encoding: str = ""
    language: str | None = None
    """English name of the language that the text is written in; empty where that cannot be told."""
    warnings: tuple[str, ...] = ()
    size_bytes: int = 0
    modified_ns: int = 0
    file_state: str = ""
    """What the file system said of it when its hash was taken; empty when that may miss a change."""
    is_markdown: bool = False
    renamed_from: str = ""
    """With status renamed: the path it had before. Its chunks and vectors stay."""
    texts: tuple[PageText, ...] = ()
    spans: tuple[ChunkSpan, ...] = ()
    duplicate_of: str = ""
    """The name of the document with the same content that is indexed instead."""

    @property
    def characters(self) -> int:
        """Code points of its text."""
        return sum(len(page.text) for page in self.texts)


class FileStates(Boundary):
    """What the file system says of unchanged files whose hash had to be taken: the next look need not read them."""

    states: dict[str, str]
    """`file_state` by path."""


class KnownDocument(Boundary):
    """What the database knows of a document, for a worker that decides what changed."""

    path: str
    name: str
    sha256: str
    chunks: int
    pages: int = 0
    duplicate_of: str = ""
    file_state: str = ""
    is_deleted: bool = False
    """Deleted by the user and not yet purged: its file is left out."""


class FailedFile(Boundary):
    """A file that could not be read when it was looked at last."""

    path: str
    file_state: str = ""
    """What the file system said of it then, and the reader's version; empty when that may miss a change."""
    reason_code: ReasonCode = ReasonCode.OTHER


class TextRecognition(Boundary):
    """Whether and how the text of scanned pages and pictures is recognised (OCR)."""

    is_on: bool = False
    languages: str = Field("eng", pattern=r"^[A-Za-z0-9_]+(\+[A-Za-z0-9_]+)*$")
    """As the recognition program calls them, "eng+deu"."""
    seconds_per_file: float = Field(300.0, gt=0)
    """Recognition takes seconds for every page."""


class IndexRequest(Boundary):
    model_config = ConfigDict(hide_input_in_errors=True)  # a message about a bad request must not tell passwords

    collection: CollectionRef
    sources: tuple[str, ...]
    """Absolute files and folders; folders with all that is below them."""
    known: tuple[KnownDocument, ...] = ()
    """All documents of the collection."""
    data_folder: str = ""
    """The program's own files, which are left out."""
    projects_folder: str = ""
    """Inside it: the user's copies of sample projects, which are not."""
    excluded: tuple[str, ...] = ()
    """SHA-256 of paths that the user deleted from the collection; a source that names one itself is indexed."""
    index_state: str = ""
    """`journal.state_of` the index when `known` was read; empty: not compared."""
    recognition: TextRecognition = TextRecognition()
    failed: tuple[FailedFile, ...] = ()
    """Files that could not be read before: those that are gone are forgotten."""
    tries_failed_again: bool = True
    """Also those that have not changed since; what may pass by itself is tried again in any case."""
    roots: tuple[str, ...] = ()
    """Folders of the collection: a single file below one is called by its path in it."""
    passwords: dict[str, str] = Field(default_factory=dict, repr=False)
    """By absolute path of an encrypted file, or of a folder for all below it. Kept in memory only, never written."""


class IndexReport(Boundary):
    collection: str
    indexed: int = 0
    unchanged: int = 0
    failed: int = 0
    removed: int = 0
    renamed: int = 0
    chunks: int = 0
    """Chunks added by this run."""
    changed: int = 0
    """How many of the indexed ones take the place of an older state."""
    seconds: float = 0.0

    def __str__(self) -> str:
        parts = [f"{self.indexed} indexed", f"{self.unchanged} unchanged"]
        parts += [f"{self.failed} failed"] if self.failed else []
        parts += [f"{self.removed} removed"] if self.removed else []
        parts += [f"{self.renamed} renamed"] if self.renamed else []
        return f"{', '.join(parts)} ({self.chunks} new chunks)"


class FileStage(StrEnum):
    """Where a file is on its way into the index."""

    WAITING = "waiting"
    READING = "reading"
    EMBEDDING = "embedding"


class FilesAt(Boundary):
    """Files that came to a stage; nothing of it is kept."""

    stage: FileStage
    files: dict[str, str]
    """Name in the collection by path."""


class SyncReport(Boundary):
    """What a look at files and folders found."""

    at: str
    """When it ended: ISO 8601 in UTC."""
    added: int = 0
    changed: int = 0
    gone: int = 0
    renamed: int = 0
    failed: int = 0
    build_seconds: float | None = None
    """What building the index has taken so far, all syncs that indexed something together, or its last rebuilding;
    None where a part of it was made without being timed."""

    def __str__(self) -> str:
        counts = {"added": self.added, "changed": self.changed, "gone": self.gone, "renamed": self.renamed}
        parts = [f"{count:,} {word}" for word, count in counts.items() if count]
        parts += [f"{self.failed:,} could not be read"] if self.failed else []
        return ", ".join(parts) or "nothing changed"


class Question(Boundary):
    id: str = "1"
    text: str


class QuestionHits(Boundary):
    """The chunks found for one question."""

    id: str
    hits: tuple[Hit, ...] = ()
    problem: str = ""


class SearchRequest(Boundary):
    collection: CollectionRef
    others: tuple[CollectionRef, ...] = ()
    """Further collections that are asked at once, each with its own embedder."""
    queries: tuple[Question, ...]
    retrieval: RetrievalConfig = RetrievalConfig()
    reranker: str = ""
    """The folder of a local cross-encoder; needed when `retrieval.rerank` is on."""


class SearchReport(Boundary):
    queries: int
    seconds: float = 0.0


class AskRequest(Boundary):
    collection: CollectionRef
    others: tuple[CollectionRef, ...] = ()
    """Further collections that are asked at once, each with its own embedder."""
    questions: tuple[Question, ...]
    model: ModelRef
    load: LoadConfig = LoadConfig()
    config: GenerationConfig = GenerationConfig()
    adapter: AdapterRef | None = None
    retrieval: RetrievalConfig = RetrievalConfig()
    reranker: str = ""
    examples: tuple[ChatMessage, ...] = ()
    system: str = ""
    """Replaces the program's own instruction before the sources."""
    order: PassageOrder = PassageOrder.BEST_FIRST
    passage_tokens: int = Field(0, ge=0)
    """Tokens that the passages may take together; 0: what the context leaves."""
    history: tuple[ChatMessage, ...] = ()
    """Earlier questions and answers: the question is then rewritten to stand alone, and the rewriting is told."""

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        if len({question.id for question in self.questions}) != len(self.questions):
            raise ValueError("two questions have the same id")
        return self


class StandaloneQuestion(Boundary):
    """What a follow-up question was understood to ask."""

    id: str
    asked: str
    text: str
    """What is searched and answered; as asked where the model did not rewrite it."""
    remark: str = ""


class PassageInPrompt(Boundary):
    """A passage that the model saw, or one that had no room."""

    number: int = 0
    """Its mark; 0 when it was left out."""
    collection: str = ""
    document: str
    page: int
    tokens: int
    """What it adds to the prompt; of one that was left out: what it would have added."""


class AnswerPrompt(Boundary):
    """Exactly what the model is given for a question, and what each part of it takes."""

    id: str
    messages: tuple[ChatMessage, ...]
    tokens: int
    """The whole prompt with the marks of the chat template."""
    instruction_tokens: int
    """The instruction before the sources, and examples."""
    question_tokens: int
    """The question with the marks of the chat template."""
    passages: tuple[PassageInPrompt, ...]
    """In the order in which the model sees them."""
    left_out: tuple[PassageInPrompt, ...] = ()
    """Passages that were found and had no room."""
    context_length: int
    """Tokens that prompt and answer may have together."""
    answer_tokens: int
    """Kept free for the answer."""
    passage_tokens: int = 0
    """What the passages were allowed to take; 0: what the context left."""


class Claim(Boundary):
    """A sentence of an answer that names sources, and whether they say so."""

    text: str
    numbers: tuple[int, ...]
    """Its marks."""
    supported: bool
    reason: str = ""
    """Why it counts as unsupported; empty when it is supported."""
    score: float = 0.0
    """Share of its words and numbers that stand in the cited passages, or the likeness to their nearest sentence."""


class Answer(Boundary):
    """An answer from documents."""

    id: str
    answer: str
    """As the model wrote it, marks [n] included; a mark to nowhere names the passage that bears its sentence out, where
    there is one, and `remark` says so."""
    answerable: bool
    """False when it says that the documents do not say."""
    citations: tuple[Citation, ...] = ()
    dangling: tuple[int, ...] = ()
    """Marks that point to no passage."""
    claims: tuple[Claim, ...] = ()
    """The sentences with marks, each checked against what it cites."""
    uncited: tuple[str, ...] = ()
    """Statements without a mark: nothing says where they come from."""
    hits: tuple[Hit, ...] = ()
    """What was retrieved, best first."""
    used: int = 0
    """How many of the hits the model saw."""
    remark: str = ""
    problem: str = ""
    completion: Completion | None = None


class AskReport(Boundary):
    questions: int
    seconds: float = 0.0


class FactRow(Boundary):
    """A question with its answer and the document that says so."""

    question: str
    answer: str
    """"The documents do not say." for a question that the documents leave open."""
    source: str = ""
    """Name of the document, or several separated by semicolons; empty: any document of the collection."""
    number: int = 0
    """Its row in the file it came from, from 1."""


class GroundRequest(Boundary):
    collection: CollectionRef
    rows: tuple[FactRow, ...]
    out: str
    """The JSONL file to write."""
    retrieval: RetrievalConfig = RetrievalConfig(top_k=4)
    seed: int = 0
    answers_are_quoted: bool = True
    """Answers stand in the documents: a row whose answer is found nowhere is left out. False: the documents only guide
    the answer (a style, a format), so rows keep whatever was retrieved, and answers get no mark."""
    without_answer: float = Field(0.0, ge=0.0, le=0.9)
    """Share of the rows whose passages lack the answer, so that saying so is learned too; where answers are quoted."""


class GroundReport(Boundary):
    path: str
    rows: int
    without_answer: int = 0
    """Of these, rows whose passages lack the answer."""
    problems: tuple[RowProblem, ...] = ()
    """Rows that were left out, and why."""


class Skipped(Boundary):
    """Something below an added folder that is not even tried."""

    path: str
    reason: str


class RebuildRequest(Boundary):
    """Build an index from what the database holds, beside the one that answers meanwhile."""

    collection: CollectionRef
    """With the new index's folder, embedder, chunking and language."""
    source: str
    """A file with one JSON object of `StoredDocument` per line; removed when it was used."""
    takes_over: tuple[str, ...] = ()
    """Folders of indexes whose vectors fit: what is undamaged in them is not embedded again."""
    keeps_chunks: bool = True
    """The chunks are those of the database; False: the text is cut anew."""


class RebuildReport(Boundary):
    documents: int
    """How many had to be embedded."""
    chunks: int
    reused: int = 0
    """Documents whose vectors were taken over."""
    spans: str
    """A file with one JSON object of `DocumentSpans` per line: the chunks of every document."""
    seconds: float | None = None
    """From the first document to the last; None where an earlier version did not time it."""


class DocumentSpans(Boundary):
    """The chunks of a document."""

    sha256: str
    spans: tuple[ChunkSpan, ...]


class StoredDocument(Boundary):
    """A document's text with its chunks: all that the index needs."""

    name: str
    sha256: str
    pages: tuple[PageText, ...]
    spans: tuple[ChunkSpan, ...]
    title: str = ""
    is_markdown: bool = False


class IndexCopy(Boundary):
    """An index and the folder that takes its place."""

    folder: str
    new_folder: str
    dimension: int
    language: TextLanguage


class PurgeRequest(Boundary):
    """Write the indexes of a collection anew without some documents."""

    collection: str
    copies: tuple[IndexCopy, ...]
    doc_hashes: tuple[str, ...]
    """Leave the indexes."""
    document_ids: tuple[int, ...]
    """Leave the database."""


class PurgeReport(Boundary):
    documents: int
    chunks: int
    """That are left."""


class CheckRequest(Boundary):
    """Read an index from end to end."""

    collection: CollectionRef


class CheckReport(Boundary):
    files: int
    chunks: int


class RenameRequest(Boundary):
    """Call documents of an index by other names."""

    collection: CollectionRef
    names: dict[str, str]
    """Name by document hash."""


class RenameReport(Boundary):
    documents: int
