"""Statements about the things of a house that have no names: the question repeats some of the words, not all.

Rules, opening times, prices, parts of a thing: what handbooks and product sheets are full of beside named facts.
"""

# ruff: noqa: E501  (tables of sentences: one idea per line)

import random
from dataclasses import dataclass, replace

from workbench.finetune.scratch.dialog import Dialog, Turn
from workbench.finetune.starter.names import Names
from workbench.finetune.starter.passages import filler
from workbench.finetune.starter.turns import vary_system
from workbench.finetune.starter.values import MAKERS
from workbench.finetune.starter.world import upper_first
from workbench.llm import grounded_prompt
from workbench.llm.grounded_prompt import REFUSAL

_FIRST = (
    "visitor safety loading garden storage night spring guest repair tool water paper project delivery night sales video board library "
    "winter roof cellar reading service lake music train copper glass letter coffee school sports seed travel photo bread test signal "
    "garage evening summer town harbour research fuel cleaning language driving first-aid sample packing painting heating meeting"
).split()
_SECOND = (
    "card form course gate room pass key list locker desk fund office bus lamp machine cart shelf tank hose filter cable lid handle wheel "
    "door cover belt token parcel order claim report plan group team visit tour break shift lesson licence permit deposit fee bonus phone "
    "printer projector ladder mask coat counter cupboard hall yard shop centre archive line bell alarm box badge battery sensor button brush"
).split()
_DONE = "checked cleaned replaced renewed emptied tested painted oiled counted signed repeated updated washed tightened".split()
_PARTS = "tank cable battery lid motor timer filter handle jug belt screen drum blade tray lens frame wheel pocket strap shelf".split()
_TAILS = (
    "", "", "", "", "", ", at any time of the day", " in the cold months", ", and nobody has complained so far", " for both sides", ", less than before",
    ", which is enough for most people", " on the high setting", ". After that the {m} is closed", ", so plan ahead", " with the {m} open",
    " for the whole team", ", as the {m} does", " and not a day more",
)  # fmt: skip

# statement # question; question # kind of value. {n}, {o}: things; {p}: a part; {d}: what is done with it; {v}: the value.
_TABLE = """
A {n} costs {v} # What does a {n} cost?; How much is a {n}?; What do I pay for a {n}? # money
The {n} must be {d} every {v} # How often must the {n} be {d}?; After how long must the {n} be {d}? # span
The {n} is open from {v} # When is the {n} open?; What are the opening hours of the {n}? # hours
The {n} is kept in {v} # Where is the {n} kept?; Where do I find the {n}? # where
Send your {n} within {v} # How soon must I send my {n}?; Within what time must I send my {n}? # span
You may keep a {n} for {v} # How long may I keep a {n}?; For how long can I have a {n}? # span
The {n} is called {v} # What is the {n} called?; What is the name of the {n}? # name
A {n} may cost up to {v} # How much may a {n} cost?; What is the limit for a {n}? # money
Everybody gets {v} of paid {n} a year # How much paid {n} does everybody get a year?; How much {n} do I get? # span
{v} looks after the {n} # Who looks after the {n}?; Who is responsible for the {n}? # person
The head of the {n} is {v} # Who is the head of the {n}?; Who leads the {n}?; Who is in charge of the {n}? # person
There are {v} people in the {n} # How many people are in the {n}?; How many people work in the {n}? # count
{v} people work in the {n} # How many people work in the {n}? # count
A {n} must have at least {v} characters # How long must a {n} be at least? # count
To report a broken {n}, call extension {v} # Which extension do I call to report a broken {n}?; Where do I report a broken {n}? # count
The extension of the {n} is {v} # On which extension can I reach the {n}?; What is the phone extension of the {n}? # count
We pay {v} for each {n} # How much do we pay for each {n}?; What does the company pay for a {n}? # money
The {n} starts at {v} # When does the {n} start?; At what time does the {n} begin? # time
The {n} was opened in {v} # When was the {n} opened?; In which year did the {n} open? # year
The {n} has been there since {v} # Since when has the {n} been there? # year
The {n} takes {v} # How long does the {n} take?; How much time does the {n} take? # span
A lost {n} must be reported within {v} # Within what time must I report a lost {n}?; How soon must a lost {n} be reported? # span
The {n} uses {v} # How much power does the {n} need?; How many watts does the {n} use? # power
The {n} holds {v} # How much does the {n} hold?; How much fits into the {n}? # volume
The {n} weighs {v} # How heavy is the {n}?; What does the {n} weigh? # weight
The {n} switches itself off after {v} # After what time does the {n} switch itself off? # span
The order code of the {n} is {v} # What is the code for a new {n}?; Which code do I need for a new {n}? # code
The {n} can be set to at most {v} # What is the longest time for the {n}?; To how much can the {n} be set at most? # span
The {n} comes in {v} # Which colours does the {n} come in?; In what colours can I get the {n}? # colours
The {n} is sold in {v} # In which colours is the {n} sold?; In what colours can I get the {n}? # colours
The {n} stands {v} high # How tall is the {n}?; How high is the {n}? # length
The {n} has {v} settings # How many settings does the {n} have?; How many settings does the {n} offer? # count
The {n} was launched in {v} # When did the {n} come on the market?; What was the launch date of the {n}? # date
The {n} is built in {v} # Where is the {n} made?; At which place is the {n} built? # place
You need {v} for a {n} # What do I need for a {n}?; What is needed for a {n}? # condition
The notice period for a {n} is {v} # What is the notice period for a {n}? # span
A {n} is valid for {v} # How long is a {n} valid?; For how long can I use a {n}? # span
The {p} of the {n} holds {v} # How much does the {p} of the {n} hold?; How much fits into the {p} of the {n}? # volume
The {p} of the {n} lasts {v} # How long does the {p} of the {n} last? # span
The {p} of the {n} is {v} long # How long is the {p} of the {n}? # length
The {p} of the {n} is made of {v} # What is the {p} of the {n} made of? # material
The order code of the {p} of the {n} is {v} # Which code do I need for a new {p} on the {n}?; What is the code for the {p} of the {n}? # code
"""


