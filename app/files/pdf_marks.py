"""Whether a PDF is a document or more than that, in the words of one line: whole, locked, active or
broken.

A program of its own (`python -I pdf_marks.py`, the file on standard input), because what reads a
PDF is large and written in C++ and the bytes are anybody's: it binds itself before it looks at
them, knows nothing of the app and starts in a tenth of a second. qpdf reads the file as viewers do:
names written in code, objects packed in any way, files whose table of contents is broken.
"""

import io
import re
import resource
import sys

import pikepdf

#: Bytes of address space and seconds of processor: far above what 50 MB of scanned pages need.
MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 15
#: Of what object streams hold when unpacked, all together.
MAX_UNPACKED = 20 * 1024 * 1024
#: What acts, starts a program or carries another file. A form, a link or a start page does not;
#: a form in XML (XFA) brings scripts along that stand outside PDF's own objects.
_ACTIVE = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|Rendition|Movie|XFA)(?![A-Za-z])"
)
#: A plain letter written as a code inside a name, which serves only to hide the name. Looked for
#: where qpdf hands out bytes and not objects.
_HIDDEN_NAME = re.compile(rb"/[A-Za-z0-9]{0,40}#(?:4[1-9A-Fa-f]|5[0-9Aa]|6[1-9A-Fa-f]|7[0-9Aa])")


def verdict(data: bytes) -> str:
    """`whole`, `locked`, `active` or `broken`."""
    try:
        found = _look(data)
    except pikepdf.PasswordError:
        return "locked"
    except (pikepdf.PdfError, ValueError, MemoryError, OverflowError, RecursionError):
        return "broken"
    if found == "whole" and b"startxref" in data:
        # Objects that the table of contents leaves out come to life in a viewer that mends the
        # file, so everything that looks like an object is looked at as well.
        try:
            found = _look(data.replace(b"startxref", b"startxxxx"))
        except pikepdf.PdfError:
            # Nothing to mend it with.
            return found
    return found


def _look(data: bytes) -> str:
    unpacked = 0
    with pikepdf.open(io.BytesIO(data)) as document:
        if document.is_encrypted:
            return "locked"
        for thing in document.objects:
            is_stream = isinstance(thing, pikepdf.Stream)
            # Figures and nothing come as Python's own.
            if isinstance(thing, pikepdf.Object) and _ACTIVE.search(
                thing.stream_dict.unparse() if is_stream else thing.unparse(resolved=True)
            ):
                return "active"
            if is_stream and thing.get("/Type") == "/ObjStm":
                content = thing.read_bytes(pikepdf.StreamDecodeLevel.specialized)
                unpacked += len(content)
                if unpacked > MAX_UNPACKED:
                    return "broken"
                if _ACTIVE.search(content) or _HIDDEN_NAME.search(content):
                    return "active"
    return "whole"


def bind() -> None:
    """No more memory and processor than this; no file can be written, no core is dumped."""
    for what, limit in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
    # What is refused by these is broken: the reader says so instead of eating the memory above.
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=4 * MAX_UNPACKED,
        run_length_max_memory=4 * MAX_UNPACKED,
        png_max_memory=4 * MAX_UNPACKED,
        tiff_max_memory=4 * MAX_UNPACKED,
    )


if __name__ == "__main__":
    bind()
    sys.stdout.write(verdict(sys.stdin.buffer.read()))
