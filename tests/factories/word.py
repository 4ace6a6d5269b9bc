"""A résumé as Word saves it, part by part, and what tells a reader how the parts hang together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.factories.documents import docx_bytes

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PART = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_PACKAGE_PART = "application/vnd.openxmlformats-package."
_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63fcff"
    "9fa11e0006820281a0ccd2d50000000049454e44ae426082"
)


def relations(*kinds_and_targets: tuple[str, str], mode: str = "External") -> str:
    """A .rels part. A kind may be one of Office's by its last word; a URL is outside."""
    inside = "".join(
        f'<Relationship Id="rId{number}" Type="{kind if ":" in kind else OFFICE + kind}" '
        f'Target="{target}"{f" TargetMode={mode!r}" if ":" in target else ""}/>'
        for number, (kind, target) in enumerate(kinds_and_targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{PACKAGE}relationships">{inside}</Relationships>'


def content_types(more: Iterable[tuple[str, str]] = ()) -> str:
    """[Content_Types].xml with what the parts of a plain document are, and more of them."""
    parts = [
        ("/word/document.xml", f"{_PART}document.main+xml"),
        ("/word/settings.xml", f"{_PART}settings+xml"),
        ("/word/styles.xml", f"{_PART}styles+xml"),
        ("/docProps/core.xml", f"{_PACKAGE_PART}core-properties+xml"),
        *more,
    ]
    return (
        f'{_HEAD}<Types xmlns="{PACKAGE}content-types">'
        f'<Default Extension="rels" ContentType="{_PACKAGE_PART}relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="png" ContentType="image/png"/>'
        + "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in parts)
        + "</Types>"
    )


def word_bytes(more: Mapping[str, bytes | str] | None = None) -> bytes:
    """A document with settings, styles, properties, a link and a picture; parts may be replaced."""
    return docx_bytes(
        {
            "[Content_Types].xml": content_types(),
            "_rels/.rels": relations(
                ("officeDocument", "word/document.xml"),
                (f"{PACKAGE}relationships/metadata/core-properties", "docProps/core.xml"),
            ),
            "docProps/core.xml": f'{_HEAD}<cp:coreProperties xmlns:cp="{PACKAGE}metadata"/>',
            "word/document.xml": f'{_HEAD}<w:document xmlns:w="{_WORD}"><w:body/></w:document>',
            "word/_rels/document.xml.rels": relations(
                ("settings", "settings.xml"),
                ("styles", "styles.xml"),
                ("image", "media/image1.png"),
                ("hyperlink", "https://www.linkedin.com/in/jane"),
                ("hyperlink", "mailto:jane@example.com"),
            ),
            "word/settings.xml": f'{_HEAD}<w:settings xmlns:w="{_WORD}"/>',
            "word/styles.xml": f'{_HEAD}<w:styles xmlns:w="{_WORD}"/>',
            "word/media/image1.png": _PIXEL,
            **(more or {}),
        }
    )
