"""PDF: text in reading order with the place of every letter, marks for headings and tables, pages as pictures.

`letters` asks PDFium for words; `segments`, `rulings`, `tables` and `columns` find out how they stand together;
`paragraphs` and `page_layout` write a page; `headings`, `furniture` and `reading` look at the document as a whole.
"""

from workbench.rag.loaders.pdf.picture import PageImage, _png, render_page
from workbench.rag.loaders.pdf.reading import load_pdf
from workbench.rag.loaders.pdf.scans import is_about_textless_pages

__all__ = ["PageImage", "_png", "is_about_textless_pages", "load_pdf", "render_page"]
