"""Named loggers by topic, one rotating file in the data folder, nothing on the terminal below WARNING."""

import logging
import logging.handlers
from pathlib import Path

_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


def get_logger(topic: str) -> logging.Logger:
    """The logger of one topic (`jobs`, `rag`, ...): `workbench.<topic>`."""
    return logging.getLogger(f"workbench.{topic}")


def start_logging(folder: Path, *, level: int = logging.INFO, name: str = "workbench.log") -> Path:
    """Write everything from `level` on to `folder/name` (2 MB, three old ones kept); returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    handler = logging.handlers.RotatingFileHandler(path, maxBytes=2_000_000, backupCount=3, encoding="utf-8")
    handler.setFormatter(logging.Formatter(_FORMAT))
    root = logging.getLogger("workbench")
    root.setLevel(level)
    for old in [h for h in root.handlers if isinstance(h, logging.handlers.RotatingFileHandler)]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    return path
