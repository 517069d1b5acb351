"""The report and the tables: complete, harmless, self-contained."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.unit.compare.report.html_outline import check
from tests.unit.compare.scripted import MODEL, ScriptedTools, arm, asked_number, hash_of, knows_with_passages, numbered
from workbench.compare.export import to_csv, write_csv, write_jsonl
from workbench.compare.judge.ratings import answer_hash
from workbench.compare.judge.types import AnswerRating, ModelScoring
from workbench.compare.report import to_html, write_html
from workbench.compare.report.room import LONGEST, longest_within
from workbench.compare.report.texts import shown
from workbench.compare.stored_reports import read_stored_report
from workbench.compare.tasks import compare
from workbench.compare.trial_types import FailureReason, Trial
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.datasets.types import Example
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.llm.types import GenerationRequest, Role
from workbench.playground.types import Prompt, PromptBlock, Reasoning, Shot
from workbench.scoring.types import MetricChoice

OLD_REPORT = Path(__file__).parents[3] / "data" / "compare" / "report_v1.json"
EVIL = '<script>alert("x")</script><img src="http://example.com/x.png">'


def evil_or_right(request: GenerationRequest) -> str:
    return EVIL if asked_number(request) == 3 else knows_with_passages(request)


@pytest.fixture
def report(tmp_path: Path) -> ComparisonReport:
    shots = (Shot(question="What is 5 plus one?", answer="6"),)
    request = CompareRequest(
        name="sums & more",
        examples=numbered(8),
        metrics=(MetricChoice(name="exact_match"), MetricChoice(name="recall_at_k")),
        arms=(arm("prompt <b>", shots=shots), arm("rag", collection=True)),
        folder=str(tmp_path / "run"),
    )
    return compare(RecordingContext(), request, ScriptedTools(evil_or_right))


def test_that_the_report_says_the_verdict_and_every_answer(report: ComparisonReport) -> None:
    page = check(to_html(report))
    for reason in report.verdict.reasons:
        assert reason in page.text
    for trial in report.trials:
        assert trial.answer in page.text
        assert trial.prompt in page.text
    assert "Questions seen before the test" in page.text
    assert page.tags.count("figure") >= 5


def test_that_the_report_names_the_test_set_and_what_nobody_knows(report: ComparisonReport) -> None:
    assert report.request is not None
    asked = report.request.model_copy(update={"test_set": "facts & more", "questions_hash": "3f2a91cc00ff77aa"})
    unknown = [example.model_copy(update={"answers": (), "answers_unknown": True}) for example in report.examples]
    page = check(to_html(report.model_copy(update={"request": asked, "examples": tuple(unknown)})))
    assert "test set “facts & more”, version 3f2a91cc00ff" in page.text
    assert "Right: not known" in page.text and "no answer: refuse" not in page.text


def test_that_the_report_and_the_table_tell_what_an_earlier_run_measured(report: ComparisonReport) -> None:
    old, new = report.arms
    timing = old.timing.model_copy(update={"taken_over": True, "measured_on": "2026-01-02T10:00+00:00"})
    trials = tuple(trial.model_copy(update={"taken_over": trial.arm == old.name}) for trial in report.trials)
    arms = (old.model_copy(update={"timing": timing, "reused": 8}), new)
    mixed = report.model_copy(update={"arms": arms, "trials": trials, "reused": 8})
    page = check(to_html(mixed))
    assert "(earlier)" in page.text
    assert f"The times of {old.name} were measured in an earlier run (2026-01-02), the others now" in page.text
    assert "8 of 16 answers were taken over from earlier runs." in page.text
    rows = list(csv.DictReader(io.StringIO(to_csv(mixed))))
    assert {(row["arm"], row["times_taken_over"], row["taken_over"]) for row in rows} == {
        (old.name, "yes", "yes"),
        (new.name, "", ""),
    }


def test_that_the_report_needs_no_network_and_runs_nothing(report: ComparisonReport) -> None:
    page = check(to_html(report))
    assert "default-src 'none'" in to_html(report)
    assert EVIL in page.text  # shown as text


HOSTILE = (
    "</style><script>alert(1)</script>",
    "</title></head><body onload=alert(1)>",
    "' onmouseover='alert(1)\" onfocus=\"alert(2)",
    "&amp; &lt;b&gt; &#0; &nosuch; &",
    "<!-- <![CDATA[ ]]> --> <?php ?>",
    "\u202eright to left\u202c and \u2067isolated",
    "nul \x00 bell \x07 escape \x1b[31m delete \x7f next line \x85",
    "half a pair \ud83d and its other half \ude00",
    "not a character \uffff \ufffe",
    "{title} {0} %s $name",
    "a" * 300 + "\n" * 5 + "\r\n\tend",
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_that_hostile_text_is_only_text_wherever_it_stands(report: ComparisonReport, text: str, tmp_path: Path) -> None:
    hostile = everywhere(report, text)
    page = check(to_html(hostile))
    assert page.tags.count("style") == page.tags.count("body") == 1
    assert page.tags.count("title") == check(to_html(report)).tags.count("title")  # pictures have some, too
    visible = shown(text).replace("\x85", "\ufffd")
    assert page.text.count(visible) >= 8
    write_html(hostile, tmp_path / "r.html")
    write_csv(hostile, tmp_path / "r.csv")
    write_jsonl(hostile, tmp_path / "r.jsonl")
    assert (tmp_path / "r.html").read_bytes().decode() == to_html(hostile)
    assert len(list(csv.reader(io.StringIO((tmp_path / "r.csv").read_text("utf-8-sig"), newline="")))) == 17
    trials = records(tmp_path / "r.jsonl", "trial")
    assert [trial["answer"] for trial in trials] == [text] * 16


def everywhere(report: ComparisonReport, text: str) -> ComparisonReport:
    """The report with this text in every place that a user, a model or a document fills."""
    assert report.request is not None
    trials = tuple(
        trial.model_copy(
            update={
                "answer": text, "prompt": text, "text": text, "failure_evidence": text,
                "failure": FailureReason.IGNORED,
                "hits": tuple(hit.model_copy(update={"text": text, "document": text}) for hit in trial.hits),
            }
        )
        for trial in report.trials
    )  # fmt: skip
    examples = tuple(
        example.model_copy(update={"question": text, "answers": (text,), "sources": (text,), "tags": (text,)})
        for example in report.examples
    )
    arms = tuple(
        arm.model_copy(update={"system": text, "prompt_file": text, "shots": (Shot(question=text, answer=text),)})
        for arm in report.request.arms
    )
    leaks = tuple(leak.model_copy(update={"where": text, "text": text}) for leak in report.leaks)
    return report.model_copy(
        update={
            "name": text,
            "trials": trials,
            "examples": examples,
            "leaks": leaks,
            "request": report.request.model_copy(update={"arms": arms}),
            "arms": tuple(result.model_copy(update={"problem": text}) for result in report.arms),
        }
    )


def records(path: Path, kind: str) -> list[dict[str, object]]:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    return [line for line in lines if line.pop("record") == kind]


def test_that_every_arm_says_what_it_is_made_of(report: ComparisonReport) -> None:
    text = check(to_html(report)).text
    assert hash_of(MODEL.path) in text
    assert "What is 5 plus one?" in text
    assert "handbook" in text and "mini" in text
    for setting in ("temperature", "max tokens", "top k", "context length", "mode", "overlap"):
        assert setting in text


def test_that_an_arm_with_a_saved_prompt_shows_its_blocks(report: ComparisonReport) -> None:
    assert report.request is not None
    prompt = Prompt(blocks=(PromptBlock(role=Role.SYSTEM, text="Be {{ tone }}."),), reasoning=Reasoning())
    first = report.request.arms[0].model_copy(
        update={"prompt": prompt, "prompt_name": "sums", "prompt_label": "v3 short"}
    )
    changed = report.request.model_copy(update={"arms": (first, *report.request.arms[1:])})
    text = check(to_html(report.model_copy(update={"request": changed}))).text
    assert "sums v3 short" in text
    assert "Be {{ tone }}." in text
    assert "after the mark" in text


def test_that_a_partial_run_says_what_is_missing(report: ComparisonReport) -> None:
    partial = report.model_copy(update={"missing": 4, "why_missing": "Its time was up."})
    text = check(to_html(partial)).text
    assert "What is missing" in text
    assert "4 of 20 answers were not asked for. Its time was up." in text
    assert "What is missing" not in check(to_html(report)).text


def test_that_tags_are_told_apart(report: ComparisonReport) -> None:
    tagged = tuple(
        e.model_copy(update={"tags": ("even" if n % 2 == 0 else "odd",)}) for n, e in enumerate(report.examples)
    )
    text = check(to_html(report.model_copy(update={"examples": tagged}))).text
    assert "By tag" in text and "even" in text and "odd" in text


def test_that_a_report_of_an_earlier_version_is_shown(tmp_path: Path) -> None:
    old = read_stored_report(OLD_REPORT.read_text(encoding="utf-8"))
    text = check(to_html(old)).text
    assert "rag wins" in text
    assert "The exact set-up was not kept" in text


def test_that_a_large_comparison_stays_small_enough_to_open(report: ComparisonReport) -> None:
    trial = report.trials[0].model_copy(update={"prompt": "x" * 4000, "hits": ()})
    many = tuple(
        trial.model_copy(update={"example_id": f"q{n % 2000}", "arm": f"arm {n // 2000}"}) for n in range(10_000)
    )
    large = report.model_copy(update={"trials": many, "examples": numbered(2000), "leaks": ()})
    page = to_html(large)
    assert len(page) < 25_000_000
    assert "more characters; the JSON lines hold all of it" in page
    assert "There are so many answers" in page


def test_that_short_texts_stay_whole_where_long_ones_are_cut() -> None:
    assert longest_within([10, 20, 20_000], 1_000_000) == LONGEST
    limit = longest_within([100] * 1000 + [5000] * 1000, 600_000)
    assert limit == 500


def test_that_a_file_is_written_whole_or_not_at_all(report: ComparisonReport, tmp_path: Path) -> None:
    for name, write in (("r.html", write_html), ("r.csv", write_csv), ("r.jsonl", write_jsonl)):
        with pytest.raises(WorkbenchError, match="cannot be written"):
            write(report, tmp_path / "nowhere" / name)
        write(report, tmp_path / name)
    assert sorted(path.name for path in tmp_path.glob("*r.*")) == ["r.csv", "r.html", "r.jsonl"]


def test_that_a_spreadsheet_reads_every_trial(report: ComparisonReport, tmp_path: Path) -> None:
    write_csv(report, tmp_path / "r.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "r.csv").read_text(encoding="utf-8-sig"))))
    assert len(rows) == 16
    assert [row["exact_match"] for row in rows if row["arm"] == "rag"].count("1.0") == 7
    assert {row["recall_at_k"] for row in rows if row["arm"] != "rag"} == {""}


def test_that_an_answer_never_becomes_a_formula(report: ComparisonReport) -> None:
    trial = report.trials[0].model_copy(update={"answer": '=HYPERLINK("http://example.com")'})
    (row,) = csv.DictReader(io.StringIO(to_csv(report.model_copy(update={"trials": (trial,)}))))
    assert row["answer"].startswith("'=")


def test_that_json_lines_hold_everything(report: ComparisonReport, tmp_path: Path) -> None:
    write_jsonl(report, tmp_path / "r.jsonl")
    path = tmp_path / "r.jsonl"
    assert [Trial.model_validate(line) for line in records(path, "trial")] == list(report.trials)
    assert [Example.model_validate(line) for line in records(path, "question")] == list(report.examples)
    (head,) = records(path, "comparison")
    whole = report.model_copy(update={"trials": (), "examples": ()})
    assert ComparisonReport.model_validate(head) == whole


def test_that_the_table_says_tags_leaks_and_times(report: ComparisonReport) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(report))))
    assert {row["question_id"] for row in rows if row["leak"]} == {leak.example_id for leak in report.leaks}
    assert all(float(row["arm_latency_seconds"]) >= 0 for row in rows)
    assert {row["repeat"] for row in rows} == {"0"}
    assert {row["in_prompt"] for row in rows if row["arm"] == "rag" and row["question_id"] == "q2"} == {
        "doc2.md | other.md"
    }


def test_that_the_judge_is_held_against_the_users_ratings(report: ComparisonReport) -> None:
    ratings = tuple(
        AnswerRating(
            arm=trial.arm,
            example_id=trial.example_id,
            answer_hash=answer_hash(trial.answer),
            value=1.0 if trial.arm == "rag" else 0.0,
        )
        for trial in report.trials
    )
    scoring = ModelScoring(judge="judge", judges_itself=("rag",), problems={"judge": "It said nonsense twice."})
    text = check(to_html(report.model_copy(update={"ratings": ratings, "model_scoring": scoring}))).text
    assert "You rated 16 answers" in text
    assert "Cohen's kappa" in text
    assert "It said nonsense twice." in text
    assert "5: says everything that the right answer says" in text


def test_that_excluded_questions_are_named(report: ComparisonReport) -> None:
    text = check(to_html(report.model_copy(update={"excluded": ("q1",)}))).text
    assert "Left out of the verdict by the user: q1." in text


def test_that_the_specification_stands_in_the_report(report: ComparisonReport) -> None:
    text = check(to_html(report)).text
    assert "workbench compare --again NUMBER" in text
    assert "questions: questions.jsonl" in text
