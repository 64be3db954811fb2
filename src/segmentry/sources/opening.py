"""Opening a file: is it there, what is it, is it safe to unpack, in which encoding is it written.

Whatever arrives leaves as a Parquet file, a workbook, or plain UTF-8 text that the warehouse can read in parallel.
"""

from __future__ import annotations

import codecs
import hashlib
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from segmentry.sources.spec import LoadSpec
from segmentry.terms.errors import Problem, SourceError, near_miss, shorten

FORMATS = ("csv", "fixed", "spaces", "parquet", "excel")
RATIO_LIMIT = 200
"""An archive that grows by more than this is refused, once it is larger than `SIZE_FLOOR`."""
SIZE_FLOOR = 64 * 1024 * 1024
_BLOCK = 1 << 20
_CONTROLS = [bytes([code]) for code in (*range(9), *range(14, 28))]
_PROBE, _PROBES = 1 << 18, 16
_MAGIC = {
    b"PAR1": "parquet",
    b"PK\x03\x04": "zip",
    b"\xd0\xcf\x11\xe0": "excel",
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"%PDF": "pdf",
    b"SQLite format 3": "sqlite",
    b"\x89PNG": "png",
    b"\xff\xd8\xff": "jpeg",
    b"BZh": "bzip2",
    b"7z\xbc\xaf": "7z",
    b"\x7fELF": "program",
    b"MZ\x90": "program",
}


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file that is ready to be read.

    Attributes:
        path: Where it can be read: the file itself, or a copy unpacked or in UTF-8.
        name: Name of the file that was given, without its folder.
        format: text, parquet or excel.
        encoding: Encoding it was written in; empty for binary formats.
        content_hash: SHA-256 of the bytes given, in hexadecimal.
        remarks: What was noticed on the way, in words.
    """

    path: Path
    name: str
    format: str
    encoding: str
    content_hash: str
    remarks: tuple[str, ...] = ()


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_file(spec: LoadSpec, folder: Path) -> OpenedFile:
    """Make ``spec.path`` readable, keeping copies in ``folder``.

    Raises:
        SourceError: it is missing, no file, empty, not readable, absurdly packed or of no known kind.
    """
    path = Path(spec.path)
    _check_readable(path)
    digest = content_hash(path)
    kind = _magic(path)
    plain = path
    if kind in ("gzip", "zstd"):
        plain = _unpacked(path, kind, folder)
        kind = _magic(plain)
    if kind == "zip":
        kind = _workbook(plain)
    if kind in ("parquet", "excel"):
        return OpenedFile(plain, path.name, kind, "", digest)
    if kind:
        raise SourceError(_not_a_table(path, kind))
    encoding, remarks = _encoding(plain, spec.encoding)
    if encoding not in ("utf-8", "utf-8-sig", "ascii"):
        plain = _transcoded(plain, encoding, folder)
    return OpenedFile(plain, path.name, "text", encoding, digest, remarks)


def _check_readable(path: Path) -> None:
    def refuse(code: str, what: str, next_step: str) -> SourceError:
        return SourceError(Problem(code, what, shorten(path.name or str(path)), shorten(str(path), 200), next_step))

    try:
        found = path.stat()
    except FileNotFoundError:
        raise _missing(path) from None
    except (OSError, ValueError, RuntimeError) as error:
        told = error.strerror if isinstance(error, OSError) else str(error)
        raise refuse("SOURCE_UNREACHABLE", f"The file cannot be reached: {told}", "Check the path.") from None
    if stat.S_ISDIR(found.st_mode):
        raise refuse("SOURCE_DIRECTORY", "This is a folder, not a file", "Name the file inside it.")
    if not stat.S_ISREG(found.st_mode):
        raise refuse("SOURCE_NOT_A_FILE", "This is no ordinary file", "Save it as a file first.")
    if found.st_size == 0:
        raise refuse("SOURCE_EMPTY", "The file is empty", "Export it again; it should hold at least names and a row.")
    try:
        with path.open("rb"):
            pass
    except PermissionError:
        raise refuse("SOURCE_FORBIDDEN", "You may not read this file", "Ask for the right to read it.") from None


def _missing(path: Path) -> SourceError:
    folder = path.parent
    try:
        near = near_miss(path.name, [entry.name for entry in folder.iterdir()]) if folder.is_dir() else ""
    except OSError:
        near = ""
    return SourceError(
        Problem(
            "SOURCE_MISSING",
            "There is no such file",
            shorten(path.name or str(path)),
            shorten(str(path), 200),
            near or "Check the path.",
        )
    )


def _magic(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(16)
    return next((kind for mark, kind in _MAGIC.items() if head.startswith(mark)), "")


def _not_a_table(path: Path, kind: str) -> Problem:
    told = {"zip": "a zip archive", "bzip2": "a bzip2 archive", "7z": "a 7z archive"}.get(kind, f"a {kind} file")
    return Problem(
        "SOURCE_NOT_A_TABLE",
        f"This is {told}, not a table",
        path.name,
        shorten(path.name),
        "Unpack it and name the file inside." if "archive" in told else "Export CSV, Parquet or Excel.",
    )


def _bomb(path: Path, packed: int, unpacked: int) -> SourceError:
    return SourceError(
        Problem(
            "SOURCE_BOMB",
            "The file would unpack to an absurd size",
            path.name,
            f"{packed:,} bytes that become more than {unpacked:,}",
            "Unpack it yourself if you trust it, and name the result.",
        )
    )


def _unpacked(path: Path, kind: str, folder: Path) -> Path:
    import pyarrow as pa

    target = _copy(path, folder, "unpacked")
    packed, size = path.stat().st_size, 0
    try:
        with pa.input_stream(str(path), compression=kind) as source, target.open("wb") as out:
            while block := source.read(_BLOCK):
                size += len(block)
                if size > SIZE_FLOOR and size > packed * RATIO_LIMIT:
                    raise _bomb(path, packed, size)
                out.write(block)
    except (OSError, pa.ArrowException) as error:
        raise SourceError(
            Problem(
                "SOURCE_DAMAGED",
                "The packed file is damaged or cut off",
                path.name,
                f"{shorten(str(error), 120)} after {size:,} bytes",
                "Copy or export it again.",
            )
        ) from error
    if size == 0:
        raise SourceError(Problem("SOURCE_EMPTY", "The packed file is empty", path.name, "0 bytes", "Export it again."))
    return target


def _workbook(path: Path) -> str:
    """``excel`` if the archive is a workbook that is safe to unpack, ``zip`` if it is something else."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise SourceError(
            Problem(
                "SOURCE_DAMAGED",
                "The workbook is damaged or cut off",
                path.name,
                shorten(str(error)),
                "Save it again in Excel, or export CSV.",
            )
        ) from error
    unpacked = sum(member.file_size for member in members)
    if unpacked > SIZE_FLOOR and unpacked > path.stat().st_size * RATIO_LIMIT:
        raise _bomb(path, path.stat().st_size, unpacked)
    names = {member.filename for member in members}
    return "excel" if names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"} else "zip"


