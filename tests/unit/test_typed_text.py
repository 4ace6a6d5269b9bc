"""Text people type becomes HTML and text again, so that saving it unchanged changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.html import to_text, written

_PIECES = st.sampled_from(
    ["word", "two words", "- point", "* point", "<b>", "<p", "<p>", "</li>", "&amp;", "&", '"', "'",
     "\n", "\n\n", "\r\n", "<br>", "<ul><li>x</li></ul>", "<a href='https://x.org'>x</a>", " ", "•"]
)  # fmt: skip


def saved(typed: str) -> str:
    return str(written(typed))


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One<br>two</p><p>three</p>", "One\ntwo\n\nthree"),
        ("<p>List:</p><ul><li>a</li><li>b</li></ul><p>End</p>", "List:\n\n- a\n- b\n\nEnd"),
        ("<p>5 &lt; 6 &amp; 7</p>", "5 < 6 & 7"),
        ("<h3>Title</h3><p>x</p>", "<h3>Title</h3><p>x</p>"),
        ("<p>- not a list</p>", "<p>- not a list</p>"),
        ("", ""),
    ],
)
def test_what_was_typed_is_shown_again(markup: str, text: str) -> None:
    assert to_text(markup) == text


@given(st.lists(_PIECES, max_size=12).map("".join) | st.text(max_size=60))
def test_saving_what_is_shown_changes_nothing(typed: str) -> None:
    markup = saved(typed)
    assert saved(to_text(markup)) == markup
