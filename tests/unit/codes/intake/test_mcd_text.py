"""Cleaning the bodies of coverage documents."""

import time

import pytest

from app.codes.intake.mcd_text import LONGEST, cleaned_body, line_of


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (
            "<p onclick=x()>One <script>two()</script><style>p{}</style>three</p>",
            "<p>One three</p>",
        ),
        ("<img src=x onerror=y><p>One</p>", "<p>One</p>"),
        ('See <a href="https://www.cms.gov/x">the manual</a>.', "<p>See the manual.</p>"),
        ("<div>One</div><div>two</div>", "<p>One</p><p>two</p>"),
        ("<p>C<span>O</span>PD and 10<sup>9</sup></p>", "<p>COPD and 10<sup>9</sup></p>"),
        ("<h1>One</h1><b>two</b>", "<h3>One</h3><strong>two</strong>"),
        ("<p>&nbsp;</p><p>One</p><p> <b> </b> </p>", "<p>One</p>"),
        ("&lt;p&gt;One&lt;/p&gt;", "<p>One</p>"),
        ("one < two", "<p>one &lt; two</p>"),
        (
            '<table border=1><tr><td colspan="2" rowspan="x" style="a">1</td></tr></table>',
            '<table><tbody><tr><td colspan="2">1</td></tr></tbody></table>',
        ),
        ("<!-- hidden --><p>One</p>", "<p>One</p>"),
        ("<p>=1+1</p>", "<p>=1+1</p>"),
        ("", ""),
    ],
)
def test_what_is_kept_of_a_body(raw, kept):
    assert cleaned_body(raw) == (kept, False)


def test_a_body_that_is_too_long_is_cut_after_a_block():
    body, cut = cleaned_body("<ul>" + "<li>INVENTED words</li>" * 20_000 + "</ul>")
    assert cut
    assert len(body.encode()) <= LONGEST
    assert body.endswith("<li>INVENTED words</li></ul>")


def test_a_block_that_is_too_long_is_cut_between_words():
    body, cut = cleaned_body("<p>" + "INVENTED é " * 30_000 + "</p>")
    assert cut
    assert len(body.encode()) <= LONGEST
    assert body.endswith((" INVENTED</p>", " é</p>"))


@pytest.mark.parametrize(
    "raw",
    ["<ul><b>" * 100_000 + "One</b></ul>", "<a<b<c" * 100_000, "&lt;p" * 100_000, "<!--" * 100_000],
)
def test_tags_without_end_take_no_time(raw):
    started = time.process_time()
    body, _ = cleaned_body(raw)
    assert len(body) <= LONGEST
    assert "<ul" not in body
    assert time.process_time() - started < 5


def test_a_title_is_text_on_one_line():
    assert line_of("A &amp; B<br>\n C < D") == "A & B C < D"
    assert line_of("<script>x()</script> =1+1") == "=1+1"
