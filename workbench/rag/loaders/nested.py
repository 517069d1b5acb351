"""Files inside a file: documents in an archive, attachments of a mail. Bounded together, whatever they pretend."""

import re
import traceback
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import PurePosixPath

from workbench.errors import WorkbenchError
from workbench.rag.loaders.parsed import Parsed, Reading, plain
from workbench.rag.members import is_in, named_below
from workbench.rag.reasons import ReasonCode
from workbench.rag.types import MarkKind, PageMark, PageText

MAX_DEPTH = 2
"""A document in an archive that is attached to a mail is read; what lies deeper is named and left out."""
ARCHIVE = "ZIP archive"
_NAMED = 20
_HEADING = re.compile(r"^(#{1,6})(?=[ \t])", re.MULTILINE)
_FENCE = re.compile(r"^( {0,3})(```|~~~)", re.MULTILINE)

Load = Callable[[bytes, str, Reading], Parsed]


class Members:
    """Collects the pages of the files inside one file, each under a heading with its name."""

    def __init__(self, how: Reading, load: Load, outer: str) -> None:
        self._how = replace(how, depth=how.depth + 1)
        self._load = load
        self._outer = outer
        self._left_out: list[tuple[str, WorkbenchError]] = []
        self._names: set[str] = set()
        self.pages: list[PageText] = []
        self.warnings: list[str] = []
        self.read = 0

    def add(self, name: str, open_member: Callable[[], bytes], size: int, day: date | None = None) -> bool:
        """Read one more; what cannot be read becomes a warning. `day` is when it was changed last, where that is known.
        False: the allowance is used up."""
        shown, allowance, wanted = self._free(_shown(name)), self._how.allowance, self._how.wanted
        if wanted is not None and not is_in(wanted, shown):
            return True
        how = replace(self._how, wanted=None if wanted is None else wanted[len(shown) + 1 :])
        try:
            allowance.take(size)
            left = allowance.characters
            parsed = self._try(open_member, shown, how)
            if parsed is not None:
                if allowance.characters == left:  # else its own members were counted
                    allowance.take_text(sum(len(page.text) for page in parsed.pages))
                self._take(shown, parsed, day)
        except WorkbenchError as problem:
            self.warnings.append(f"{shown} and what follows in {self._outer} was left out: {problem.message}")
            return False
        return True

    def _try(self, open_member: Callable[[], bytes], name: str, how: Reading) -> Parsed | None:
        try:
            return self._load(open_member(), name, how)
        except WorkbenchError as problem:
            self._left_out.append((name, problem))
        except Exception as error:  # noqa: BLE001 - parsers raise anything; one bad part must not take the others along
            self._left_out.append((name, in_words(error, name)))
        return None

    def _free(self, name: str) -> str:
        """A name that no other member has: an archive may hold the same path twice."""
        free, number = name, 2
        while free in self._names:
            free, number = f"{name} ({number})", number + 1
        self._names.add(free)
        return free

    def _take(self, name: str, parsed: Parsed, day: date | None) -> None:
        self.read += 1
        for position, page in enumerate(parsed.pages):
            head = f"# {name}\n\n" if position == 0 else ""
            number = len(self.pages) + 1
            # What is attached to a mail has the day of the mail, not that of the mail's file.
            is_its_own = not page.member or parsed.file_type == ARCHIVE
            own_day = page.member_day or (day if is_its_own else None)
            place = {"member": named_below(name, page.member), "member_day": own_day}
            if page.marks:
                self.pages.append(_marked(page, number, head).model_copy(update=place))
                continue
            text = _demoted(page.text) if parsed.is_markdown else as_markdown(page.text)
            self.pages.append(PageText(number=number, text=f"{head}{text}").model_copy(update=place))
        self.warnings += [f"{name}: {warning}" for warning in parsed.warnings]

    def told(self) -> tuple[str, ...]:
        """What is to be said of the members, those that were left out included."""
        named = [f"Left out: {problem.message}" for _, problem in self._left_out[:_NAMED]]
        more = len(self._left_out) - _NAMED
        return (*self.warnings, *named, *([f"{more} more files were left out."] if more > 0 else []))

    def problem(self) -> WorkbenchError | None:
        """Why nothing at all was read, where all that was tried failed for the same reason."""
        codes = {problem.code for _, problem in self._left_out}
        return self._left_out[0][1] if len(codes) == 1 and not self.read else None


def in_words(error: Exception, name: str) -> WorkbenchError:
    """What a parser's own exception means for people."""
    if isinstance(error, (MemoryError, RecursionError)):
        return WorkbenchError(
            f"{name} needs more memory than a document may take.",
            hint="Split it, or save it in another format.",
            details=type(error).__name__,
            code=ReasonCode.TOO_BIG,
        )
    return WorkbenchError(
        f"{name} is damaged: it cannot be read ({type(error).__name__}).",
        hint="Open it in its own program and save it again.",
        details="".join(traceback.format_exception(error))[-4000:],
        code=ReasonCode.DAMAGED,
    )


def _shown(name: str) -> str:
    """A member's name as a path below its archive, whatever it pretends: nothing is ever written there."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in {"..", "/", "."}]
    return plain("/".join(parts)) or "unnamed"


def as_markdown(text: str) -> str:
    """Plain text within Markdown: what only looks like a heading or a fence is none."""
    return _FENCE.sub(r"\1\\\2", _HEADING.sub(r"\\\1", text))


def _demoted(text: str) -> str:
    """Headings one level deeper, those in code left alone."""
    lines, fence = [], ""
    for line in text.split("\n"):
        found = _FENCE.match(line)
        if found and (not fence or found[2] == fence):
            fence = "" if fence else found[2]
        elif not fence and _HEADING.match(line) and not line.startswith("######"):
            line = "#" + line
        lines.append(line)
    return "\n".join(lines)


def joined(parts: Iterable[str]) -> str:
    """Paragraphs, the empty ones left out."""
    return "\n\n".join(part.strip() for part in parts if part.strip())


def _marked(page: PageText, number: int, head: str) -> PageText:
    """A page whose parts are known already, below the name of its file."""
    title = head.rstrip("\n")
    marks = [PageMark(kind=MarkKind.HEADING, start=0, end=len(title), level=1)] if title else []
    for mark in page.marks:
        deeper = mark.level + 1 if mark.level else 0
        header_end = mark.header_end + len(head) if mark.header_end else 0
        place = {"start": mark.start + len(head), "end": mark.end + len(head), "header_end": header_end}
        marks.append(mark.model_copy(update={**place, "level": deeper}))
    return PageText(number=number, text=f"{head}{page.text}", marks=tuple(marks))


def own_span(text: str, own: str, start: int, end: int) -> tuple[int, int]:
    """Where a passage of a page as it was taken in here stands in the page's own text; nowhere (0, 0) where that is
    another text. What was put in lies above it (names of files), or is a backslash of `as_markdown`."""
    places, at = [len(own)] * (len(text) + 1), len(own)
    for position in reversed(range(len(text))):
        if at and text[position] == own[at - 1]:
            at -= 1
        elif at and text[position] != "\\":
            return 0, 0
        places[position] = at
    return (places[min(start, len(text))], places[min(end, len(text))]) if not at else (0, 0)
