"""Files of any size, row by row: the same rows and the same complaints as of small ones, in little memory."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.datasets import large_files
from workbench.datasets.doctor.mending import FIXES
from workbench.datasets.large_files import Choices, look_through, prepare_large
from workbench.datasets.readers import read_table
from workbench.datasets.rows_file import read_rows
from workbench.datasets.stream_types import StreamedRow
from workbench.datasets.streams import stream_rows
from workbench.datasets.types import ColumnMapping, FindingKind, RowProblem
from workbench.errors import WorkbenchError

QUIET: Callable[[str], None] = lambda said: None  # noqa: E731
PAIR = ColumnMapping(question="q", answer="a")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "q,a\nx,1\ny,2\n"),
        ("a.csv", "q;a\nx;1,5\ny;2,5\n"),
        ("a.tsv", "q\ta\nx\t1\ny\t2\n"),
        ("a.csv", b"\xef\xbb\xbfq,a\r\nx,1\r\ny,2\r\n"),
        ("a.csv", "q,a\nx,1\ny,2\n".encode("utf-16")),
        ("a.csv", "q,a\nx,1\ncafé,2\n".encode("cp1252")),
        ("a.csv", "q,a\nx,1,2,3\ny,2\n"),
        ("a.csv", 'q,a\n"x,1\ny,2\nz,3\n'),
        ("a.csv", 'q,a\n"two\nlines",1\n\ny,2\n'),
        ("a.csv", 'q,a\n"x" y,1\nz,3\n'),
        ("a.csv", "q,a\nx\0,1\ny,2\n"),
        ("a.csv", 'q;a\nx;y\n{"q": "z", "a": "w"}\n'),
        ("a.csv", "q,,q\n1,2,3\n"),
        ("a.jsonl", '{"q": "x"}\n[1]\n{"q": "y"}\n'),
        ("a.jsonl", '\ufeff{"q": "x"}\n{"q": NaN}\n{"q": "y"}\n'),
        ("a.jsonl", '{"q": "x"}\n{"q": "unfin\n{"q": "y"}\n{"q": "unfin'),
        ("a.jsonl", '{"q": "x"}\n{"q": ' + "[" * 20_000 + "]" * 20_000 + '}\n{"q": "y"}\n'),
        ("a.json", '{"q": "x"}\n{"q": "y"}\n'),
        ("a.json", '[{"q": "x"}, 7, {"q": "y"}]'),
        ("a.json", '[{"q": "x"}, {"q": "unfin'),
        ("a.jsonl", '{"q": "x \\ud800"}\n{"q": "\\ud83d\\ude00"}\n'),
        ("a.json", '[{"q": "x \\ud800"}, {"q": "y"}]'),
    ],
)
def test_that_a_streamed_file_gives_the_rows_and_problems_of_a_small_one(
    tmp_path: Path, name: str, content: bytes | str
) -> None:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    table, stream = read_table(path), stream_rows(path)
    items = list(stream)
    rows = [item for item in items if isinstance(item, StreamedRow)]
    problems = [*stream.problems, *(item for item in items if isinstance(item, RowProblem))]
    assert [(row.number, dict(row.values)) for row in rows] == [
        (table.number(index), dict(row)) for index, row in enumerate(table.rows)
    ]
    assert sorted(problems, key=lambda problem: problem.row) == list(table.problems)
    assert stream.columns == table.columns
    assert (stream.encoding, stream.delimiter) == (table.encoding, table.delimiter)


def test_that_a_spreadsheet_is_streamed_by_values(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for row in (["q", "a"], ["x", 1], ["long", 2, "extra"], ["formula", "=1+1"], ["y", None]):
        book.worksheets[0].append(row)
    book.create_sheet("Notes").append(["other"])
    file = io.BytesIO()
    book.save(file)
    path = tmp_path / "a.xlsx"
    path.write_bytes(file.getvalue())
    stream = stream_rows(path)
    items = list(stream)
    assert [(row.number, dict(row.values)) for row in items if isinstance(row, StreamedRow)] == [
        (2, {"q": "x", "a": 1}),
        (5, {"q": "y", "a": None}),
    ]
    assert [(item.row, item.message[:20]) for item in items if isinstance(item, RowProblem)] == [
        (3, "The row has 3 cells,"),
        (4, "A formula has no sav"),
    ]
    assert stream.problems[0].message == "Only the first sheet was read, not “Notes”."


def test_that_parquet_is_streamed_group_by_group_and_its_nan_is_an_empty_cell(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "a.parquet"
    table = pa.table(
        {"q": [f"q{n}" for n in range(2000)], "a": [float("nan") if n == 1500 else float(n) for n in range(2000)]}
    )
    pq.write_table(table, path, row_group_size=300)
    look = look_through(path, PAIR, QUIET)
    assert (look.rows, look.trained) == (2000, 1999)
    assert [(p.row, p.message) for p in look.problems if p.row] == [(1501, "“a” is empty: there is nothing to learn.")]


def test_that_one_row_of_40_000_without_its_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_files, "check_rows", lambda rows, also: [])  # the doctor has tests of its own
    path = tmp_path / "a.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(1, 40_001):
            file.write(f'{{"q": "question {number}"}}\n' if number == 34_567 else f'{{"q": "{number}", "a": "yes"}}\n')
    look = look_through(path, PAIR, QUIET)
    assert (look.rows, look.trained) == (40_000, 39_999)
    assert [(p.row, p.message) for p in look.problems if p.row] == [(34_567, "The row has no “a”.")]


@pytest.mark.parametrize("text", ["NaN", "nan", "#N/A", "NULL", "<NA>"])
def test_that_an_empty_cell_as_programs_write_it_is_no_answer(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"q,a\nx,1\ny,{text}\n", encoding="utf-8")
    look = look_through(path, PAIR, QUIET)
    assert look.trained == 1
    assert look.problems == [RowProblem(row=3, message=f"“a” is “{text}”, which is how programs write an empty cell.")]


def test_that_a_large_file_becomes_the_data_set_that_a_small_one_becomes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbench.datasets import tasks
    from workbench.datasets.tasks import PrepareRequest
    from workbench.jobs.context import RecordingContext

    path = tmp_path / "a.csv"
    lines = [f"How much is {n}?,It is {n} altogether" for n in range(40)]
    path.write_text("q,a\n" + "\n".join([*lines, lines[0], "ragged"]) + "\n", encoding="utf-8")
    request = PrepareRequest(
        name="n", path=str(path), mapping=PAIR, folder=str(tmp_path), drop=(FindingKind.DUPLICATE,)
    )
    small = tasks.prepare(RecordingContext(tmp_path), request)
    monkeypatch.setattr(large_files, "STREAMED_FROM", 0)
    large = tasks.prepare(RecordingContext(tmp_path), request)
    assert large.dataset.model_copy(update={"created": ""}) == small.dataset.model_copy(update={"created": ""})
    assert (large.dropped, large.problems) == (small.dropped, small.problems)
    assert len(read_rows(Path(large.dataset.rows_path), large.dataset.content_hash)) == 40


def test_that_rows_are_mended_and_left_out_block_by_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_files, "_BLOCK_ROWS", 5)
    path = tmp_path / "a.csv"
    path.write_text("q,a\n" + "".join(f"question {n},<p>the answer {n}</p>\n" for n in range(12)), encoding="utf-8")
    assert FindingKind.MARKUP in FIXES
    made = prepare_large(path, "n", PAIR, Choices(mend=(FindingKind.MARKUP,)), tmp_path / "out", QUIET)
    assert made is not None
    assert (made.dataset.row_count, made.mended) == (12, 12)
    assert read_rows(Path(made.dataset.rows_path))[-1].answer == "the answer 11"


def test_that_findings_of_several_blocks_count_the_rows_of_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_files, "_BLOCK_ROWS", 5)
    monkeypatch.setattr(large_files, "_KEPT_PROBLEMS", 7)
    path = tmp_path / "a.csv"
    path.write_text("q,a\n" + "".join(f"question {n},<p>the answer {n}</p>\n" for n in range(12)), encoding="utf-8")
    made = prepare_large(path, "n", PAIR, Choices(mend=(FindingKind.MARKUP,)), tmp_path / "out", QUIET)
    assert made is not None
    (markup,) = [finding for finding in made.findings if finding.kind is FindingKind.MARKUP]
    assert markup.message.endswith(": 12 rows.")
    assert markup.rows == tuple(range(2, 9))


def test_that_a_file_without_a_usable_row_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("q,a\nx,\ny,\n", encoding="utf-8")
    assert prepare_large(path, "n", PAIR, Choices(), tmp_path / "out", QUIET) is None
    assert list((tmp_path / "out").iterdir()) == []


def test_that_one_large_object_is_refused_with_a_way_out(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"version": 1, "data": [{"q": "x"}]}', encoding="utf-8")
    with pytest.raises(WorkbenchError, match="one large object") as caught:
        stream_rows(path)
    assert "JSON lines" in caught.value.hint


_CHILD = """
import json, sys
from pathlib import Path
from workbench.datasets import tasks
from workbench.datasets.tasks import InspectRequest, PrepareRequest
from workbench.jobs.context import RecordingContext

