"""Facts laid out as the chunks of documents: prose, lists, tables, key-value lines, with the talk around them."""

# ruff: noqa: E501  (tables of sentences: one idea per line)

import random
from collections.abc import Sequence

from workbench.finetune.starter.names import Names
from workbench.finetune.starter.world import Fact, lower_first, say, say_of_it, sentence, upper_first

_NOUNS = (
    "team department office manual list report cable button door garden report visitor customer supplier member meeting "
    "schedule plan system machine room corner road house table window screen box folder letter note page chapter tool "
    "part kit bag key counter shelf cart train bus station engine wheel bottle cup cover frame base handle "
    "switch display menu page message file backup record archive guest student nurse driver cook child family group"
).split()
_ADJECTIVES = (
    "small large new old quiet busy careful clean dry early easy empty fast fresh full good happy heavy important late light "
    "local long loose narrow normal open patient plain quick ready regular safe short simple slow soft steady strong tidy usual warm"
).split()
_VERBS = "check clean open close move carry read write send bring keep find use watch turn press pull fill count sort pack repair test".split()
_FILLERS = (
    "Please read this section before you {v} the {n}.", "Most people {v} the {n} in the morning.", "The {n} is {a} and needs little care.",
    "In earlier years the {n} was {a}, but that has changed.", "Ask the {n} if anything is unclear.", "A {a} {n} makes the work easier.",
    "This part of the handbook was revised after the last {n}.", "Nobody should {v} the {n} alone.", "Keep the {n} in a {a} place.",
    "If the {n} does not {v}, wait a moment and try again.", "We {v} every {n} twice before it leaves the house.",
    "Visitors often {v} the {a} {n} first.", "The {n} and the {m} belong together.", "It was a {a} day when the {n} arrived.",
    "Do not {v} the {n} while the {m} is {a}.", "The {m} has been {a} since the {n} was repaired.", "Some say the {n} is too {a}.",
    "For more about the {n}, see the chapter on the {m}.", "There is a {a} {n} next to the {m}.", "Store the {n} away from the {m}.",
    "Our {n} is proud of its {a} {m}.", "Every {n} gets a {a} {m}.", "Before winter, {v} the {n} and the {m}.", "{p} wrote this page.",
    "The {n} near {w} was closed for a while.", "{p} and {q} often {v} the {n} together.", "The word {x} is written on the {n}.",
    "Thanks to {p}, the {n} is {a} again.", "In {w} people {v} the {n} by hand.", "A {n} called {x} stands near the {m}.",
    "Changes to this text are announced in the {n}.", "You will need a {a} {n} and some time.", "The team uses {x} to {v} the {n}.",
    "{p} asked for a {a} {n}.", "Many customers like the {a} {n}.", "Step {d}: {v} the {n}, then {v2} the {m}.", "See page {d} for a picture of the {n}.",
    "The {n} was moved {d} times.", "Only {d} of the old {n}s are left.", "First {v} the {n}; then {v2} the {m}.", "The {n} must stay {a}.",
    "This does not apply to the {n}.", "As a rule, the {n} should be {a}.", "When in doubt, {v} the {n} again.", "Why the {n} is {a} is not known.",
    "The {m} is described in another document.", "Please do not {v} the {m}.", "It is {a} to {v} the {n} in good time.",
)  # fmt: skip
_SECTIONS = "Overview,Details,Facts,General,Handbook,Guide,Data,Notes,Summary,Service,Introduction,Technical data,About,Questions,Rules,Appendix".split(
    ","
)


def filler(names: Names) -> str:
    """One sentence that answers no question."""
    rng = names.rng
    text = rng.choice(_FILLERS)
    words = {"{n}": rng.choice(_NOUNS), "{m}": rng.choice(_NOUNS), "{a}": rng.choice(_ADJECTIVES), "{v}": rng.choice(_VERBS),
             "{v2}": rng.choice(_VERBS), "{d}": str(rng.randint(2, 60))}  # fmt: skip
    for slot, word in words.items():
        text = text.replace(slot, word)
    for slot, make in (("{p}", names.person), ("{q}", names.person), ("{w}", names.place), ("{x}", names.word)):
        if slot in text:
            text = text.replace(slot, make())
    return upper_first(text)


