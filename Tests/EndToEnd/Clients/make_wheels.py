# SPDX-License-Identifier: Apache-2.0
"""Makes small wheels of as many projects.

    make_wheels.py FOLDER COUNT

Each is `sample_N-1.0-py3-none-any.whl` with the metadata of its name and one module.
"""

import pathlib
import sys
import zipfile

folder, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
for number in range(count):
    name = f"sample_{number}"
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": f"number = {number}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: make_wheels\nRoot-Is-Purelib: true\n"
                         "Tag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        for path, text in files.items():
            wheel.writestr(zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0)), text)