def peak():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024

path, folder = Path(sys.argv[1]), Path(sys.argv[2])
before = peak()
seen = tasks.inspect(RecordingContext(folder), InspectRequest(path=str(path)))
made = tasks.prepare(RecordingContext(folder), PrepareRequest(name="n", path=str(path), folder=str(folder)))
print(json.dumps({"grown": peak() - before, "seen": seen.row_count, "made": made.dataset.row_count}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_that_150_mb_are_read_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.jsonl"
    text = "word " * 3000
    with path.open("w", encoding="utf-8") as file:
        for number in range(10_000):
            file.write(f'{{"question": "What is {number}?", "answer": "{number} {text}"}}\n')
    assert path.stat().st_size > 150_000_000
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(path), str(tmp_path / "out")], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    assert (found["seen"], found["made"]) == (10_000, 10_000)
    assert found["grown"] < 100_000_000


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", '{"q": "x"}\n{"q": {"deep": ["\\uDFFF"]}}\n'),
        ("a.json", '[{"q": "x"}, {"\\udfff": "y"}]'),
        ("a.json", '{"rows": [{"q": "x"}, {"q": "\\udfff"}]}'),
    ],
)
def test_that_a_row_with_half_a_character_is_left_out_by_its_number(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    table = read_table(path)
    assert list(table.rows) == [{"q": "x"}]
    (problem,) = table.problems
    assert problem.row == 2 and problem.message.startswith("It holds \\udfff, half of a character")
