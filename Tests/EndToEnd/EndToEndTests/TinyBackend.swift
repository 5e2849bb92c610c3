// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// A committed project with a build back end of its own, which needs no requirement and no index.
struct TinyBackend {
  /// The project's folder.
  let path: String

  // Makes files like any other back end; `SEED` stands for what a test adds to the wheel.
  private static let backend = """
    import io, os, sys, tarfile, time, zipfile
    META = "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n"
    SEED = ""
    def build_sdist(folder, config_settings=None):
        moment = int(os.environ["SOURCE_DATE_EPOCH"])
        name = os.path.join(folder, "tiny-1.0.tar.gz")
        with tarfile.open(name, "w:gz", format=tarfile.PAX_FORMAT) as archive:
            files = {"PKG-INFO": META.encode()}
            for name in sorted(os.listdir(".")):
                if os.path.isfile(name): files[name] = open(name, "rb").read()
            for name, data in files.items():
                header = tarfile.TarInfo("tiny-1.0/" + name)
                header.size, header.mtime = len(data), moment
                archive.addfile(header, io.BytesIO(data))
        return "tiny-1.0.tar.gz"
    def build_wheel(folder, config_settings=None, metadata_directory=None):
        name = "tiny-1.0-py3-none-any.whl"
        info = "tiny-1.0.dist-info/"
        files = {
            "tiny.py": "answer = 42\\n" + SEED, info + "METADATA": META,
            info + "WHEEL": "Wheel-Version: 1.0\\nGenerator: tiny 1\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        }
        files[info + "RECORD"] = "".join(name + ",,\\n" for name in list(files) + [info + "RECORD"])
        with zipfile.ZipFile(os.path.join(folder, name), "w", zipfile.ZIP_DEFLATED) as archive:
            for path, text in files.items():
                archive.writestr(zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0)), text)
        return name

    """

  /// Makes and commits the project; the back end ends with what a test adds.
  init(in workplace: Workplace, adding code: String = "", requires: String = "[]") throws {
    path = workplace("tiny")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try workplace.write(
      "tiny/pyproject.toml",
      """
      [build-system]
      requires = \(requires)
      build-backend = "backend"
      backend-path = ["."]
      [project]
      name = "tiny"
      version = "1.0"

      """)
    try workplace.write("tiny/backend.py", Self.backend + code)
    try git("init", "--quiet", "--initial-branch=main")
    try commit()
  }

  /// Commits everything, an hour ago: a back end that records the present must not record the
  /// commit's time by chance.
  func commit() throws {
    try git("add", "--all")
    try git(
      "-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "--quiet",
      "--message=Change")
  }

  /// Runs git there.
  func git(_ arguments: String...) throws {
    let then = "@\(Int(Date().timeIntervalSince1970) - 3600) +0000"
    let outcome = try Program(path: "/usr/bin/git").run(
      ["-C", path] + arguments,
      environment: ["GIT_AUTHOR_DATE": then, "GIT_COMMITTER_DATE": then])
    guard outcome.status == 0 else { throw CocoaError(.fileWriteUnknown) }
  }
}
