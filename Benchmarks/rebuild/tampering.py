# SPDX-License-Identifier: Apache-2.0
"""Wheels that were changed after their build: code, metadata, members, permissions, hidden bytes."""

import base64
import hashlib
import pathlib
import random
import struct
import zipfile

# Releases of different back ends; those whose times differ anyway are among them.
RELEASES = ["idna==3.20", "certifi==2026.10.18", "rich==15.0.0", "tuf==7.0.1", "six==1.17.0"]
Member = tuple[zipfile.ZipInfo, bytes]


def mutants(wheel: pathlib.Path, folder: pathlib.Path) -> list[tuple[str, pathlib.Path]]:
    """At least 40 changed copies of a wheel, each in a folder of its own, with its kind."""
    random.seed(wheel.name)
    with zipfile.ZipFile(wheel) as archive:
        members = [(info, archive.read(info)) for info in archive.infolist()]
    raw = wheel.read_bytes()
    made: list[tuple[str, bytes]] = []
    for index in range(8):
        made.append(("code byte, RECORD too", packed(changed(members, ".py", index), True)))
        made.append(("code byte", packed(changed(members, ".py", index), False)))
    for index in range(4):
        made.append(("metadata byte", packed(changed(members, "/METADATA", index), True)))
    made.append(("WHEEL byte", packed(changed(members, "/WHEEL", 0), True)))
    made.append(("RECORD byte", packed(changed(members, "/RECORD", 0), False)))
    for name in ("extra.py", "extra.pth", "extra/__init__.py"):
        made.append(("added member", packed(added(members, name), True)))
    made.append(("added member, not in RECORD", packed(added(members, "more.py"), False)))
    for index in range(3):
        made.append(("swapped members", packed(swapped(members, index), False)))
        made.append(("swapped members, RECORD too", packed(swapped(members, index), True)))
    made.append(("removed member", packed(without(members), True)))
    for index in range(3):
        made.append(("permission to execute", packed(attributed(members, index, 0o100755), False)))
    for index in range(2):
        made.append(("symbolic link", packed(attributed(members, index, 0o120777), False)))
    for size in (1, 22, 4096):
        made.append(("bytes between members", gap(raw, size)))
    made.append(("bytes before the first member", prefixed(raw)))
    made.append(("bytes after the end", raw + b"\0"))
    made.append(("comment of the archive", commented(raw)))
    made.append(("bytes in an extra field", packed(members, False, extra=b"\xfe\xca\4\0evil")))
    made.append(("another size in the local header", oversized(raw)))
    files = []
    for number, (kind, data) in enumerate(made):
        place = folder / f"{number:03}"
        place.mkdir(parents=True, exist_ok=True)
        (place / wheel.name).write_bytes(data)
        files.append((kind, place / wheel.name))
    return files


def changed(members: list[Member], suffix: str, index: int) -> list[Member]:
    found = [at for at, (info, data) in enumerate(members) if info.filename.endswith(suffix) and data]
    at = found[index * 7 % len(found)]
    info, data = members[at]
    # Somewhere in it, but not a letter of a name that the build itself depends on.
    place = len(data) - 1 - random.randrange(min(len(data), 200))
    other = bytes([data[place] ^ 1]) if data[place] != 0x0B else b" "
    return replaced(members, at, info, data[:place] + other + data[place + 1:])


def replaced(members: list[Member], at: int, info: zipfile.ZipInfo, data: bytes) -> list[Member]:
    return [*members[:at], (info, data), *members[at + 1:]]


def added(members: list[Member], name: str) -> list[Member]:
    info = zipfile.ZipInfo(name, members[0][0].date_time)
    info.external_attr = 0o100644 << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return [(info, b"print('added')\n"), *members]