def _encoding(path: Path, given: str | None) -> tuple[str, tuple[str, ...]]:
    if given:
        try:
            return codecs.lookup(given).name, ()
        except LookupError:
            known = ("utf-8", "utf-16", "latin-1", "cp1252", "cp1250", "cp1251", "iso8859-15", "shift_jis", "gb18030")
            step = near_miss(given, known) or f"Use one of {', '.join(known)}."
            raise SourceError(
                Problem("ENCODING_UNKNOWN", "There is no such encoding", "encoding", shorten(given), step)
            ) from None
    with path.open("rb") as file:
        head = file.read(1 << 16)
    marked = _marked(head)
    if marked:
        return marked, ()
    if sum(map(head.count, _CONTROLS)) > len(head) * 0.02:
        raise SourceError(_binary(path))
    return _unmarked(path)


def _marked(head: bytes) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    zeros_even, zeros_odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2 or 1
    if zeros_odd > 0.4 * half and zeros_even < 0.05 * half:
        return "utf-16-le"
    if zeros_even > 0.4 * half and zeros_odd < 0.05 * half:
        return "utf-16-be"
    return ""


def _binary(path: Path) -> Problem:
    return Problem(
        "SOURCE_BINARY",
        "The file holds bytes that are no text, and is of no known format",
        path.name,
        "control bytes such as NUL",
        "Export CSV, Parquet or Excel, or name the encoding.",
    )


def _unmarked(path: Path) -> tuple[str, tuple[str, ...]]:
    """UTF-8 if the samples are, or nearly; lines that are not are then put aside; else a Western code page."""
    good = bad = 0
    with path.open("rb") as file:
        size = path.stat().st_size
        for start in sorted({0, *(size * share // _PROBES for share in range(1, _PROBES))}):
            file.seek(start)
            if start:
                file.readline(_BLOCK)
            good, bad = _judge(file.read(_PROBE) + file.readline(_BLOCK), good, bad)
    return _verdict(good, bad)


def settle_encoding(file: OpenedFile, folder: Path) -> OpenedFile:
    """Look at every line of a file that proved not to be UTF-8 throughout, and transcode it if few lines are."""
    good = bad = 0
    with file.path.open("rb") as source:
        for block in _lines(source):
            good, bad = _judge(block, good, bad)
    encoding, remarks = _verdict(good, bad)
    path = file.path if encoding == "utf-8" else _transcoded(file.path, encoding, folder)
    return replace(file, path=path, encoding=encoding, remarks=remarks)


def _verdict(good: int, bad: int) -> tuple[str, tuple[str, ...]]:
    if bad == 0:
        return "utf-8", ()
    if good > bad:
        return "utf-8", ("Some lines are not written in UTF-8 like the rest and are put aside",)
    return "cp1252", ("The file is not written in UTF-8; it was read as Windows-1252",)


def _judge(block: bytes, good: int, bad: int) -> tuple[int, int]:
    """Lines with letters beyond ASCII that are UTF-8, and lines that are not."""
    try:
        return good + (not block.decode("utf-8").isascii()), bad
    except UnicodeDecodeError:
        for row in block.split(b"\n"):
            try:
                good += not row.decode("utf-8").isascii()
            except UnicodeDecodeError:
                bad += 1
    return good, bad


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """Blocks of whole lines, so that no letter is cut in two."""
    while block := file.read(4 * _BLOCK):
        yield block + file.readline(_BLOCK)


def _copy(path: Path, folder: Path, purpose: str) -> Path:
    """Where a copy goes; it keeps the name by which people know the file."""
    (folder / purpose).mkdir(exist_ok=True)
    return folder / purpose / path.name


def _transcoded(path: Path, encoding: str, folder: Path) -> Path:
    target = _copy(path, folder, "transcoded")
    decoder = codecs.getincrementaldecoder("cp1252" if encoding == "cp1252" else encoding)(errors="replace")
    with path.open("rb") as source, target.open("wb") as out:
        while block := source.read(_BLOCK):
            out.write(decoder.decode(block).encode("utf-8"))
        out.write(decoder.decode(b"", final=True).encode("utf-8"))
    return target
