"""The sample projects keep their promises: answers stand in the documents, nothing leaks, a rebuild changes nothing."""

import csv
import html
import io
import json
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[3]
SAMPLES = REPOSITORY / "resources" / "samples"
FACTS, FORMAT = SAMPLES / "facts", SAMPLES / "format"
REFUSAL = "The documents do not say."
CATEGORIES = {"BILLING", "DELIVERY", "DAMAGE", "RETURN", "ACCOUNT", "QUESTION"}


# -- reading -----------------------------------------------------------------------------------------------------------


@cache
def questions(sample: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (sample / "questions.jsonl").read_text("utf-8").splitlines()]


@cache
def training(sample: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((sample / "training.csv").read_text("utf-8"))))


def answers(row: dict[str, Any]) -> list[str]:
    return list(row["answers"]) if "answers" in row else [row["answer"]]


@cache
def document_parts(path: Path) -> list[str]:
    """The text of a document in paragraphs, lines or table rows, read as a stranger would read it."""
    match path.suffix:
        case ".pdf":
            return _pdf_parts(path)
        case ".docx":
            return _docx_parts(path)
        case ".html":
            body = path.read_text("utf-8").split("<body>")[1]
            return [html.unescape(re.sub(r"<[^>]+>", " ", part)) for part in re.split(r"</(?:p|tr|li|h\d)>", body)]
        case _:
            return re.split(r"\n\n|\n(?=[-|])", path.read_text("utf-8"))


def _pdf_parts(path: Path) -> list[str]:
    import pypdfium2

    with pypdfium2.PdfDocument(path) as pdf:
        pages = [page.get_textpage().get_text_range() for page in pdf]
    return [part for page in pages for part in re.split(r"(?<=[.])\s*\r?\n", page)]


def _docx_parts(path: Path) -> list[str]:
    from docx import Document

    document = Document(str(path))
    rows = [" ".join(cell.text for cell in row.cells) for table in document.tables for row in table.rows]
    return [paragraph.text for paragraph in document.paragraphs] + rows


def document_text(path: Path) -> str:
    return " ".join(" ".join(document_parts(path)).split())


def documents(sample: Path) -> list[Path]:
    return sorted((sample / "documents").iterdir())


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def likeness(one: str, other: str) -> float:
    return len(words(one) & words(other)) / len(words(one) | words(other))


