"""HTML that people wrote: what of it is kept, and the plain text in it."""

from __future__ import annotations

import html
import re

import nh3
from markupsafe import Markup

ALLOWED_TAGS = {
    "p",
    "br",
    "ul",
    "ol",
    "li",
    "strong",
    "em",
    "b",
    "i",
    "h3",
    "h4",
    "a",
    "blockquote",
}
ALLOWED_ATTRIBUTES: dict[str, set[str]] = {"a": {"href"}, "*": set()}
ALLOWED_SCHEMES = {"http", "https", "mailto"}

_BLOCK_END = re.compile(r"</(?:p|li|h3|h4|blockquote)>|<br\s*/?>", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\f\v]+")


def clean(raw: str) -> Markup:
    """The part of `raw` that may be shown to others: a few tags, and links nobody follows."""
    cleaned = nh3.clean(
        raw,
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        url_schemes=ALLOWED_SCHEMES,
        link_rel="nofollow noopener noreferrer ugc",
    )
    return Markup(cleaned)  # noqa: S704 - cleaned one line above


def from_text(text: str) -> str:
    """Plain text as paragraphs and bullet lists; text that already holds tags is left alone."""
    if re.search(r"<(?:p|ul|ol|br|h3|h4)\b", text, re.IGNORECASE):
        return text
    blocks: list[str] = []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in block.splitlines() if line.strip()]
        bullets = [re.sub(r"^[-*•]\s+", "", line) for line in lines if re.match(r"^[-*•]\s+", line)]
        if lines and len(bullets) == len(lines):
            items = "".join(f"<li>{html.escape(item)}</li>" for item in bullets)
            blocks.append(f"<ul>{items}</ul>")
        elif lines:
            blocks.append("<p>" + "<br>".join(html.escape(line) for line in lines) + "</p>")
    return "".join(blocks)


def plain(markup: str) -> str:
    """The words of `markup`, one line a block."""
    broken = _BLOCK_END.sub("\n", markup)
    text = html.unescape(nh3.clean(broken, tags=set()))
    lines = (_SPACES.sub(" ", line).strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def written(typed: str) -> Markup:
    """What is stored of something typed, be it text or HTML: cleaned, and always in a block."""
    kept = clean(from_text(typed))
    # Debris such as a lone list item would be taken for text when it is saved again.
    return kept if from_text(kept) == kept else clean(f"<p>{kept}</p>")


_PLAIN_TAG = re.compile(r"</?(?:p|br|ul|li)\s*/?>")


def to_text(markup: str) -> str:
    """What a person would type for `written` to give `markup`; `markup` itself if none would."""
    if "<" in _PLAIN_TAG.sub("", markup):
        return markup
    text = re.sub(r"<li>", "- ", markup)
    text = re.sub(r"<br\s*/?>|</li>", "\n", text)
    text = re.sub(r"</p>|</ul>", "\n\n", text)
    text = re.sub(r"\n{3,}", "\n\n", html.unescape(_PLAIN_TAG.sub("", text))).strip()
    # Saving what is shown, without a change, must change nothing.
    return text if written(text) == markup else markup
