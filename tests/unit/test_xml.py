"""XML from strangers: read where it is plain, refused where it could reach further."""

import pytest

from app.xml import UnreadableXml, read_xml


def test_plain_xml_is_read_without_comments_and_instructions():
    root = read_xml(b"<?xml version='1.0'?><a><!-- c --><?pi x?><b>text</b></a>")
    assert [child.tag for child in root] == ["b"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<a>",
        b"text",
        b"\xff\xfe\x00",
        b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
        b"<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/a.dtd'><a/>",
        b"<!DOCTYPE a [<!ENTITY x 'xxxx'><!ENTITY y '&x;&x;&x;&x;'>]><a>&y;&y;</a>",
    ],
)
def test_what_is_broken_or_declares_a_document_type_is_refused(content):
    with pytest.raises(UnreadableXml):
        read_xml(content)
