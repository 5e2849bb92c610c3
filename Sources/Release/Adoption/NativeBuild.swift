// SPDX-License-Identifier: Apache-2.0

import ReleaseAudit
import SourceText

/// Whether a project's wheels depend on the platform, told by its build system and its files.
enum NativeBuild {
  // Build requirements that compile, by how they begin.
  private static let requirements = [
    "maturin", "scikit-build", "meson-python", "cython", "pybind11", "nanobind",
    "setuptools-rust",
    "setuptools_rust", "cffi", "mypy", "py-build-cmake", "numpy", "cmake", "ninja",
  ]

  // How extensions are declared. `Extension(` is also the end of `CppExtension(` and the like.
  private static let declarations = [
    "ext_modules", "ext-modules", "Extension(", "cffi_modules", "rust_extensions",
  ]

  static func isLikely(_ facts: AdoptionFacts, _ project: AuditedProject) -> Bool {
    let compiles = facts.requirements.contains { text in
      requirements.contains { text.lowercased().hasPrefix($0) }
    }
    return compiles || hasExtensionTable(project)
      || ["setup.py", "setup.cfg"].contains { declares(project.files[$0]?.bytes ?? []) }
  }

  private static func hasExtensionTable(_ project: AuditedProject) -> Bool {
    guard let root = ReleaseOutline(project).pyproject,
      let tool = try? root.optional("tool"), let setuptools = try? tool.optional("setuptools"),
      let names = try? setuptools.table().members.map(\.key)
    else { return false }
    return names.contains { ["ext-modules", "ext_modules"].contains($0) }
  }

  // Comments declare nothing.
  private static func declares(_ bytes: [UInt8]) -> Bool {
    bytes.split(separator: 0x0A).contains { line in
      line.first { $0 > 0x20 } != UInt8(ascii: "#")
        && declarations.contains { line.firstRange(of: $0.utf8) != nil }
    }
  }
}
