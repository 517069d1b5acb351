"""Rich Text Format: the text, without fonts, pictures and fields."""

from workbench.errors import WorkbenchError
from workbench.rag.loaders.parsed import Parsed
from workbench.rag.loaders.text import clean, paged
from workbench.rag.reasons import ReasonCode


def load_rtf(data: bytes, name: str) -> Parsed:
    """Raises WorkbenchError when nothing of it is text."""
    text, notes = clean(rtf_text(data))
    if not text.strip():
        raise WorkbenchError(
            f"{name} is empty: it holds no text.", hint="Nothing can be found in it.", code=ReasonCode.EMPTY
        )
    return Parsed(pages=paged(text.strip()), warnings=notes, file_type="RTF")


def rtf_text(data: bytes) -> str:
    """RTF is ASCII: other letters are escapes in the code page of their font, or Unicode numbers."""
    from striprtf.striprtf import rtf_to_text

    return str(rtf_to_text(data.decode("cp1252", "replace"), errors="replace")).replace("\x00", "")
