"""The data doctor and the split."""

from collections.abc import Sequence

import pytest

from workbench.datasets.doctor import check_rows, find_leaks, mended, without
from workbench.datasets.doctor.function_words import FUNCTION_WORDS, plain_language
from workbench.datasets.doctor.likeness import alike_groups, near_duplicates
from workbench.datasets.splits import split_rows
from workbench.datasets.types import Finding, FindingKind, TrainingRow
from workbench.llm.types import ChatMessage, Role


def rows_of(*pairs: tuple[str, str]) -> list[TrainingRow]:
    return [
        TrainingRow(
            messages=(ChatMessage(role=Role.USER, content=q), ChatMessage(role=Role.ASSISTANT, content=a)), number=n
        )
        for n, (q, a) in enumerate(pairs, 2)
    ]


def many(count: int = 30) -> list[tuple[str, str]]:
    return [(f"question {n}", f"an answer that is long enough, number {n}") for n in range(count)]


def found(findings: Sequence[Finding], kind: FindingKind) -> Finding:
    (finding,) = [finding for finding in findings if finding.kind is kind]
    return finding


@pytest.mark.parametrize(
    ("pair", "kind"),
    [
        (("q", " "), FindingKind.EMPTY),
        (("", "an answer"), FindingKind.EMPTY),
        (("q", "ok"), FindingKind.SHORT_ANSWER),
        (("question 3", "an answer that is long enough, number 3"), FindingKind.DUPLICATE),
        (("caf\ufffd", "an answer to that question"), FindingKind.BROKEN_TEXT),
        (("cafÃ©", "an answer to that question"), FindingKind.BROKEN_TEXT),
        (("who are you?", "I am {{name}}, your assistant."), FindingKind.PLACEHOLDER),
        (("my key", "It is AKIAABCDEFGHIJKLMNOP, keep it."), FindingKind.SECRET),
    ],
)
def test_that_a_bad_row_is_found_with_its_number(pair: tuple[str, str], kind: FindingKind) -> None:
    assert found(check_rows(rows_of(*many(), pair)), kind).rows == (32,)


def test_that_good_rows_give_no_finding() -> None:
    assert check_rows(rows_of(*many())) == []


def test_that_two_answers_to_one_question_contradict_each_other() -> None:
    findings = check_rows(rows_of(*many(), ("question 3", "another answer to the same question")))
    assert found(findings, FindingKind.CONTRADICTION).rows == (5, 32)


def test_that_one_answer_for_everything_is_pointed_out() -> None:
    findings = check_rows(rows_of(*[(f"q{n}", "yes, of course it is") for n in range(30)]))
    assert len(found(findings, FindingKind.SAME_ANSWER).rows) == 30


def test_that_a_leak_is_found_despite_case_and_punctuation_and_can_be_removed() -> None:
    rows = rows_of(*many(25), ("What is  the PRICE?", "an answer that is long enough"))
    findings = find_leaks(rows, ["what is the price"])
    assert findings[0].rows == (27,)
    assert len(without(rows, findings)) == 25


def test_that_a_split_is_the_same_for_the_same_seed_and_keeps_equal_inputs_together() -> None:
    rows = rows_of(*many(40), ("question 1", "a second answer"), ("question 2", "a third answer"))
    split = split_rows(rows, 0.25, seed=7)
    assert split == split_rows(rows, 0.25, seed=7)
    assert split != split_rows(rows, 0.25, seed=8)
    assert 8 <= len(split.validation) <= 10
    assert not {row.question for row in split.training} & {row.question for row in split.validation}
    assert sorted([*split.training, *split.validation], key=lambda row: row.number) == rows


def test_that_a_split_never_takes_the_last_row() -> None:
    assert len(split_rows(rows_of(("q", "a")), 0.5).training) == 1