def swapped(members: list[Member], index: int) -> list[Member]:
    files = [at for at, (info, data) in enumerate(members)
             if info.filename.endswith(".py") and data]
    files += [at for at, (info, data) in enumerate(members) if "LICENSE" in info.filename]
    files += [at for at, (info, data) in enumerate(members) if info.filename.endswith("METADATA")]
    one = files[index % len(files)]
    other = next(at for at in files[index + 1:] + list(reversed(files))
                 if members[at][1] != members[one][1])
    result = list(members)
    result[one] = (members[one][0], members[other][1])
    result[other] = (members[other][0], members[one][1])
    return result


def without(members: list[Member]) -> list[Member]:
    at = next(at for at, (info, _) in enumerate(members) if info.filename.endswith(".py"))
    return members[:at] + members[at + 1:]


def attributed(members: list[Member], index: int, mode: int) -> list[Member]:
    files = [at for at, (info, data) in enumerate(members)
             if not info.filename.endswith("/RECORD") and data]
    at = files[index * 5 % len(files)]
    info, data = members[at]
    copy = clone(info)
    copy.external_attr = mode << 16
    return replaced(members, at, copy, b"METADATA" if mode == 0o120777 else data)


def clone(info: zipfile.ZipInfo, extra: bytes = b"") -> zipfile.ZipInfo:
    copy = zipfile.ZipInfo(info.filename, info.date_time)
    copy.compress_type, copy.external_attr = info.compress_type, info.external_attr
    copy.create_system, copy.extra = info.create_system, extra
    return copy


def packed(members: list[Member], fixesRecord: bool, extra: bytes = b"") -> bytes:
    """A wheel of these members; RECORD's digests are made to fit if so wished."""
    if fixesRecord:
        members = [(info, record(members, info) if info.filename.endswith(".dist-info/RECORD")
                    else data) for info, data in members]
    import io
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, (info, data) in enumerate(members):
            archive.writestr(clone(info, extra if number == 0 else b""), data)
    return buffer.getvalue()


def record(members: list[Member], own: zipfile.ZipInfo) -> bytes:
    lines = []
    for info, data in members:
        if info.filename == own.filename:
            lines.append(f"{info.filename},,")
            continue
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        lines.append(f"{info.filename},sha256={digest},{len(data)}")
    return ("\n".join(lines) + "\n").encode()


def end(raw: bytes) -> tuple[int, int]:
    """Where the central directory starts, and where the end record does."""
    start = raw.rindex(b"PK\5\6")
    return struct.unpack_from("<I", raw, start + 16)[0], start


def moved(raw: bytes, at: int, data: bytes) -> bytes:
    """Bytes put in at a place, with all offsets behind it corrected."""
    directory, last = end(raw)
    result = bytearray(raw)
    position = directory
    while position < last:
        name, extra, comment = struct.unpack_from("<HHH", raw, position + 28)
        offset = struct.unpack_from("<I", raw, position + 42)[0]
        if offset >= at:
            struct.pack_into("<I", result, position + 42, offset + len(data))
        position += 46 + name + extra + comment
    struct.pack_into("<I", result, last + 16, directory + len(data))
    return bytes(result[:at]) + data + bytes(result[at:])


def gap(raw: bytes, size: int) -> bytes:
    directory, _ = end(raw)
    position = directory
    name, extra, comment = struct.unpack_from("<HHH", raw, position + 28)
    second = struct.unpack_from("<I", raw, position + 46 + name + extra + comment + 42)[0]
    return moved(raw, second, b"import os;" [:size].ljust(size, b"#"))


def prefixed(raw: bytes) -> bytes:
    return moved(raw, 0, b"#!/bin/sh\nexit\n")


def commented(raw: bytes) -> bytes:
    _, last = end(raw)
    return raw[:last + 20] + struct.pack("<H", 4) + b"evil"


def oversized(raw: bytes) -> bytes:
    size = struct.unpack_from("<I", raw, 22)[0]
    result = bytearray(raw)
    struct.pack_into("<I", result, 22, size + 1)
    return bytes(result)
