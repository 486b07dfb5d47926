"""The web pages inside an MHTML file."""

from io import BytesIO

from leadsync.sheets.formats.mime_parts import pages_in

FILE = b"""\r\n\r\nMIME-Version: 1.0\r
Content-Type: multipart/related; boundary="B"\r
\r
--B\r
Content-Type: text/html; charset="windows-1252"\r
Content-Transfer-Encoding: quoted-printable\r
\r
<table><td>Zo=EB</table>\r
--B\r
Content-Type: image/png\r
Content-Transfer-Encoding: base64\r
\r
iVBORw0KGgo=\r
--B\r
Content-Type: text/html\r
\r
<table></table>\r
--B--\r
"""


def test_pages_are_decoded_and_pictures_left_out() -> None:
    assert pages_in(BytesIO(FILE)) == [(b"<table><td>Zo\xeb</table>", "windows-1252"), (b"<table></table>", "")]


def test_a_file_of_one_page_is_that_page() -> None:
    assert pages_in(BytesIO(b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>x</p>")) == [(b"<p>x</p>", "utf-8")]


def test_other_files_have_no_pages() -> None:
    assert pages_in(BytesIO(b"Content-Type: text/plain\r\n\r\n<p>x</p>")) == []