def stands_in(answer: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", text) is not None


# -- facts -------------------------------------------------------------------------------------------------------------


def test_that_the_facts_sample_has_enough_of_everything() -> None:
    tags = Counter(tag for row in questions(FACTS) for tag in row["tags"])
    refusals = sum(row["answer"] == REFUSAL for row in training(FACTS))
    kinds = Counter(path.suffix for path in documents(FACTS))
    assert len(questions(FACTS)) >= 72
    assert tags["unanswerable"] >= 10
    assert tags["two documents"] >= 8
    assert len(training(FACTS)) >= 220
    assert 0.12 <= refusals / len(training(FACTS)) <= 0.18
    assert kinds[".pdf"] >= 2 and kinds[".docx"] >= 2 and kinds[".html"] >= 2 and kinds[".md"] >= 4
    assert 6_000 <= sum(len(document_text(path).split()) for path in documents(FACTS)) <= 9_000


def test_that_one_pdf_has_several_pages_and_one_a_table() -> None:
    import pypdfium2

    with pypdfium2.PdfDocument(FACTS / "documents" / "kitchen-products.pdf") as pdf:
        assert len(pdf) > 1
    assert "Alder kettle 54 euros 1.3 kg KX-204" in document_text(FACTS / "documents" / "price-list.pdf")


@pytest.mark.parametrize("row", questions(FACTS), ids=lambda row: row["id"])
def test_that_an_answer_stands_literally_in_its_last_source(row: dict[str, Any]) -> None:
    texts = {name: document_text(FACTS / "documents" / name) for name in row["sources"]}
    assert all(any(stands_in(answer, text) for text in texts.values()) for answer in answers(row))
    assert bool(answers(row)) == bool(row["sources"]) == ("unanswerable" not in row["tags"])
    assert len(texts) >= (2 if "two documents" in row["tags"] else 0)


def test_that_a_training_answer_stands_in_each_of_its_sources() -> None:
    missing = [
        row["question"]
        for row in training(FACTS)
        for name in filter(None, row["source"].split("; "))
        if not stands_in(row["answer"], document_text(FACTS / "documents" / name))
    ]
    assert not missing
    assert all((row["answer"] == REFUSAL) == (not row["source"]) for row in training(FACTS))


def test_that_an_answer_is_short() -> None:
    longest = max((answer for row in questions(FACTS) for answer in answers(row)), key=lambda a: len(a.split()))
    assert len(longest.split()) <= 6, longest


def written(name: str) -> Any:
    return yaml.safe_load((FACTS / "written" / name).read_text("utf-8"))


def unanswerable() -> list[dict[str, str]]:
    return [
        entry for entry in (*written("questions.yaml"), *written("training.yaml")["questions"]) if "absent" in entry
    ]


@pytest.mark.parametrize("entry", unanswerable(), ids=lambda entry: entry["ask"])
def test_that_no_paragraph_answers_an_unanswerable_question(entry: dict[str, str]) -> None:
    wanted = [re.compile(rf"\b{re.escape(word)}", re.IGNORECASE) for word in str(entry["absent"]).split()]
    parts = [part for path in documents(FACTS) for part in document_parts(path)]
    assert not [part for part in parts if all(word.search(part) for word in wanted)]


def test_that_no_fact_is_asked_both_in_training_and_in_the_test() -> None:
    tested = {entry["fact"] for entry in written("questions.yaml") if "fact" in entry}
    rows = written("training.yaml")
    trained = {entry["fact"] for entry in rows["questions"] if "fact" in entry}
    for name, pattern in rows["patterns"].items():
        trained |= {f"{thing}.{pattern.get('attribute', name)}" for thing in pattern["of"]}
    assert not tested & trained


def test_that_no_training_question_is_a_near_duplicate_of_a_test_question() -> None:
    alike = [
        (asked["question"], row["question"])
        for asked in questions(FACTS)
        for row in training(FACTS)
        if likeness(asked["question"], row["question"]) > 0.7
    ]
    assert not alike


# -- format ------------------------------------------------------------------------------------------------------------


def messages_and_tickets() -> list[tuple[str, str]]:
    trained = [(row["message"], row["ticket"]) for row in training(FORMAT)]
    return trained + [(row["question"], row["answer"]) for row in questions(FORMAT)]


def test_that_the_format_sample_has_enough_of_everything() -> None:
    tags = Counter(row["tags"][0] for row in questions(FORMAT))
    assert len(training(FORMAT)) >= 260
    assert len(questions(FORMAT)) >= 72
    assert set(tags) == {category.lower() for category in CATEGORIES}
    assert min(tags.values()) >= 12


def ticket_by_the_rules(message: str, category: str) -> str:
    """The style guide once more, written apart from the code that built the rows."""
    haste = re.search(r"\b(urgent(ly)?|today|immediately|deadline)\b", message, re.IGNORECASE)
    danger = re.search(r"\b(smoke|sparks|burning smell|electric shock|danger(ous)?)\b", message, re.IGNORECASE)
    patience = re.search(r"\b(no hurry|whenever|just wondering)\b", message, re.IGNORECASE)
    urgency = "high" if haste or danger else "low" if patience else "normal"
    order = next(iter(order_numbers(message)), "none")
    return f"{category}\nURGENCY: {urgency}\nORDER: {order}"


def order_numbers(message: str) -> list[str]:
    return re.findall(r"(?<![\w-])(?:TF-)?\d{5}(?!\w)", message)


def test_that_every_ticket_follows_the_style_guide() -> None:
    wrong = [
        (message, ticket)
        for message, ticket in messages_and_tickets()
        if ticket != ticket_by_the_rules(message, ticket.split("\n")[0])
        or ticket.split("\n")[0].removeprefix("TICKET ") not in CATEGORIES
    ]
    assert not wrong


def test_that_every_message_is_well_formed() -> None:
    for message, _ in messages_and_tickets():
        assert 20 <= len(message.split()) <= 60, message
        assert len(order_numbers(message)) <= 1, message
        assert not re.search(r"[{}\[\]]|  ", message), message


def test_that_every_ticket_label_is_seen_in_training_and_in_the_test() -> None:
    for sample in ([row["ticket"] for row in training(FORMAT)], [row["answer"] for row in questions(FORMAT)]):
        lines = [line for ticket in sample for line in ticket.split("\n")]
        assert {line.split()[1] for line in lines if line.startswith("TICKET")} == CATEGORIES
        assert {line.split()[1] for line in lines if line.startswith("URGENCY")} == {"high", "normal", "low"}
        assert any("none" in line for line in lines) and any("TF-" in line for line in lines)


def test_that_no_test_message_is_a_near_duplicate_of_a_training_message() -> None:
    trained = [row["message"] for row in training(FORMAT)]
    assert max(likeness(row["question"], message) for row in questions(FORMAT) for message in trained) < 0.5


def test_that_test_messages_have_wordings_of_their_own() -> None:
    wordings = yaml.safe_load((FORMAT / "written" / "messages.yaml").read_text("utf-8"))
    kinds = [*wordings["categories"].values(), *(value for value in wordings.values() if "train" in value)]
    assert not [text for kind in kinds for text in kind["test"] if text in kind["train"]]


def test_that_the_style_guide_shows_no_finished_ticket() -> None:
    text = " ".join(document_text(path) for path in documents(FORMAT))
    assert not re.search(rf"TICKET ({'|'.join(CATEGORIES)})", text)
    assert "URGENCY:" not in text and "ORDER:" not in text


# -- both --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", [FACTS, FORMAT], ids=lambda sample: sample.name)
def test_that_ids_and_questions_are_unique(sample: Path) -> None:
    rows = questions(sample)
    assert len({row["id"] for row in rows}) == len({row["question"] for row in rows}) == len(rows)
    asked = [next(iter(row.values())) for row in training(sample)]
    assert len(set(asked)) == len(asked)
    assert not set(asked) & {row["question"] for row in rows}


@pytest.mark.parametrize("sample", [FACTS, FORMAT], ids=lambda sample: sample.name)
def test_that_every_named_file_is_there_and_the_numbers_in_the_readme_are_right(sample: Path) -> None:
    project = yaml.safe_load((sample / "project.yaml").read_text("utf-8"))
    comparison = yaml.safe_load((sample / project["comparison"]).read_text("utf-8"))
    named = [project["documents"], project["prompt"], project["training"]["file"], project["questions"]]
    named += [comparison["questions"], *(arm["prompt"] for arm in comparison["arms"] if "prompt" in arm)]
    adapters = {arm["adapter"] for arm in comparison["arms"] if "adapter" in arm}
    readme = (sample / "README.md").read_text("utf-8")
    assert all((sample / name).exists() for name in named)
    assert adapters == set(project["training"]["adapters"].values())
    assert set(comparison["metrics"]) <= set(project["metrics"])
    assert f" {len(questions(sample))} " in readme and f" {len(training(sample))} " in readme


def test_that_a_rebuild_gives_the_same_text(tmp_path: Path) -> None:
    script = REPOSITORY / "packaging" / "make_samples.py"
    subprocess.run([sys.executable, str(script), "--into", str(tmp_path)], check=True, timeout=120)
    built = sorted(path.relative_to(tmp_path) for path in tmp_path.glob("f*/**/*") if path.is_file())
    assert len(built) == len(documents(FACTS)) + len(documents(FORMAT)) + 4
    for name in built:
        kept, again = SAMPLES / name, tmp_path / name
        if name.suffix in {".pdf", ".docx"}:
            assert document_text(kept) == document_text(again), name
        else:
            assert kept.read_bytes() == again.read_bytes(), name
