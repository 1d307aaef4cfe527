"""A published policy page, saved as HTML or as text, to what can be compared: account rows, dates, wording."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

from bot.domain.accounts import Platform
from bot.roster.dates import WrittenDate, dates_in

LARGEST = 5_000_000
"""Characters of a page that are read; the rest is cut off."""

PATH_CODES = {"zh-cn": "zh-Hans", "zh-tw": "zh-Hant", "fi": "fil"}
"""Language codes in the agency's paths are not BCP 47: ``fi`` is Filipino there, not Finnish."""

LINK = re.compile(r"https?://(?:www\.|mobile\.|m\.)?(x|twitter|facebook)\.com/@?([A-Za-z0-9_.]{1,50})", re.IGNORECASE)
X_HANDLE = re.compile(r"(?<![\w@./-])@?((?=[A-Za-z0-9]*_)[A-Za-z0-9_]{4,15})(?![\w@-])")
PAGE_NAME = re.compile(r"(?<![\w@./-])(?=[A-Za-z0-9.]{5,50}(?![\w.@-]))([A-Za-z0-9]+(?:\.[A-Za-z0-9]+)+)")
NEXT_SECTION = re.compile(r"^[33](?:[\s.、．]|$)")
PLATFORM_WORD = re.compile(r"twitter|facebook|(?<![A-Za-z])X(?![A-Za-z])", re.IGNORECASE)
LINK_REST = re.compile(r"^[((]|facebook|脸书|臉書|フェイスブック|페이스북", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an account table. ``operator`` keeps the page's own line breaks: bureau, then office or unit."""

    platform: Platform
    handle: str
    operator: tuple[str, ...]
    link_text: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What was read from one page. ``language`` is a BCP 47 tag if the page names it itself, else empty."""

    title: str
    lines: tuple[str, ...]
    rows: tuple[Row, ...]
    dates: tuple[WrittenDate, ...]
    language: str
    sha256: str

    def on(self, platform: Platform) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.platform is platform)


def read_page(source: str) -> Page:
    """Read HTML or plain text; whatever it is, the answer is a page, perhaps without rows."""
    digest = hashlib.sha256(source.encode("utf-8", "replace")).hexdigest()
    source = unicodedata.normalize("NFC", source[:LARGEST])
    language = ""
    table: tuple[list[str], ...] = ()
    if re.search(r"<(?:html|body|table|div|p)\b", source, re.IGNORECASE):
        reader = _Html()
        reader.feed(source)
        reader.close()
        language, table = reader.language, tuple(reader.rows)
        source = reader.title_line() + reader.text()
    lines = tuple(line for line in (_clean(each) for each in source.splitlines()) if line)
    rows = rows_of_table(table) or rows_of_text(lines)
    title = next((line for line in lines if "SNS" in line or PLATFORM_WORD.search(line)), lines[0] if lines else "")
    return Page(title.lstrip("• "), lines, rows, dates_in("\n".join(lines)), language, digest)


def rows_of_table(table: Sequence[Sequence[str]]) -> tuple[Row, ...]:
    """Rows of HTML tables: operator cells, then the cell with the handle, then the link's words."""
    rows: list[Row] = []
    for cells in table:
        number = next((i for i, cell in enumerate(cells) if i and find_handle(cell)), None)
        found = find_handle(cells[number]) if number else None
        if number and found:
            operator = tuple(line for cell in cells[:number] for line in map(_clean, cell.splitlines()) if line)
            words = _clean(LINK.sub(" ", " ".join(cells[number + 1 :])))
            rows.append(Row(found[0], found[1], operator, words))
    return tuple(rows)


def rows_of_text(lines: Sequence[str]) -> tuple[Row, ...]:
    """Rows of a page saved as text, where an operator or a link's words may run over several lines."""
    rows: list[Row] = []
    above: list[str] = []
    pages = False  # below a heading that says Facebook; elsewhere a word with full stops is no Page
    for line in lines:
        found = find_handle(line, pages=pages)
        heading = len(line) < 120 and PLATFORM_WORD.search(line)
        if found:
            before, after = line[: found[2]].strip(), line[found[3] :].strip()
            rows.append(Row(found[0], found[1], (*above, before) if before else tuple(above), after))
            above = []
        elif rows and NEXT_SECTION.match(line):
            break
        elif pages and rows and rows[-1].platform is Platform.FACEBOOK and not above and LINK_REST.search(line):
            last = rows.pop()
            rows.append(Row(last.platform, last.handle, last.operator, f"{last.link_text} {line}".strip()))
        elif heading:
            above, pages = [], "facebook" in heading[0].lower()
        else:
            above.append(line)
    return tuple(row for row in (_trimmed(each) for each in rows) if row.operator)


def _trimmed(row: Row) -> Row:
    """An operator has at most bureau, office and unit; prose further above the first row is not part of it."""
    return Row(row.platform, row.handle, row.operator[-3:], row.link_text)


def find_handle(text: str, *, pages: bool = True) -> tuple[Platform, str, int, int] | None:
    """The first handle in a text, bare or in an address, with its place; without ``pages`` bare Page names are not."""
    if found := LINK.search(text):
        platform = Platform.FACEBOOK if found[1].lower() == "facebook" else Platform.X
        return platform, found[2].rstrip("."), found.start(), found.end()
    for platform, shape in ((Platform.X, X_HANDLE), (Platform.FACEBOOK, PAGE_NAME)):
        if (pages or platform is Platform.X) and (found := shape.search(text)):
            return platform, found[1], found.start(), found.end()
    return None


def language_of_address(url: str) -> str:
    """The BCP 47 tag of a page's address: …/zh-cn/… is zh-Hans. Empty if the path names none."""
    found = re.search(r"//[^/]+/(?:isa/)?([a-z]{2}(?:-[a-z]{2})?)/", url)
    return PATH_CODES.get(found[1], found[1]) if found else ""


def _clean(line: str) -> str:
    return re.sub(r"\s+", " ", line).strip()


class _Html(HTMLParser):
    """Text by lines and tables by cells, spans over several rows carried down."""

    BLOCKS = frozenset(
        (
            "p",
            "div",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "li",
            "tr",
            "table",
            "ul",
            "ol",
            "section",
            "article",
            "dt",
            "dd",
        )
    )
    SILENT = frozenset(("script", "style", "noscript", "template", "title"))

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.language, self.title = "", ""
        self.parts: list[str] = []
        self.rows: list[list[str]] = []
        self.cell: list[str] | None = None
        self.silent: list[str] = []
        self.carried: dict[int, tuple[int, str]] = {}
        self.span = 1

    def text(self) -> str:
        return "".join(self.parts)

    def title_line(self) -> str:
        return f"{_clean(self.title)}\n" if self.title else ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            code = given.get("lang", "").lower()
            self.language = PATH_CODES.get(code, given.get("lang", ""))
        if tag in self.SILENT:
            self.silent.append(tag)
        elif tag == "table":
            self.carried = {}
        elif tag == "tr":
            self.rows.append([])
            self._carry()
        elif tag in ("td", "th") and self.rows:
            self._close_cell()
            self.cell, self.span = [], _small(given.get("rowspan", "1"))
        elif tag == "a" and self.cell is not None and LINK.search(given.get("href", "")):
            self.cell.append(" ")
        if tag == "br" or tag in self.BLOCKS:
            self._write("\n")

    def handle_endtag(self, tag: str) -> None:
        if self.silent and tag == self.silent[-1]:
            self.silent.pop()
        elif tag in ("td", "th", "tr", "table"):
            self._close_cell()
        if tag in self.BLOCKS:
            self._write("\n")
        elif tag in ("td", "th"):
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if self.silent:
            self.title += data if self.silent[-1] == "title" else ""
        else:
            self._write(data)

    def _write(self, text: str) -> None:
        self.parts.append(text)
        if self.cell is not None:
            self.cell.append(text)

    def _close_cell(self) -> None:
        if self.cell is None or not self.rows:
            return
        text, self.cell = "".join(self.cell).strip(), None
        column = len(self.rows[-1])
        self.rows[-1].append(text)
        if self.span > 1:
            self.carried[column] = (self.span - 1, text)
        self._carry()

    def _carry(self) -> None:
        row = self.rows[-1]
        while len(row) in self.carried:
            left, text = self.carried.pop(len(row))
            if left > 1:
                self.carried[len(row)] = (left - 1, text)
            row.append(text)


def _small(written: str) -> int:
    return int(written) if written.isascii() and written.isdigit() and len(written) <= 3 else 1
