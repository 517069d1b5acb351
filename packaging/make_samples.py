"""Builds the two sample projects in resources/samples from what is written by hand.

    python packaging/make_samples.py              # rewrite documents/, questions.jsonl and training.csv of both samples
    python packaging/make_samples.py --into DIR   # the same into DIR/facts and DIR/format, for a look or a test

Written by hand: facts/facts.yaml (the facts), facts/written/ and format/written/ (prose, questions, message wordings).
A file `name.pdf.md` in written/ becomes documents/name.pdf; likewise .docx and .html; a plain `name.md` stays Markdown.
The same input always gives the same text; PDF and DOCX files are also the same bytes with the same library versions.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from itertools import cycle
from pathlib import Path
from typing import Any, TypeAlias

import yaml

SAMPLES = Path(__file__).resolve().parent.parent / "resources" / "samples"
COMPANY = "Tarn & Fallow"
REFUSAL = "The documents do not say."
WRITTEN_ON = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
FACT = re.compile(r"\{([a-z_]+\.[a-z_]+)\}")

Facts: TypeAlias = Mapping[str, str]
Row: TypeAlias = dict[str, Any]


class SampleError(Exception):
    """Something written by hand does not fit together."""


# -- facts and written documents ---------------------------------------------------------------------------------------


def load_facts(path: Path) -> dict[str, str]:
    """The fact sheet, flat: `alder.warranty` -> `3 years`."""
    sheet = yaml.safe_load(path.read_text("utf-8"))
    return {f"{thing}.{attribute}": str(value) for thing, facts in sheet.items() for attribute, value in facts.items()}


def fill(text: str, facts: Facts) -> str:
    if unknown := sorted({name for name in FACT.findall(text) if name not in facts}):
        raise SampleError(f"facts.yaml does not have {', '.join(unknown)}")
    return FACT.sub(lambda match: facts[match[1]], text)


@dataclass(frozen=True, slots=True)
class Written:
    """One document as it was written: its file name when built, and its Markdown with names of facts."""

    name: str
    text: str

    @property
    def title(self) -> str:
        return self.text.split("\n", 1)[0].removeprefix("# ")

    @property
    def facts(self) -> set[str]:
        return set(FACT.findall(self.text))


def read_written(folder: Path) -> list[Written]:
    return [Written(_built_name(path), path.read_text("utf-8")) for path in sorted(folder.glob("*.md"))]


def _built_name(path: Path) -> str:
    return path.stem if Path(path.stem).suffix else path.name


# -- blocks: the small part of Markdown that the documents use ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Points:
    points: tuple[str, ...]
    numbered: bool


@dataclass(frozen=True, slots=True)
class Table:
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    pass


Block: TypeAlias = Heading | Paragraph | Points | Table | PageBreak


def parse_blocks(text: str) -> list[Block]:
    return [_parse_block(part.strip()) for part in re.split(r"\n\s*\n", text.strip())]


def _parse_block(part: str) -> Block:
    lines = part.splitlines()
    if part == "---":
        return PageBreak()
    if heading := re.fullmatch(r"(#{1,3}) (.+)", part):
        return Heading(len(heading[1]), heading[2])
    if all(line.startswith("- ") for line in lines):
        return Points(tuple(line[2:] for line in lines), numbered=False)
    if all(re.match(r"\d+\. ", line) for line in lines):
        return Points(tuple(line.split(". ", 1)[1] for line in lines), numbered=True)
    if all(line.startswith("|") for line in lines):
        head, _, *rows = (tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines)
        return Table(head, tuple(rows))
    return Paragraph(" ".join(lines))


# -- one writer for each kind of document ------------------------------------------------------------------------------


def as_markdown(title: str, text: str) -> bytes:
    return text.encode("utf-8")


def as_html(title: str, text: str) -> bytes:
    body = "\n".join(_html(block) for block in parse_blocks(text))
    head = f'<head>\n<meta charset="utf-8">\n<title>{escape(title)} - {escape(COMPANY)}</title>\n</head>'
    return f'<!DOCTYPE html>\n<html lang="en">\n{head}\n<body>\n{body}\n</body>\n</html>\n'.encode()


def _html(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"<h{level}>{escape(text, quote=False)}</h{level}>"
        case Paragraph(text):
            return f"<p>{escape(text, quote=False)}</p>"
        case Points(points, numbered):
            tag = "ol" if numbered else "ul"
            return "\n".join([f"<{tag}>", *(f"<li>{escape(point, quote=False)}</li>" for point in points), f"</{tag}>"])
        case Table(head, rows):
            return "\n".join(["<table>", _html_row(head, "th"), *(_html_row(row, "td") for row in rows), "</table>"])
        case PageBreak():
            return "<hr>"


def _html_row(cells: Iterable[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell, quote=False)}</{tag}>" for cell in cells) + "</tr>"


def as_docx(title: str, text: str) -> bytes:
    from docx import Document

    document = Document()
    core = document.core_properties
    core.title, core.author, core.last_modified_by, core.comments = title, COMPANY, COMPANY, ""
    core.created = core.modified = WRITTEN_ON.replace(tzinfo=None)
    for block in parse_blocks(text):
        _add_to_docx(document, block)
    packed = io.BytesIO()
    document.save(packed)
    return with_fixed_times(packed.getvalue())


def _add_to_docx(document: Any, block: Block) -> None:
    match block:
        case Heading(level, text):
            document.add_heading(text, level)
        case Paragraph(text):
            document.add_paragraph(text)
        case Points(points, numbered):
            for point in points:
                document.add_paragraph(point, style="List Number" if numbered else "List Bullet")
        case Table(head, rows):
            table = document.add_table(rows=0, cols=len(head), style="Table Grid")
            for row in (head, *rows):
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
        case PageBreak():
            document.add_page_break()


def with_fixed_times(archive: bytes) -> bytes:
    """The same zip file without the time at which it was packed."""
    repacked = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(repacked, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            fixed = zipfile.ZipInfo(entry.filename, WRITTEN_ON.timetuple()[:6])
            fixed.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(fixed, source.read(entry))
    return repacked.getvalue()


def as_pdf(title: str, text: str) -> bytes:
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    pdf.set_creation_date(WRITTEN_ON)
    pdf.set_title(title)
    pdf.set_author(COMPANY)
    pdf.set_margin(22)
    pdf.set_auto_page_break(True, margin=22)
    pdf.add_page()
    for block in parse_blocks(text):
        _add_to_pdf(pdf, block)
    return bytes(pdf.output())


def _add_to_pdf(pdf: Any, block: Block) -> None:
    match block:
        case Heading(level, text):
            pdf.ln(2)
            _write_pdf_line(pdf, text, style="B", size={1: 20, 2: 14}.get(level, 12), height=9)
        case Paragraph(text):
            _write_pdf_line(pdf, text)
        case Points(points, numbered):
            for number, point in enumerate(points, 1):
                _write_pdf_line(pdf, f"{number}. {point}" if numbered else f"- {point}")
        case Table(head, rows):
            _write_pdf_table(pdf, head, rows)
        case PageBreak():
            pdf.add_page()


def _write_pdf_line(pdf: Any, text: str, *, style: str = "", size: int = 11, height: float = 5.6) -> None:
    pdf.set_font("Helvetica", style, size)
    pdf.multi_cell(0, height, text, align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(2)


def _write_pdf_table(pdf: Any, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    pdf.set_font("Helvetica", "", 11)
    with pdf.table(text_align="LEFT", line_height=7) as table:
        for cells in (head, *rows):
            row = table.row()
            for cell in cells:
                row.cell(cell)
    pdf.ln(4)


WRITERS: Mapping[str, Callable[[str, str], bytes]] = {
    ".md": as_markdown,
    ".html": as_html,
    ".docx": as_docx,
    ".pdf": as_pdf,
}


def build_documents(written: Iterable[Written], facts: Facts, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for document in written:
        build = WRITERS[Path(document.name).suffix]
        (folder / document.name).write_bytes(build(document.title, fill(document.text, facts)))


# -- the facts sample: questions and training rows ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """One question about one fact, or about something that the documents leave out."""

    question: str
    fact: str = ""
    via: str = ""
    absent: str = ""
    tags: tuple[str, ...] = ()


def read_questions(path: Path) -> list[Asked]:
    return [_asked(entry) for entry in yaml.safe_load(path.read_text("utf-8"))]


def read_training(path: Path, facts: Facts) -> list[Asked]:
    written = yaml.safe_load(path.read_text("utf-8"))
    patterned = [asked for name, pattern in written["patterns"].items() for asked in _patterned(name, pattern, facts)]
    return patterned + [_asked(entry) for entry in written["questions"]]


def _asked(entry: Mapping[str, Any]) -> Asked:
    rest = {key: str(entry.get(key, "")) for key in ("fact", "via", "absent")}
    return Asked(entry["ask"], tags=tuple(entry.get("tags", ())), **rest)


def _patterned(name: str, pattern: Mapping[str, Any], facts: Facts) -> Iterator[Asked]:
    attribute = pattern.get("attribute", name)
    for thing, wording in zip(pattern["of"], cycle(pattern["wordings"]), strict=False):
        yield Asked(wording.replace("{name}", facts[f"{thing}.name"]), fact=f"{thing}.{attribute}")


def sources_of(asked: Asked, written: Sequence[Written]) -> list[str]:
    """The documents in which the answer stands; for a question over two documents also those that lead there."""
    if not asked.fact:
        return []
    last = [document.name for document in written if asked.fact in document.facts]
    if not asked.via:
        return last
    first = [document.name for document in written if asked.via in document.facts]
    if set(first) & set(last):
        raise SampleError(f"one document is enough for: {asked.question}")
    return first + last


def check_questions(test: Sequence[Asked], training: Sequence[Asked], written: Sequence[Written], facts: Facts) -> None:
    problems = [
        f"no document answers: {asked.question}"
        for asked in (*test, *training)
        if not asked.absent and not (asked.fact in facts and sources_of(asked, written))
    ]
    tested = {asked.fact for asked in test if asked.fact}
    problems += [f"training asks a tested fact: {asked.question}" for asked in training if asked.fact in tested]
    problems += [f"asked twice: {question}" for question in _repeated(a.question for a in (*test, *training))]
    if problems:
        raise SampleError("\n".join(problems))


def _repeated(questions: Iterable[str]) -> list[str]:
    return [question for question, times in Counter(questions).items() if times > 1]


def build_facts(source: Path, target: Path) -> None:
    facts = load_facts(source / "facts.yaml")
    written = read_written(source / "written")
    test = read_questions(source / "written" / "questions.yaml")
    training = read_training(source / "written" / "training.yaml", facts)
    check_questions(test, training, written, facts)
    random.Random(0).shuffle(training)
    build_documents(written, facts, target / "documents")
    write_jsonl(target / "questions.jsonl", [_test_row(n, a, written, facts) for n, a in enumerate(test, 1)])
    write_csv(target / "training.csv", [_training_row(asked, written, facts) for asked in training])


def _test_row(number: int, asked: Asked, written: Sequence[Written], facts: Facts) -> Row:
    answer: Row = {"answer": facts[asked.fact]} if asked.fact else {"answers": []}
    sources = sources_of(asked, written)
    return {
        "id": f"facts-{number:03}",
        "question": asked.question,
        **answer,
        "sources": sources,
        "tags": list(asked.tags),
    }


def _training_row(asked: Asked, written: Sequence[Written], facts: Facts) -> Row:
    answer = facts[asked.fact] if asked.fact else REFUSAL
    return {"question": asked.question, "answer": answer, "source": "; ".join(sources_of(asked, written))}


# -- the format sample: messages and tickets ---------------------------------------------------------------------------

CATEGORIES = ("BILLING", "DELIVERY", "DAMAGE", "RETURN", "ACCOUNT", "QUESTION")
HASTE = r"urgent|urgently|today|immediately|deadline"
DANGER = r"smoke|sparks|burning smell|electric shock"
HIGH = re.compile(rf"\b({HASTE}|{DANGER})\b", re.IGNORECASE)
LOW = re.compile(r"\b(no hurry|whenever|just wondering)\b", re.IGNORECASE)
ORDER = re.compile(r"(?<![\w-])(?:TF-)?\d{5}(?!\w)")
FEWEST_WORDS, MOST_WORDS = 20, 60
MOST_ALIKE = 0.7  # share of words that two messages may have in common

SELDOM_WITH_ORDER = {"ACCOUNT", "QUESTION"}
ABOUT_GOODS = {"DAMAGE", "RETURN"}
CURIOUS = {"RETURN", "ACCOUNT", "QUESTION"}


def urgency_of(message: str) -> str:
    """The rule of the style guide: signs of danger or haste first, then signs of patience."""
    return "high" if HIGH.search(message) else "low" if LOW.search(message) else "normal"


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def overlap(words: set[str], others: set[str]) -> float:
    """The share of all words that both have (Jaccard)."""
    return len(words & others) / len(words | others)


def order_of(message: str) -> str:
    found = ORDER.search(message)
    return found[0] if found else "none"


def ticket_for(message: str, category: str) -> str:
    return f"TICKET {category}\nURGENCY: {urgency_of(message)}\nORDER: {order_of(message)}"


class MessageWriter:
    """Puts customer messages together from the wordings of one part, `train` or `test`."""

    def __init__(self, wordings: Mapping[str, Any], part: str, seed: int) -> None:
        self._wordings = wordings
        self._part = part
        self._random = random.Random(seed)
        self._written: list[set[str]] = []

    def cores(self, category: str, count: int) -> list[str]:
        """What the messages are about; each core about equally often, in mixed order."""
        cores: list[str] = []
        while len(cores) < count:
            cores += self._shuffled(self._wordings["categories"][category][self._part])
        return cores[:count]

    def write(self, category: str, core: str) -> str:
        """One message around the core; tries again until its length is right and it is unlike the others."""
        while True:
            message = self._compose(category, core)
            words = set(words_of(message))
            long_enough = FEWEST_WORDS <= len(message.split()) <= MOST_WORDS
            if long_enough and all(overlap(words, other) < MOST_ALIKE for other in self._written):
                self._written.append(words)
                return message

    def _compose(self, category: str, core: str) -> str:
        order = self._order(category, core)
        body = [*self._body(core, order), *self._aside(category)]
        urgency = self._urgency(category, body)
        sentences = [*body, *urgency] if self._chance(0.75) else [*urgency, *body]
        closing = [self._one("closings")] if self._chance(0.5) else []
        return self._fill(self._greeted(" ".join([*sentences, *closing])), order)

    def _order(self, category: str, core: str) -> str:
        """Who asks in general or about a login mostly has no order to name."""
        often = category not in SELDOM_WITH_ORDER
        wanted = self._chance(0.72 if often else 0.6) and (often or "{order}" in core)
        digits = str(self._random.randint(20417, 89862))
        letters = "TF-" if self._chance(0.4) else ""
        return f"{letters}{digits}" if wanted else ""

    def _body(self, core: str, order: str) -> list[str]:
        inline = bool(order) and "{order}" in core and self._chance(0.6)
        story = re.sub(r"\[(.*?)\]", r"\1" if inline else "", core)
        story = story[0].upper() + story[1:]
        if not order or inline:
            return [story]
        order_line = self._one("orders")
        return [order_line, story] if self._chance(0.25) else [story, order_line]

    def _aside(self, category: str) -> list[str]:
        about_goods = category in ABOUT_GOODS and self._chance(0.5)
        return [self._one("goods_asides" if about_goods else "asides")] if self._chance(0.45) else []

    def _urgency(self, category: str, body: Sequence[str]) -> list[str]:
        draw = self._random.random()
        if HIGH.search(" ".join(body)) or draw > 0.55:
            return []
        if draw < 0.32:
            return [self._one("high")]
        return [self._one("curious" if category in CURIOUS and self._chance(0.5) else "low")]

    def _greeted(self, text: str) -> str:
        if not self._chance(0.6):
            return text
        greeting = self._one("greetings")
        goes_on = greeting.endswith(",") and not text.startswith(("I ", "{order}"))
        return f"{greeting} {text[0].lower() + text[1:] if goes_on else text}"

    def _fill(self, text: str, order: str) -> str:
        def value(match: re.Match[str]) -> str:
            return order if match[1] == "order" else str(self._random.choice(self._wordings[_plural(match[1])]))

        filled = re.sub(r"\{(\w+)\}", value, text)
        return re.sub(r"\ba (?=iron)", "an ", filled)

    def _one(self, kind: str) -> str:
        return str(self._random.choice(self._wordings[kind][self._part]))

    def _shuffled(self, texts: Sequence[str]) -> list[str]:
        return self._random.sample(texts, len(texts))

    def _chance(self, share: float) -> bool:
        return self._random.random() < share


def _plural(name: str) -> str:
    return f"{name}s" if name in {"product", "price", "day", "name"} else name


def write_messages(wordings: Mapping[str, Any], part: str, per_category: int, seed: int) -> list[tuple[str, str]]:
    """Pairs of message and category, mixed."""
    writer = MessageWriter(wordings, part, seed)
    pairs = [
        (writer.write(category, core), category)
        for category in CATEGORIES
        for core in writer.cores(category, per_category)
    ]
    random.Random(seed).shuffle(pairs)
    return pairs


def build_format(source: Path, target: Path) -> None:
    wordings = yaml.safe_load((source / "written" / "messages.yaml").read_text("utf-8"))
    training = write_messages(wordings, "train", per_category=48, seed=11)
    test = write_messages(wordings, "test", per_category=16, seed=29)
    build_documents(read_written(source / "written"), {}, target / "documents")
    write_csv(target / "training.csv", [{"message": m, "ticket": ticket_for(m, category)} for m, category in training])
    write_jsonl(target / "questions.jsonl", [_message_row(n, *pair) for n, pair in enumerate(test, 1)])


def _message_row(number: int, message: str, category: str) -> Row:
    ticket = ticket_for(message, category)
    tags = [category.lower()]
    return {
        "id": f"format-{number:03}",
        "question": message,
        "answer": ticket,
        "sources": ["style-guide.md"],
        "tags": tags,
    }


# -- files -------------------------------------------------------------------------------------------------------------


def write_jsonl(path: Path, rows: Iterable[Row]) -> None:
    path.write_bytes("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode("utf-8"))


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode("utf-8"))


def build_samples(target: Path) -> None:
    build_facts(SAMPLES / "facts", target / "facts")
    build_format(SAMPLES / "format", target / "format")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Build the two sample projects from what is written by hand.")
    parser.add_argument("--into", type=Path, default=SAMPLES, help="write below this folder (default: %(default)s)")
    try:
        build_samples(parser.parse_args(arguments).into)
    except SampleError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
