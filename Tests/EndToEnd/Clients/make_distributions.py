# SPDX-License-Identifier: Apache-2.0
"""Makes small distributions of one version of one project, without a build tool.

    make_distributions.py FOLDER NAME VERSION COUNT [CONTENT]

Writes an sdist and COUNT - 1 wheels with different tags, each with valid metadata; CONTENT is what
their module says, so that others of the same names can be made. Prints the paths, one per line.
"""

import base64
import gzip
import hashlib
import io
import pathlib
import sys
import tarfile
import zipfile

folder, name, version, count, *rest = sys.argv[1:]
content = (rest[0] if rest else "hello").encode()
folder = pathlib.Path(folder)
folder.mkdir(parents=True, exist_ok=True)
metadata = f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\nSummary: A test.\n".encode()


def wheel(tag: str) -> pathlib.Path:
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": b"TEXT = %r\nTAG = %r\n" % (content, tag.encode()),
        f"{info}/METADATA": metadata,
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nTag: {tag}\n".encode(),
    }
    record = "".join(
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip('=')},{len(data)}\n"
        for path, data in files.items())
    files[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    path = folder / f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in files.items():
            archive.writestr(zipfile.ZipInfo(member, (2024, 1, 1, 0, 0, 0)), data)
    return path


def sdist() -> pathlib.Path:
    top = f"{name}-{version}"
    text = io.BytesIO()
    with tarfile.open(fileobj=text, mode="w") as archive:
        for member, data in {"PKG-INFO": metadata, f"{name}.py": content}.items():
            entry = tarfile.TarInfo(f"{top}/{member}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    path = folder / f"{top}.tar.gz"
    path.write_bytes(gzip.compress(text.getvalue(), mtime=0))
    return path


tags = ["py3-none-any"] + [f"cp3{minor}-none-any" for minor in range(10, 10 + int(count))]
for path in [sdist()] + [wheel(tag) for tag in tags[: int(count) - 1]]:
    print(path)
