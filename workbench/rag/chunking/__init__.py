"""Pages into chunks.

`zones` says what a page consists of, `breaks` where its text may be cut, `rulers` how long a piece is, `cutting` puts
them together; `chunker` is what the rest of the program knows.
"""

from workbench.rag.chunking.chunker import Chunker, check_chunking, readable

__all__ = ["Chunker", "check_chunking", "readable"]
