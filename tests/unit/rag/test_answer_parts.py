"""What is shown of an answer's sources, which words matched, and which questions ask about everything."""

import pytest

from workbench.rag.answer_parts import Support, answer_as_markdown, answer_sentences, count_support
from workbench.rag.answer_types import Answer, Citation, Claim
from workbench.rag.exhaustive import Finding
from workbench.rag.exhaustive_export import findings_as_csv, findings_as_markdown
from workbench.rag.exhaustive_hint import looks_exhaustive
from workbench.rag.matching import matched_spans

PLACE = Citation(number=1, document="a.md", page=2, start=0, end=9, text="It costs\n54 euros.")
ANSWER = Answer(
    id="1",
    answer="It costs 54 euros [1]. It is red [1]. Nobody says where. It flies [7].",
    answerable=True,
    citations=(PLACE,),
    dangling=(7,),
    claims=(
        Claim(text="It costs 54 euros.", numbers=(1,), supported=True),
        Claim(text="It is red.", numbers=(1,), supported=False, reason="Not said."),
        Claim(text="It flies.", numbers=(7,), supported=False, reason="Its mark points to no passage."),
    ),
)


def test_that_every_sentence_carries_what_its_sources_say() -> None:
    sentences = answer_sentences(ANSWER)
    kinds = [(ANSWER.answer[s.start : s.end], s.support, s.dangling) for s in sentences]
    assert kinds == [
        ("It costs 54 euros [1].", Support.SUPPORTED, ()),
        ("It is red [1].", Support.UNSUPPORTED, ()),
        ("Nobody says where.", Support.UNCITED, ()),
        ("It flies [7].", Support.UNSUPPORTED, (7,)),
    ]
    counted = count_support(ANSWER)
    assert (counted.supported, counted.checked, counted.uncited) == (1, 3, 1)


def test_that_an_unchecked_answer_accuses_nobody() -> None:
    refused = Answer(id="1", answer="The documents do not say anything about lamps.", answerable=False)
    assert {s.support for s in answer_sentences(refused)} == {Support.NONE}


def test_that_an_answer_is_copied_with_its_sources() -> None:
    assert answer_as_markdown("What does\nit cost?", ANSWER) == (
        "**What does it cost?**\n\nIt costs 54 euros [1]. It is red [1]. Nobody says where. It flies [7].\n\n"
        "- [1] a.md, page 2: “It costs 54 euros.”\n"
    )


@pytest.mark.parametrize(
    ("question", "text", "marked"),
    [
        ("How many holidays do I get?", "27 days of holiday", ["holiday"]),
        ("What is the price of the kettle?", "The kettles are sold at a price", ["kettles", "price"]),
        ("保修期多长", "水壶的保修期为三年", ["保修期"]),
        ("İstanbul?", "😀 istanbul", []),
    ],
)
def test_that_words_of_the_question_are_found_in_the_passage(question: str, text: str, marked: list[str]) -> None:
    assert [text[start:end] for start, end in matched_spans(question, text)] == marked


@pytest.mark.parametrize(
    "question",
    [
        "List all contracts that mention a penalty",
        "How many suppliers are there?",
        "Which of the letters were answered?",
        "Which contracts end in 2025?",
        "Wie viele Verträge gibt es?",
        "Nenne alle Verträge mit einer Strafe",
        "Quels sont les fournisseurs ?",
        "¿Cuántos proveedores hay?",
        "Quanti contratti ci sono?",
        "Hoeveel contracten zijn er?",
        "Сколько договоров есть?",
        "有哪些合同提到罚款？",
        "すべての契約を挙げてください",
    ],
)
def test_that_a_question_about_everything_is_recognised(question: str) -> None:
    assert looks_exhaustive(question)


@pytest.mark.parametrize(
    "question",
    [
        "How many days of holiday does everybody get?",
        "Which is the cheapest kettle?",
        "What is the list price?",
        "Wann beginnt die Garantie?",
        "Quelle est la durée de la garantie ?",
        "Who is the mayor?",
        "A che ora aprono alle nove?",
    ],
)
def test_that_a_question_about_one_fact_is_left_alone(question: str) -> None:
    assert not looks_exhaustive(question)


def test_that_findings_are_exported_as_table_and_as_text() -> None:
    findings = [Finding(answer="=54 euros", citation=PLACE), Finding(answer="= 54 Euros", citation=PLACE)]
    lines = findings_as_csv(findings).splitlines()
    assert lines[0] == "\ufeffnumber,answer,document,page,start,end,passage"
    assert lines[1].startswith("1,'=54 euros,a.md,2,0,9,")
    text = findings_as_markdown("What does it cost?", findings, "Read 2 of 5 passages.")
    assert text == (
        "# What does it cost?\n\nRead 2 of 5 passages.\n\n- **=54 euros** (2)\n"
        "  - [1] a.md, page 2: “It costs 54 euros.”\n  - [1] a.md, page 2: “It costs 54 euros.”\n"
    )
