"""Text recognition for scanned pages and pictures: only with a program that the user installed and switched on."""

import os
import shutil
import subprocess

from workbench.errors import WorkbenchError
from workbench.rag.indexing_types import TextRecognition
from workbench.rag.loaders.parsed import Recognizer
from workbench.rag.reasons import ReasonCode

PROGRAM = "tesseract"
_SECONDS_PER_PICTURE = 60.0


def recognizer_for(recognition: TextRecognition) -> Recognizer | None:
    """The recognizer that was asked for; None when none was. Whether it is installed shows at the first scan."""
    return Tesseract(find_program(), recognition.languages) if recognition.is_on else None


def find_program() -> str:
    """Where Tesseract is installed; empty where it is not."""
    return shutil.which(PROGRAM) or ""


class Tesseract:
    """The command line program of that name, in a process of its own for every picture."""

    def __init__(self, program: str, languages: str) -> None:
        self._command = [program, "stdin", "stdout", "-l", languages, "--psm", "3"]

    def recognize(self, picture: bytes) -> str:
        """Raises WorkbenchError when it is not installed, takes too long or says that it cannot."""
        if not self._command[0]:
            raise WorkbenchError(
                "Scanned pages are to be read, but Tesseract is not installed on this computer.",
                hint="Install it, or switch the reading of scans off.",
                code=ReasonCode.NEEDS_OCR,
            )
        environment = os.environ | {"OMP_THREAD_LIMIT": "1"}
        try:
            done = subprocess.run(
                self._command, input=picture, capture_output=True, timeout=_SECONDS_PER_PICTURE, env=environment
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise WorkbenchError(
                "Text recognition took too long or could not be started.",
                hint="Switch it off, or split the file.",
                details=str(error),
                code=ReasonCode.TOO_SLOW,
            ) from error
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip()
            raise WorkbenchError(
                "Text recognition failed.",
                hint="Are the languages of the settings installed?",
                details=said[-2000:],
                code=ReasonCode.NEEDS_OCR,
            )
        return done.stdout.decode("utf-8", "replace").replace("\f", "").strip()