@pytest.mark.parametrize(
    ("pair", "kind"),
    [
        (("what now?", "See <b>page 3</b> of the&nbsp;handbook, please."), FindingKind.MARKUP),
        (("what now?", "An answer. <|im_end|> And what leaked in after it"), FindingKind.MARKUP),
        (("who?", "As an AI language model, I cannot tell you this name."), FindingKind.BOILERPLATE),
        (("write?", "Write to nora.fell@larchgate.com about the kettle."), FindingKind.PERSONAL),
        (("pay?", "The account is DE89 3704 0044 0532 0130 00, use that."), FindingKind.PERSONAL),
        (("pay?", "The card is 4111 1111 1111 1111 and it is valid yet."), FindingKind.PERSONAL),
        (("call?", "Ring +49 30 901820 in the morning, they will help."), FindingKind.PERSONAL),
        (("long?", "an answer that is long enough and goes on " * 60), FindingKind.LONG_ANSWER),
        (
            ("near?", "Der Wasserkocher hat eine Garantie von drei Jahren, und der Versand wird von uns bezahlt."),
            FindingKind.LANGUAGE,
        ),
    ],
)
def test_that_a_leftover_is_found_with_its_number(pair: tuple[str, str], kind: FindingKind) -> None:
    sentence = "The answer to question {} stands on the page that tells about the house and about its long history."
    usual = [(f"question {n}", sentence.format(n)) for n in range(30)]
    assert found(check_rows(rows_of(*usual, pair)), kind).rows == (32,)


@pytest.mark.parametrize(
    "text",
    [
        "Use a < b && c > d, or List<String> in Java.",
        "Order 4111 1111 1111 1112 of 2024-11-25, 15:30",
        "It measures 0.4111111111111111 or 4111111111111111.5 or 0,4111111111111111 metres",
        "Write to somebody@example.com, part no. DE89 0000 0000 0000 0000 00.",
        "```html\n<b>bold</b>\n```",
        "Ätherische Öle für Anfänger: naïve façade, 20 € – “quoted”.",
    ],
)
def test_that_ordinary_texts_are_not_called_leftovers(text: str) -> None:
    findings = check_rows(rows_of(*many(), ("what?", f"{text} That is all.")))
    assert [finding for finding in findings if finding.kind is not FindingKind.LANGUAGE] == []


def test_that_nearly_the_same_words_are_found_unless_a_number_differs() -> None:
    long = "Our kettle has a warranty of 3 years from the day on which it was delivered to the house of the customer"
    twins = rows_of(*many(), ("tell me how long it lasts", long), ("so tell me how long it lasts", f"{long}!"))
    assert found(check_rows(twins), FindingKind.NEAR_DUPLICATE).rows == (33,)
    facts = rows_of(*many(), ("tell me how long", long), ("do tell me how long", long.replace("3", "5")))
    assert not [f for f in check_rows(facts) if f.kind is FindingKind.NEAR_DUPLICATE]


def test_that_labels_of_few_rows_and_a_commonest_one_are_named() -> None:
    rows = rows_of(
        *[(f"message number {n} of the customers", "OTHER") for n in range(200)],
        *[(f"damaged thing {n}", "DAMAGE") for n in range(9)],
        *[(f"letter {n} of thanks", "PRAISE") for n in range(9)],
        *[(f"what does thing {n} cost", "PRICE") for n in range(9)],
        *[(f"where is parcel {n}", "PARCEL") for n in range(2)],
    )
    findings = check_rows(rows)
    assert "“OTHER” has 200 rows" in found(findings, FindingKind.IMBALANCE).message
    assert found(findings, FindingKind.RARE_LABEL).rows == (229, 230)


def test_that_a_rule_mends_only_the_rows_of_its_finding() -> None:
    rows = rows_of(
        ("cafÃ© opening", "At <b>nine</b>.<br>Write to nora.fell@larchgate.com &amp; wait."), ("ok?", "Fine & good.")
    )
    findings = check_rows(rows)
    first, second = mended(rows, findings, {FindingKind.BROKEN_TEXT, FindingKind.MARKUP, FindingKind.PERSONAL})
    assert first.question == "café opening"
    assert first.answer == "At nine.\nWrite to [e-mail address] & wait."
    assert second == rows[1]
    with pytest.raises(KeyError, match="duplicate"):
        mended(rows, findings, {FindingKind.DUPLICATE})


