"""The rules of the guide: when which technique is worth trying, and why. Data, so that each can be read and tested.

A rule that forbids outweighs one that puts off, that outweighs one that recommends, and that one that allows. The
trade-offs are common knowledge of the field, put in our own words; the two measured ones are those of the sample
projects (docs/choosing.md).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from workbench.compare.guide.answers import Changes, Documents, Goal, Patience, Situation
from workbench.compare.guide.techniques import Technique

FEWEST_TO_SEARCH = 20
"""Labelled examples below which a search for prompts has nothing to be judged on."""
FEWEST_TO_TUNE = 50
"""Labelled examples below which tuning rather memorises than learns."""
FEWEST_WORDS = 1_000_000
"""Words of raw text below which further training changes little."""
FEWEST_WORDS_FROM_SCRATCH = 100_000_000
"""About 20 tokens for each of 7 million weights: the smallest model that writes sentences."""


class Standing(IntEnum):
    """What becomes of a technique; the lowest that a rule says is in force."""

    NO = 0
    LATER = 1
    """Only if the others do not do."""
    FIRST = 2
    TRY = 3


@dataclass(frozen=True, slots=True)
class Rule:
    technique: Technique
    says: Standing
    when: Callable[[Situation], bool]
    reason: str
    """For people; may name {examples}, {words} and {training}."""


def _always(_: Situation) -> bool:
    return True


def _has_documents(s: Situation) -> bool:
    return s.answers.documents is not Documents.NONE


def _wants_facts(s: Situation) -> bool:
    return s.answers.goal is not Goal.FORM


def _wants_form(s: Situation) -> bool:
    return s.answers.goal is not Goal.FACTS


def _has_examples(s: Situation) -> bool:
    return s.answers.examples > 0


def _is_hurried(s: Situation) -> bool:
    return s.answers.patience is Patience.MINUTES


def _has_days(s: Situation) -> bool:
    return s.answers.patience in (Patience.DAYS, Patience.WEEKS)


def _changes(s: Situation) -> bool:
    return s.answers.changes is not Changes.NEVER


def _retrieves(s: Situation) -> bool:
    """Retrieval has something to find, and something is to be found."""
    return _has_documents(s) and (_wants_facts(s) or s.answers.citations or _changes(s))


def _has_only_itself(s: Situation) -> bool:
    return not _has_examples(s) and not _retrieves(s)


def _tuning(technique: Technique) -> tuple[Rule, ...]:
    """What holds for everything that trains on labelled examples."""
    return (
        Rule(technique, Standing.NO, lambda s: not _has_examples(s) and not s.has_adapter,
             "There are no labelled examples to learn from."),
        Rule(technique, Standing.LATER, lambda s: not s.has_adapter and 0 < s.answers.examples < FEWEST_TO_TUNE,
             f"{{examples}} labelled examples are few: below {FEWEST_TO_TUNE} a model rather memorises than learns."),
        Rule(technique, Standing.LATER, lambda s: not s.has_adapter and _is_hurried(s),
             "Training takes longer than the minutes that you have."),
        Rule(technique, Standing.LATER, lambda s: not s.has_adapter and not s.fits_training,
             "Training the model does not fit into the free memory here ({training})."),
    )  # fmt: skip


RULES: tuple[Rule, ...] = (
    # -- prompts -------------------------------------------------------------------------------------------------------
    Rule(Technique.PROMPT, Standing.FIRST, _always,
         "It needs no data, is there at once, and everything else is measured against it."),
    Rule(Technique.REASONING, Standing.FIRST, _has_only_itself,
         "Without examples, and with nothing to look up, the model has only itself: let it think before it answers."),
    Rule(Technique.REASONING, Standing.LATER, lambda s: not _has_only_itself(s),
         "Thinking first helps where an answer takes several steps; try what you have data for before."),
    Rule(Technique.OTHER_MODEL, Standing.TRY, lambda s: s.other_models > 0,
         "Another model on this computer may know more: it costs only memory and time."),
    Rule(Technique.OTHER_MODEL, Standing.TRY, lambda s: s.answers.servers and s.server_models > 0,
         "Your text may go to a server: a large model there shows what is possible."),
    Rule(Technique.OTHER_MODEL, Standing.LATER, lambda s: s.other_models == 0 and not s.answers.servers,
         "There is one model here, and your text stays on this computer."),
    Rule(Technique.OTHER_MODEL, Standing.LATER,
         lambda s: s.other_models == 0 and s.answers.servers and s.server_models == 0,
         "There is one model here, and no server is connected yet."),
    Rule(Technique.FEW_SHOT, Standing.NO, lambda s: not _has_examples(s), "There are no worked examples to show."),
    Rule(Technique.FEW_SHOT, Standing.FIRST, _wants_form,
         "A few worked examples in the prompt show a form better than words describe it, and need no training."),
    Rule(Technique.FEW_SHOT, Standing.TRY, _has_examples,
         "A few examples cost only a longer prompt. They show how an answer looks; they bring no facts."),
    Rule(Technique.SEARCHED, Standing.NO, lambda s: s.answers.examples < FEWEST_TO_SEARCH,
         f"A search for better prompts is judged on labelled examples: it takes {FEWEST_TO_SEARCH} or more."),
    Rule(Technique.SEARCHED, Standing.LATER, _is_hurried, "A search tries hundreds of answers: more than minutes."),
    Rule(Technique.SEARCHED, Standing.TRY, lambda s: not _is_hurried(s),
         "{examples} labelled examples are enough to let the program search for better wordings and examples."),
    # -- retrieval -----------------------------------------------------------------------------------------------------
    Rule(Technique.RAG, Standing.NO, lambda s: not _has_documents(s), "There are no documents to look things up in."),
    Rule(Technique.RAG, Standing.FIRST, lambda s: _has_documents(s) and _wants_facts(s),
         "The facts stand in your documents: the model reads them instead of guessing (facts sample: 45 % right "
         "instead of 11 to 13 %)."),
    Rule(Technique.RAG, Standing.FIRST, lambda s: _has_documents(s) and s.answers.citations,
         "Only an answer from passages can say where it stands."),
    Rule(Technique.RAG, Standing.FIRST, lambda s: _has_documents(s) and _changes(s),
         "What changes is found as soon as it is indexed, without any training."),
    Rule(Technique.RAG, Standing.LATER,
         lambda s: _has_documents(s) and not _retrieves(s),
         "Passages describe a form, they do not make the model keep it (format sample: 0 % right)."),
    Rule(Technique.EMBEDDINGS, Standing.NO, lambda s: not _has_documents(s), "There are no documents to search in."),
    Rule(Technique.EMBEDDINGS, Standing.LATER, lambda s: s.answers.documents is Documents.SOME,
         "Your documents can be told apart as they are: measure the search before tuning it."),
    Rule(Technique.EMBEDDINGS, Standing.LATER, _is_hurried,
         "Tuning the search and a new index take more than minutes."),
    Rule(Technique.EMBEDDINGS, Standing.LATER, lambda s: not _wants_facts(s) and not s.answers.citations,
         "A better search brings better facts; what you want is a form."),
    Rule(Technique.EMBEDDINGS, Standing.TRY, lambda s: s.answers.documents is Documents.ALIKE,
         "Documents that are much alike are mixed up by a general search: tuned on your pairs, it tells them apart."),
    # -- training ------------------------------------------------------------------------------------------------------
    *_tuning(Technique.TUNED),
    Rule(Technique.TUNED, Standing.NO, lambda s: s.answers.goal is Goal.FACTS and s.answers.changes is Changes.DAILY,
         "What changes every day would have to be trained again every day."),
    Rule(Technique.TUNED, Standing.LATER, lambda s: s.answers.goal is Goal.FACTS,
         "Tuning on questions and answers teaches hardly any new facts (facts sample: no better than the prompt)."),
    Rule(Technique.TUNED, Standing.FIRST, _wants_form,
         "Tuning makes a format, a tone or labels a habit (format sample: 32 % right instead of "
         "0 %), and keeps prompts short."),
    *_tuning(Technique.TUNED_RAG),
    Rule(Technique.TUNED_RAG, Standing.NO, lambda s: not _has_documents(s),
         "There are no documents to look things up in."),
    Rule(Technique.TUNED_RAG, Standing.FIRST, _wants_form,
         "The form comes from tuning, what it says from the passages (format sample: 33 % right)."),
    Rule(Technique.TUNED_RAG, Standing.TRY, lambda s: s.answers.goal is Goal.FACTS,
         "A model that was tuned on passages is used to reading and citing them; whether that pays has "
         "to be measured."),
    Rule(Technique.CONTINUED, Standing.NO, lambda s: not s.answers.words,
         "There is no raw text to go on training with."),
    Rule(Technique.CONTINUED, Standing.NO, lambda s: not s.answers.own_language,
         "Models know the language of your field already; more of it would change little."),
    Rule(Technique.CONTINUED, Standing.LATER, lambda s: s.answers.words < FEWEST_WORDS,
         "{words} words are little: from about a million on a model takes on the words of a field."),
    Rule(Technique.CONTINUED, Standing.LATER, lambda s: not _has_days(s), "Training on that much text takes days."),
    Rule(Technique.CONTINUED, Standing.LATER, lambda s: not s.fits_training,
         "Training the model does not fit into the free memory here ({training})."),
    Rule(Technique.CONTINUED, Standing.TRY, lambda s: s.answers.own_language,
         "A field with words of its own is learned from its texts; then comes instruction tuning, in that order."),
    Rule(Technique.SCRATCH, Standing.NO, lambda s: s.answers.patience is not Patience.WEEKS,
         "A model of your own takes weeks and everything that you have."),
    Rule(Technique.SCRATCH, Standing.NO, lambda s: s.answers.words < FEWEST_WORDS_FROM_SCRATCH,
         "A model from scratch needs hundreds of millions of words, and there are {words}."),
    Rule(Technique.SCRATCH, Standing.NO, lambda s: not s.has_card, "Without a graphics card it would take months."),
    Rule(Technique.SCRATCH, Standing.LATER, _always,
         "Only where no model may be built upon: everything else is cheaper, and better for a long time."),
)  # fmt: skip