@dataclass(frozen=True, slots=True)
class _Form:
    state: str
    asks: tuple[str, ...]
    kind: str


def _forms() -> tuple[_Form, ...]:
    rows = [[cell.strip() for cell in line.split(" # ")] for line in _TABLE.strip().splitlines()]
    return tuple(_Form(state, tuple(ask.strip() for ask in asks.split(";")), kind) for state, asks, kind in rows)


_FORMS = _forms()


@dataclass(frozen=True, slots=True)
class _Statement:
    form: _Form
    thing: str
    part: str
    done: str
    value: str
    source: int = 0

    def said(self, rng: random.Random, subject: str = "") -> str:
        text = self._filled(self.form.state).replace("{v}", self.value)
        if subject:
            text = text.replace(f"The {self.part} of the {self.thing}", f"Its {self.part}")
            text = text.replace(f"The {self.thing}", "It")
        tail = rng.choice(_TAILS) if not self.form.state.startswith("{v}") and self.form.state.endswith("{v}") else ""
        return upper_first(text + tail.replace("{m}", rng.choice(_SECOND))) + "."

    def asked(self, rng: random.Random) -> str:
        return self._filled(rng.choice(self.form.asks))

    def _filled(self, text: str) -> str:
        return text.replace("{n}", self.thing).replace("{p}", self.part).replace("{d}", self.done)


def plain_dialog(names: Names) -> Dialog:
    """One conversation about passages of such statements."""
    rng = names.rng
    passages: list[tuple[str, str]] = []
    statements: list[_Statement] = []
    for number in range(1, rng.randint(2, 4) + 1):
        passage, said = _passage(names, number, {s.thing for s in statements})
        passages.append(passage)
        statements += said
    rng.shuffle(statements)
    share = rng.choice((0.1, 0.3, 0.45))
    turns: list[Turn] = []
    for statement in statements[: rng.randint(4, 10)]:
        pairs = [(statement.asked(rng), f"{_written(statement, passages)} [{statement.source}]")]
        if rng.random() < share:
            pairs.append((_unsaid(statement, statements, names).asked(rng), REFUSAL))
            rng.shuffle(pairs)
        for question, answer in pairs:
            text = f"Question: {question}"
            if not turns:
                sources = [grounded_prompt.Passage(title, text_) for title, text_ in passages]
                text = grounded_prompt.grounded_question(question, sources)
            turns += [Turn("user", text), Turn("assistant", answer)]
    return vary_system(grounded_prompt.grounded_system(), rng) + tuple(turns)


def _passage(names: Names, number: int, taken: set[str]) -> tuple[tuple[str, str], list[_Statement]]:
    """A title, a text, and what it states: about one thing (then sometimes as "it") or about several."""
    rng = names.rng
    about = _thing(names, taken)
    statements: list[_Statement] = []
    sentences: list[str] = []
    is_sheet = rng.random() < 0.5
    for form in rng.sample(_FORMS, rng.randint(2, 5)):
        thing = about if is_sheet else _thing(names, taken | {s.thing for s in statements})
        statement = _Statement(form, thing, rng.choice(_PARTS), rng.choice(_DONE), _value(form.kind, names), number)
        as_it = is_sheet and bool(statements) and rng.random() < 0.4
        sentences.append(statement.said(rng, "it" if as_it else ""))
        statements.append(statement)
        if rng.random() < 0.5:
            sentences.append(filler(names))
    section = upper_first(
        rng.choice(
            (rng.choice(_SECOND), f"{rng.choice(_FIRST)} {rng.choice(_SECOND)}", "in use", "rules", "main facts")
        )
    )
    title = (
        rng.choice(("", upper_first(about), f"{upper_first(about)} > {section}", section))
        if is_sheet
        else rng.choice(("", section))
    )
    text = " ".join(sentences)
    if rng.random() < 0.2:
        text = "\n".join(f"- {sentence}" for sentence in sentences)
    return (title, f"## {section}\n\n{text}" if rng.random() < 0.4 else text), statements


def _thing(names: Names, taken: set[str]) -> str:
    rng = names.rng
    while True:
        thing = f"{rng.choice(_FIRST)} {rng.choice(_SECOND)}"
        if rng.random() < 0.35:
            thing = f"{names.brand()} {rng.choice(_SECOND)}" if rng.random() < 0.6 else f"{names.brand()} {thing}"
        if thing not in taken:
            return thing


def _value(kind: str, names: Names) -> str:
    if kind == "hours":
        return f"{MAKERS['time'](names)} to {MAKERS['time'](names)}"
    return names.proper() if kind == "name" else MAKERS[kind](names)


def _written(statement: _Statement, passages: list[tuple[str, str]]) -> str:
    text = passages[statement.source - 1][1]
    return statement.value if statement.value in text else upper_first(statement.value)


def _unsaid(near: _Statement, statements: list[_Statement], names: Names) -> _Statement:
    """A question that nothing answers: another thing, or another matter of the same thing."""
    things = {s.thing for s in statements}
    if names.rng.random() < 0.5:
        return replace(near, thing=_thing(names, things))
    said = {s.form.kind for s in statements if s.thing == near.thing}
    others = [form for form in _FORMS if form.kind not in said]
    return replace(near, form=names.rng.choice(others))
