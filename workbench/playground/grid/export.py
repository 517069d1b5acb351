"""A grid as tables for other programs: CSV with one line per cell, JSON lines with everything."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from workbench.datasets.csv_writing import to_csv
from workbench.errors import WorkbenchError
from workbench.playground.grid.journal import read_cell, read_outcomes
from workbench.playground.grid.types import Cell, Combination, GridRequest, GridRow


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"


def write_grid(request: GridRequest, path: Path, form: Format) -> int:
    """Write the cells that there are, column by column, in the order of the rows; returns how many.

    Raises WorkbenchError when a transcript cannot be read or the file cannot be written; it is whole or not there.
    """
    cells = list(_cells(request))
    match form:
        case Format.CSV:
            text, encoding = _csv(request, cells), "utf-8-sig"  # a mark, so that spreadsheet programs read it rightly
        case Format.JSONL:
            text, encoding = "".join(cell.model_dump_json() + "\n" for _, _, cell in cells), "utf-8"
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(text, encoding=encoding, newline="")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise WorkbenchError(
            f"{path.name} could not be written.", hint="Choose another place.", details=str(error), code="not_written"
        ) from error
    return len(cells)


def _cells(request: GridRequest) -> Iterator[tuple[Combination, GridRow, Cell]]:
    folder = Path(request.folder)
    outcomes = read_outcomes(folder)
    for place, row in sorted(outcomes):
        yield request.combinations[place], request.rows[row], read_cell(folder, outcomes[(place, row)])


def _csv(request: GridRequest, cells: Sequence[tuple[Combination, GridRow, Cell]]) -> str:
    metrics = [metric.name for metric in request.metrics]
    header = (
        "combination", "prompt", "version", "version_hash", "model", "adapter", "settings", "row_id", "question",
        "right_answers", "answer", *metrics, "explanation", "problem", "finish", "prompt_tokens", "generated_tokens",
        "model_hash", "adapter_hash", "adapter_scale", "cost", "text",
    )  # fmt: skip
    return to_csv(header, (_line(metrics, *cell) for cell in cells))


def _line(metrics: Sequence[str], combination: Combination, row: GridRow, cell: Cell) -> Sequence[object]:
    version, answerer, example = combination.version, combination.answerer, row.example
    scores = [cell.scores[metric].value if metric in cell.scores else None for metric in metrics]
    first = cell.scores.get(metrics[0])
    return (
        combination.name, version.prompt_name, version.number, version.content_hash, answerer.model.name,
        answerer.adapter_name, combination.settings.name, example.id, example.question, " | ".join(example.answers),
        cell.answer, *scores, first.explanation if first else "", cell.problem, str(cell.finish_reason),
        cell.usage.prompt_tokens, cell.usage.generated_tokens, cell.model_hash, cell.adapter_hash,
        cell.adapter_scale if cell.adapter_hash else "", cell.cost, cell.text,
    )  # fmt: skip