def test_that_rows_of_a_group_and_rows_that_are_alike_stay_on_one_side() -> None:
    grouped = [
        row.model_copy(update={"group": f"customer {row.number % 5}"})
        for row in rows_of(*[(f"q{n}", f"a{n}") for n in range(40)])
    ]
    split = split_rows(grouped, 0.4, seed=3)
    assert split.validation and not {r.group for r in split.training} & {r.group for r in split.validation}

    text = "please tell me where the nearest shop of your company is in the old town of this city, "
    text += "and when it opens and closes in winter"
    alike = rows_of(*many(40), (text, "At nine."), (f"{text}, thanks", "At nine."), (f"Hello, {text}", "At nine."))
    for seed in range(12):
        sides = [row.number in {r.number for r in split_rows(alike, 0.5, seed).training} for row in alike[-3:]]
        assert len(set(sides)) == 1


@pytest.mark.parametrize("count", [0, 1])
def test_that_few_rows_are_like_no_others(count: int) -> None:
    rows = rows_of(*many(count))
    assert alike_groups(rows) == list(range(count))
    assert near_duplicates(rows) == []


def test_that_rows_without_words_are_not_alike() -> None:
    assert alike_groups(rows_of(("", ""), ("", ""))) == [0, 1]


@pytest.mark.parametrize("answer", ["-", "…", "?!", "n/a", "N.A.", "TODO"])
def test_that_an_answer_that_says_nothing_is_found(answer: str) -> None:
    assert found(check_rows(rows_of(*many(6), ("q", answer))), FindingKind.NEAR_EMPTY).rows == (8,)


def test_that_signs_as_labels_are_answers() -> None:
    signs = [(f"review number {n} of the shop", "+" if n % 2 else "-") for n in range(30)]
    assert not [f for f in check_rows(rows_of(*signs)) if f.kind is FindingKind.NEAR_EMPTY]


def test_that_function_words_belong_to_one_language_each() -> None:
    words = [word for own in FUNCTION_WORDS.values() for word in own]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("Starten Sie den Router neu.", "German"),
        ("Por favor reinicie el router.", "Spanish"),
        ("Да, конечно.", "Cyrillic letters"),
        ("はい、もちろん。", "Japanese letters"),
        ("Pakibukas ang pinto sa likod ng bahay at maghintay sa loob ng sampung minuto.", "(Tagalog)"),
    ],
)
def test_that_a_short_answer_in_another_language_is_found(answer: str, said: str) -> None:
    usual = [(f"question {n}", f"You can restart it with button {n}.") for n in range(30)]
    finding = found(check_rows(rows_of(*usual, ("and now?", answer))), FindingKind.LANGUAGE)
    assert finding.rows == (32,)
    assert said in finding.message


@pytest.mark.parametrize("answer", ["Paris", "El Paso", "Yes, per unit.", "12 %", "π", "La Paz de Mayo"])
def test_that_a_name_or_a_number_has_no_language(answer: str) -> None:
    usual = [(f"question {n}", f"You can restart it with button {n}.") for n in range(30)]
    findings = check_rows(rows_of(*usual, ("and now?", answer)))
    assert not [finding for finding in findings if finding.kind is FindingKind.LANGUAGE]


@pytest.mark.parametrize(
    ("first", "second", "is_near"),
    [
        (
            ("How do I reset my password?", "On the page Account."),
            ("How can I reset the password?", "On page Account"),
            True,
        ),
        (("Can I pay later?", "Yes."), ("Can I not pay later?", "Yes."), False),
        (("A flight from Rome?", "Yes."), ("A flight to Rome?", "Yes."), False),
        (("Where is the key?", "Here."), ("Where is the car?", "Here."), False),
    ],
)
def test_that_short_rows_that_differ_in_little_words_are_near_duplicates(
    first: tuple[str, str], second: tuple[str, str], is_near: bool
) -> None:
    near = near_duplicates(rows_of(first, second))
    assert [row.number for row in near] == ([3] if is_near else [])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (
            "You can return what you bought where you bought it, and they have to take it back if it is not broken.",
            "eng",
        ),
        ("Der er ingen grund til at vente på dem, der ikke har svaret endnu, så vi begynder nu med det samme.", ""),
        ("The word “nicht” stands in the text that you have sent to the office, and they were not pleased.", ""),
    ],
)
def test_that_only_a_plain_text_is_told_without_counting_letters(text: str, language: str) -> None:
    assert plain_language(text) == language
