"""The ways to better answers, with their trade-offs in a few words."""

from dataclasses import dataclass
from enum import StrEnum


class Technique(StrEnum):
    """Values are the names of the arms that come of them."""

    PROMPT = "prompt"
    REASONING = "think first"
    OTHER_MODEL = "another model"
    FEW_SHOT = "few-shot"
    SEARCHED = "searched prompt"
    RAG = "rag"
    EMBEDDINGS = "rag, tuned search"
    TUNED = "tuned"
    TUNED_RAG = "tuned + rag"
    CONTINUED = "further trained"
    SCRATCH = "from scratch"


@dataclass(frozen=True, slots=True)
class TradeOff:
    """What one technique asks for and gives."""

    title: str
    needs: str
    gives: str
    costs: str
    fresh: str
    """What has to be done when the knowledge changes."""


TRADE_OFFS: dict[Technique, TradeOff] = {
    Technique.PROMPT: TradeOff(
        "A prompt", "no data", "there at once; the measure of everything else", "nothing", "change the words"
    ),
    Technique.REASONING: TradeOff(
        "Thinking first", "no data", "better where an answer takes several steps", "longer answers, more waiting",
        "change the words",
    ),
    Technique.OTHER_MODEL: TradeOff(
        "Another model", "memory, or a server", "more knowledge and skill at once",
        "memory, speed, or money per answer",
        "wait for a newer model",
    ),
    Technique.FEW_SHOT: TradeOff(
        "A few examples in the prompt", "a handful of worked examples", "shows form and length; brings no facts",
        "a longer prompt", "change the examples",
    ),
    Technique.SEARCHED: TradeOff(
        "A prompt that was searched for", "20 or more labelled examples", "the best of many wordings and examples",
        "an hour or so of computing", "search again",
    ),
    Technique.RAG: TradeOff(
        "Retrieval from documents", "a collection of documents", "new and changing facts, with citations",
        "longer prompts, an index; only as good as what it finds", "index what changed: minutes",
    ),
    Technique.EMBEDDINGS: TradeOff(
        "Retrieval with tuned embeddings", "pairs of questions and passages",
        "tells documents apart that are much alike",
        "training the embedder, a new index", "index what changed; tune again rarely",
    ),
    Technique.TUNED: TradeOff(
        "Instruction tuning", "labelled examples: 50 at the least, better hundreds",
        "keeps a format, a tone, a set of labels; short prompts", "hours of training; may forget other things",
        "train again",
    ),
    Technique.TUNED_RAG: TradeOff(
        "Tuning and retrieval together", "documents and labelled examples with passages",
        "facts from documents in the wanted form, and a model that is used to passages",
        "both costs", "index what changed; train again rarely",
    ),
    Technique.CONTINUED: TradeOff(
        "Continued pre-training", "raw text: a million words or more", "the words and the manner of a field",
        "long training; instruction tuning has to follow it", "train again",
    ),
    Technique.SCRATCH: TradeOff(
        "A model from scratch", "hundreds of millions of words, graphics cards", "everything is yours",
        "weeks, at any price", "train again",
    ),
}  # fmt: skip