def title_for(facts: Sequence[Fact], rng: random.Random) -> str:
    """A document title or heading path for one entity's facts."""
    name = upper_first(facts[0].name)
    section = upper_first(facts[0].label) if rng.random() < 0.4 else rng.choice(_SECTIONS)
    return rng.choice(
        (name, name, f"{name} > {section}", f"{section}: {name}", f"{name} - {section}", f"{section} > {name}")
    )


def loose_title(names: Names) -> str:
    """A title that says nothing about the facts, or none."""
    rng = names.rng
    return rng.choice(
        ("", "", rng.choice(_SECTIONS), f"{rng.choice(_SECTIONS)} {rng.randint(1, 9)}", f"{names.proper()} handbook")
    )


def prose(
    facts: Sequence[Fact], names: Names, fillers: int, *, titled: bool, framed: float = 0.0, value_first: float = 0.0
) -> str:
    """Sentences about one or several entities, with sentences around them that do not matter."""
    rng = names.rng
    groups: list[list[str]] = []
    current = facts[0].entity if titled and rng.random() < 0.5 else ""
    for fact in facts:
        alone = fact.entity == current and rng.random() < 0.7
        bare = say_of_it(fact, rng) if alone else say(fact, rng, value_first=value_first)
        if (
            alone
            and groups
            and rng.random() < 0.25
            and not groups[-1][-1].endswith((".m.", "!", "?"))
            and "?" not in bare
        ):
            groups[-1][-1] = f"{groups[-1][-1][:-1]}, and {lower_first(bare)}."
        elif alone and groups and not titled:
            groups[-1].append(sentence(bare, rng, framed))
        else:
            groups.append([sentence(bare, rng, framed)])
        current = fact.entity
    for _ in range(fillers):
        groups.insert(rng.randint(0, len(groups)), [filler(names)])
    return _paragraphs([text for group in groups for text in group], rng)


def _paragraphs(sentences: Sequence[str], rng: random.Random) -> str:
    text = sentences[0]
    for following in sentences[1:]:
        text += ("\n\n" if rng.random() < 0.06 else " ") + following
    return text


def pairs(facts: Sequence[Fact], names: Names, *, titled: bool) -> str:
    """Key-value lines, bullets or a two-column table about one entity."""
    rng = names.rng
    style = rng.choice(
        ("- {l}: {v}", "* {l}: {v}", "{l}: {v}", "{l}: {v}", "| {l} | {v} |", "- {l} - {v}", "{l} = {v}", "• {l}: {v}")
    )
    head = (
        ""
        if titled and rng.random() < 0.6
        else rng.choice(("## {e}", "{e}", "{e}:", "# {e}", "{e} - data", "Facts about {e}:"))
    )
    lines = [head.replace("{e}", upper_first(facts[0].name))] if head else []
    if style.startswith("|"):
        lines += rng.choice(
            (["| Property | Value |", "|---|---|"], ["| | |", "|---|---|"], [], ["| Item | Entry |", "| --- | --- |"])
        )
    lines += [style.replace("{l}", upper_first(fact.label)).replace("{v}", fact.value) for fact in facts]
    return "\n".join(lines)


def table(rows: Sequence[Sequence[Fact]]) -> str:
    """A table with one row for each entity; all rows have the same attributes."""
    lines = [
        "| Name | " + " | ".join(upper_first(fact.label) for fact in rows[0]) + " |",
        "|---" * (len(rows[0]) + 1) + "|",
    ]
    lines += [f"| {upper_first(row[0].name)} | " + " | ".join(fact.value for fact in row) + " |" for row in rows]
    return "\n".join(lines)


def loose_end(names: Names) -> str:
    """The end of a sentence whose start is in another chunk."""
    words = filler(names).split(" ")
    return " ".join(words[names.rng.randint(1, max(1, len(words) - 2)) :])
