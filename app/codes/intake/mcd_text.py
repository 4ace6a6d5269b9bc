"""The bodies of coverage documents: HTML as contractors paste it, cleaned, and short texts."""

from __future__ import annotations

import html
import re
from itertools import accumulate

import nh3

LONGEST = 200_000  # bytes of one cleaned body; the longest real ones stay well below
_DEEPEST = 100  # tags within tags; parsing takes time with the square of it

_TAGS = {
    "p", "br", "ul", "ol", "li", "strong", "em", "h3", "h4", "h5", "sub", "sup",
    "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td",
}  # fmt: skip
_SPANS = {"th": {"colspan", "rowspan"}, "td": {"colspan", "rowspan"}}

# What stands for something we keep. Any other tag goes without a trace, so what breaks a line
# has to become a paragraph, and what does not must not.
_KEPT_AS = {
    "b": "strong", "i": "em", "h1": "h3", "h2": "h3", "h6": "h5",
    "div": "p", "center": "p", "blockquote": "p", "section": "p", "article": "p", "pre": "p",
    "address": "p", "dt": "p", "dd": "p",
}  # fmt: skip
_RENAMED = re.compile(rf"<(/?)({'|'.join(_KEPT_AS)})(?=[\s/>])[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_ESCAPED = re.compile(r"&lt;(?:p|div|ul|ol|table|br|span|strong)\b", re.IGNORECASE)
_NESTED = re.compile(
    r"<(/?)(?!(?:p|li|tr|td|th|br|img|hr|input|col|meta|link)[\s/>])[a-z]", re.IGNORECASE
)
_SPACES = re.compile(r"\s+")
_EMPTY = re.compile(r"<(p|h3|h4|h5|strong|em)>\s*</\1>")
_BLOCK_ENDS = ("</p>", "</li>", "</tr>", "</h3>", "</h4>", "</h5>", "</ul>", "</ol>", "</table>")


def cleaned_body(raw: str) -> tuple[str, bool]:
    """HTML that may be shown, and whether it was cut because it was too long.

    Links stay as their text. Scripts, styles, pictures and event handlers go.
    """
    if "<" not in raw and _ESCAPED.search(raw):
        raw = html.unescape(raw)  # some bodies are escaped once too often
    if _depth(raw) > _DEEPEST:
        raw = html.escape(_TAG.sub(" ", raw))
    body = _clean(_RENAMED.sub(lambda tag: f"<{tag[1]}{_KEPT_AS[tag[2].lower()]}>", raw))
    body = _SPACES.sub(" ", body.replace("&nbsp;", " "))
    while (without := _EMPTY.sub("", body)) != body:
        body = without
    body = body.strip()
    if body and not body.startswith(("<p", "<h", "<ul", "<ol", "<table")):
        body = _clean(f"<p>{body}")
    return _cut(body)


def line_of(raw: str) -> str:
    """The text of a title or a name, on one line, without tags and entities."""
    if "<" in raw or "&" in raw:
        raw = html.unescape(nh3.clean(raw, tags=set()))
    return " ".join(raw.split())


def _clean(raw: str) -> str:
    return nh3.clean(raw, tags=_TAGS, attributes=_SPANS, attribute_filter=_small_number)


def _small_number(_tag: str, _attribute: str, value: str) -> str | None:
    return value if re.fullmatch(r"[1-9]\d?", value) else None


def _depth(raw: str) -> int:
    """How deep its tags stand in one another at most, those that the parser closes aside."""
    steps = (-1 if slash else 1 for slash in _NESTED.findall(raw))
    return max(accumulate(steps, lambda depth, step: max(depth + step, 0)), default=0)


def _cut(body: str) -> tuple[str, bool]:
    content = body.encode()
    if len(content) <= LONGEST:
        return body, False
    kept = content[: LONGEST - 1_000].decode(errors="ignore")  # room for the tags to be closed
    end = max(kept.rfind(tag) + len(tag) if tag in kept else 0 for tag in _BLOCK_ENDS)
    if not end:  # one block of that length: between two words
        end = kept.rfind(" ") if " " in kept else len(kept)
    return _clean(kept[:end]), True
