"""XML from anywhere, read with entities, DTDs and the network off; and XML of ours, written."""

from __future__ import annotations

import re

from lxml import etree


class UnreadableXml(ValueError):
    """It is broken, or declares a document type, which none of the formats read here does."""


def read_xml(content: bytes) -> etree._Element:
    """The root of a document. Raises UnreadableXml, which says what is wrong and in which line."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableXml(str(error)) from error
    if root.getroottree().docinfo.doctype:
        raise UnreadableXml("it declares a document type")
    return root


# What XML 1.0 has no way to write, not even escaped.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    """The text without the characters that no XML document may hold."""
    return _ILLEGAL.sub("", text)


def add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    """Append an element; `name` may be qualified, as etree.QName writes it."""
    element = etree.SubElement(parent, name, {k: legal(v) for k, v in attributes.items()})
    if text:
        element.text = legal(text)
    return element


def add_unescaped(parent: etree._Element, name: str, text: str) -> None:
    """The same as a CDATA section, for readers that know no other; escaped where it cannot be."""
    content = legal(text)
    if "]]>" in content:
        add(parent, name, content)
    elif content:
        etree.SubElement(parent, name).text = etree.CDATA(content)


def write_xml(root: etree._Element) -> bytes:
    """A whole document, in UTF-8."""
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written
