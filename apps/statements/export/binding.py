"""Several tagged PDF files become one, and a screen reader follows it from the first page to the last.

Pages are appended, and with them their structure (ISO 32000-2, 14.7): the elements of each part go below the first
one's document, and the tree that leads from a page's marked content to its elements counts on.
"""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pikepdf

#: The form that draws a page's number, and how it is marked: not part of the text (ISO 32000-2, 14.8.2.2).
NUMBER = "/Seitenzahl"
ARTIFACT = f"Q\n/Artifact <</Type /Pagination>> BDC\nq {NUMBER} Do Q\nEMC\n".encode()


class Book:
    """A PDF that grows by parts; a context, which closes what is open."""

    def __init__(self) -> None:
        self._whole: pikepdf.Pdf | None = None
        self._open: list[pikepdf.Pdf] = []
        self._numbered = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pdf in self._open:
            pdf.close()

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return len(self._pdf.pages)

    def append(self, path: Path) -> None:
        """Add the pages of a tagged PDF (WeasyPrint's: one document element) and its structure."""
        if self._whole is None:
            self._whole = self._read(path)
            return
        whole, part = self._whole, self._read(path)
        first = len(whole.pages)
        whole.pages.extend(part.pages)
        for number in range(first, len(whole.pages)):
            page = whole.pages[number].obj
            page.StructParents = int(page.StructParents) + first
        added = whole.copy_foreign(part.Root.StructTreeRoot)
        tree: Any = whole.Root.StructTreeRoot
        document = tree.K[0]
        for element in added.K[0].K:
            element.P = document
            document.K.append(element)
        leads = list(added.ParentTree.Nums)
        for page_number, elements in zip(leads[::2], leads[1::2], strict=True):
            tree.ParentTree.Nums.append(int(page_number) + first)
            tree.ParentTree.Nums.append(elements)

    def number(self, path: Path) -> None:
        """Draw each page of another PDF over the next of ours, marked as something that is not read aloud."""
        for number in self._read(path).pages:
            page = self._pdf.pages[self._numbered]
            self._numbered += 1
            # Pages of one part share their resources.
            resources: Any = page.obj.Resources
            forms = pikepdf.Dictionary({**dict(resources.get("/XObject", {})), NUMBER: self._form(number)})
            page.obj.Resources = pikepdf.Dictionary({**dict(resources), "/XObject": forms})
            page.contents_add(b"q\n", prepend=True)
            page.contents_add(ARTIFACT)

    def _form(self, page: pikepdf.Page) -> Any:
        return self._pdf.copy_foreign(page.as_form_xobject())

    def write(self, path: Path) -> None:
        """Write the file."""
        self._pdf.save(path, object_stream_mode=pikepdf.ObjectStreamMode.generate)

    @property
    def _pdf(self) -> pikepdf.Pdf:
        if self._whole is None:
            raise ValueError("a book without a page")
        return self._whole

    def _read(self, path: Path) -> pikepdf.Pdf:
        pdf = pikepdf.open(path)
        self._open.append(pdf)
        return pdf
