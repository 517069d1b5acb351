"""Options that say how documents are cut into chunks, and `workbench chunks`, which shows it."""

import argparse
from typing import TYPE_CHECKING

from pydantic import ValidationError

from workbench.cli.numbers import whole_number
from workbench.cli.output import Output, in_words
from workbench.cli.retrieving import collection_store
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError
from workbench.rag.types import ChunkingConfig
from workbench.settings import ChunkerKind

if TYPE_CHECKING:
    from workbench.jobs.events import Produced

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_chunking_options(parser: argparse.ArgumentParser) -> None:
    """Add `--chunker`, sizes and overlap; what is not given stays as it is."""
    kinds = [kind.value for kind in ChunkerKind]
    parser.add_argument("--chunker", choices=kinds, help="by structure of the text, by tokens, by characters")
    parser.add_argument(
        "--chunk-tokens", type=whole_number, metavar="N", help="longest chunk, in tokens of the embedder"
    )
    parser.add_argument(
        "--chunk-characters", type=whole_number, metavar="N", help="longest chunk, with --chunker characters"
    )
    parser.add_argument(
        "--overlap", type=whole_number, metavar="N", help="tokens or characters that the next chunk repeats"
    )


def asked_chunking(arguments: argparse.Namespace, base: ChunkingConfig) -> ChunkingConfig:
    """What the options ask for, the rest from `base`. Raises WorkbenchError in words."""
    kind = ChunkerKind(arguments.chunker) if arguments.chunker else base.chunker
    by_characters = kind is ChunkerKind.CHARACTERS
    size = arguments.chunk_characters if by_characters else arguments.chunk_tokens
    other = arguments.chunk_tokens if by_characters else arguments.chunk_characters
    unit = "characters" if by_characters else "tokens"
    if other is not None:
        raise WorkbenchError(
            f"Chunks by {kind} are measured in {unit}.",
            hint=f"Use --chunk-{unit} for their size, or another --chunker.",
        )
    if size is None:
        size = base.chunk_characters if by_characters else base.chunk_tokens
    overlap = min(base.overlap, max(size, 0) // 2) if arguments.overlap is None else arguments.overlap
    try:
        return ChunkingConfig.of(kind, size, overlap)
    except ValidationError as error:
        first = error.errors()[0]
        least = 50 if by_characters else 16
        raise WorkbenchError(
            f"Chunks of {size} {unit} with an overlap of {overlap} cannot be made: {in_words(first)}.",
            hint=f"Use --chunk-{unit} from {least} on and an overlap of at most half of it.",
        ) from error


def register(commands: "Commands") -> None:
    """Add `chunks`."""
    parser = commands.add_parser("chunks", help="show how a document is cut, or would be")
    parser.add_argument("collection", metavar="COLLECTION")
    parser.add_argument("document", metavar="DOCUMENT", help="name in the collection, or path")
    parser.add_argument("--page", type=whole_number, default=0, metavar="N", help="this page only, from 1")
    add_chunking_options(parser)
    parser.set_defaults(run=show_chunks)


def show_chunks(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.jobs.spec import JobSpec
    from workbench.rag.chunk_preview import PREVIEW_CHUNKS, ChunkPreview, ChunkPreviewRequest, PreviewedPage

    store = collection_store(place)
    collection = store.get(arguments.collection)
    request = ChunkPreviewRequest(
        document=store.texts.document(arguments.collection, arguments.document),
        embedder=collection.embedder,
        chunking=asked_chunking(arguments, collection.chunking),
        page=arguments.page,
    )

    def on_item(produced: "Produced") -> None:
        page = PreviewedPage.model_validate(produced.item)
        for chunk in page.chunks:
            if output.json:
                output.object({"page": page.number, "document": arguments.document} | chunk.model_dump(mode="json"))
            else:
                where = f"page {page.number}, {chunk.start}-{chunk.end}"
                output.text(f"[{chunk.number}] {where}, {chunk.tokens} tokens: {chunk.title}")
                output.text("    " + "\n    ".join(page.text[chunk.start : chunk.end].splitlines()) + "\n")

    spec = JobSpec(task=PREVIEW_CHUNKS, params=request.model_dump(mode="json"), title=f"Cut {arguments.document}")
    report = ChunkPreview.model_validate(place.run(spec, on_item))
    if output.json:
        output.object(report.model_dump(mode="json"))
    else:
        output.text(str(report))
