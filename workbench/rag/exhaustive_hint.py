"""Does a question ask about all documents? Then an answer from the best few passages is not what is wanted."""

import re

_UNITS = "days?|hours?|minutes?|seconds?|weeks?|months?|years?|times|euros?|dollars?|percent|people"
"""What is asked with "how many" about one fact."""
_PATTERNS = (
    # English
    r"\ball (?:the|of|my|our|your|documents?|files?|\w+s)\b|\bevery (?!day|week|month|year|hour)\w|\beach of\b",
    rf"\bhow (?:many|often)\b(?! (?:{_UNITS})\b)|\bnumber of\b",
    r"\b(?:complete|a) list of\b|^(?:please )?(?:list|count)\b",
    r"\bwhich (?:of the|people\b|(?!is\b|was\b|has\b|does\b|this\b)\w+s\b)|\bin (?:which|what) (?:documents|files)\b",
    # German
    r"\b(?:jede[nrms]?|sämtliche\w*|aufzählung|anzahl)\b|(?-i:\b[Aa]lle[nr]? [A-ZÄÖÜ])|^(?:liste|zähle)\b|\bwie oft\b",
    r"\bwelche (?:der|von|\w+en|\w+er)\b|\bwie ?viele\b(?! (?:tage|stunden|minuten|wochen|monate|jahre|euro|prozent))",
    # French
    r"\b(?:tous|toutes|chaque)\b|^(?:liste|énumère)\w*|\blesquel(?:le)?s\b|\bquel(?:le)?s (?:sont|\w+s)\b",
    r"\bcombien d(?:e |['\u2019])(?!jours|heures|minutes|semaines|mois|ans|années|euros)|\bnombre de\b",
    # Spanish, Portuguese, Italian
    r"\b(?:todos|todas|cada uno|cada um)\b|\bcu[aá]nt[oa]s\b(?! (?:días|horas|minutos|semanas|meses|años|euros))",
    r"^(?:enumera|lista)\b|\bcu[aá]les\b|\bquais\b|\bquant[oa]s\b(?! (?:dias|horas|minutos|semanas|meses|anos|euros))",
    r"\b(?:tutti|tutte|ogni)\b|^elenca\w*|\bquant[ie]\b(?! (?:giorni|ore|minuti|settimane|mesi|anni|euro))",
    # Dutch, Swedish, Danish, Norwegian
    r"\b(?:elke|iedere|hoeveel|welke van)\b|\balle \w+(?:en|er)\b|\b(?:alla|varje|samtliga|hur många|vilka)\b",
    r"\b(?:samtlige|hvor mange|hvilke)\b",
    # Polish, Czech, Russian, Ukrainian
    r"\b(?:wszystkie|wszystkich|każdy|każda)\b|^(?:które|ile)\b|\b(?:všechny|všech|každý|kolik)\b",
    r"\b(?:все|всех|каждый|каждая|какие|сколько)\b|^перечисли|\b(?:усі|всіх|кожен|які|скільки)\b",
    # Turkish, Chinese, Japanese, Korean, Arabic
    r"\b(?:bütün|tüm|hangileri|kaç tane)\b|所有|全部|每个|多少|哪些|列出|すべて|全て|いくつ",
    r"모든|몇 개|\bكل\b|\bجميع\b|\bكم عدد\b",
)
_EXHAUSTIVE = re.compile("|".join(_PATTERNS), re.IGNORECASE)


def looks_exhaustive(question: str) -> bool:
    """Whether a question sounds as if every passage had to be read for its answer. A guess that may be declined."""
    return _EXHAUSTIVE.search(" ".join(question.split())) is not None
