// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import SystemPackage

@testable import Rebuild

/// A project whose build back end is a file of its own, so that a build needs no requirement and no
/// index: each hook does what a test says.
struct TinyProject: ~Copyable {
  let folder: FilePath

  /// A back end that makes files like any other.
  static let honest = """
    import io, os, tarfile, time, zipfile
    META = "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n"
    def get_requires_for_build_sdist(config_settings=None): return []
    def get_requires_for_build_wheel(config_settings=None): return []
    def build_sdist(folder, config_settings=None):
        moment = int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
        with tarfile.open(os.path.join(folder, "tiny-1.0.tar.gz"), "w:gz", format=tarfile.PAX_FORMAT) as archive:
            def add(name, data):
                header = tarfile.TarInfo("tiny-1.0/" + name)
                header.size, header.mtime = len(data), moment
                archive.addfile(header, io.BytesIO(data))
            add("PKG-INFO", META.encode())
            for name in sorted(os.listdir(".")):
                if os.path.isfile(name) and name != "PKG-INFO": add(name, open(name, "rb").read())
        return "tiny-1.0.tar.gz"
    def build_wheel(folder, config_settings=None, metadata_directory=None):
        name = "tiny-1.0-py3-none-any.whl"
        with zipfile.ZipFile(os.path.join(folder, name), "w", zipfile.ZIP_DEFLATED) as archive:
            def add(name, data): archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data)
            add("tiny.py", open("tiny.py").read())
            add("tiny-1.0.dist-info/METADATA", META)
            add("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: tiny 1\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
            add("tiny-1.0.dist-info/RECORD", "tiny.py,,\\ntiny-1.0.dist-info/METADATA,,\\ntiny-1.0.dist-info/WHEEL,,\\ntiny-1.0.dist-info/RECORD,,\\n")
        return name

    """

  /// Makes the project.
  ///
  /// - Parameters:
  ///   - backend: the back end's source.
  ///   - prelude: what the back end does before it makes a file.
  init(backend: String = honest, prelude: String = "") throws {
    let folder = try Platform.makeTemporaryFolder(prefix: "tiny-")
    let build =
      "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n"
    for (name, text) in [
      ("pyproject.toml", build + "[project]\nname = \"tiny\"\nversion = \"1.0\"\n"),
      ("backend.py", backend + prelude), ("tiny.py", "answer = 42\n"),
    ] {
      try FileTree.write(Array(text.utf8), to: folder.appending(name))
    }
    self.folder = folder
  }

  deinit { FileTree.remove(folder) }
}
