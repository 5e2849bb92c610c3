// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// The simple repository API (PEP 503, PEP 691, PEP 700, PEP 714, PEP 740), version 1.4.
package enum SimpleIndex {
  /// The version that documents written here declare.
  package static let apiVersion = "1.4"
  /// The content type of JSON documents.
  package static let jsonContentType = "application/vnd.pypi.simple.v1+json"
  /// The content type of HTML documents.
  package static let htmlContentType = "application/vnd.pypi.simple.v1+html"

  /// Whether a file is yanked (PEP 592).
  package enum Yanked: Hashable, Sendable {
    /// The file is not yanked.
    case no
    /// The file is yanked, perhaps with a reason.
    case yes(reason: String?)
  }

  /// Whether a file's core metadata can be had at the file's URL with `.metadata` appended
  /// (PEP 714).
  package enum CoreMetadataFile: Hashable, Sendable {
    /// They cannot.
    case absent
    /// They can; the digest is that of the metadata file, if the index gives one.
    case present(sha256: SHA256Hash?)
  }

  /// One file of a project.
  package struct File: Hashable, Sendable {
    /// The file's name.
    package let filename: String
    /// Where the file is: absolute, or relative to the page.
    package let url: String
    /// The file's SHA-256; an index may give none.
    package let sha256: SHA256Hash?
    /// The Python versions that the file is for, a specifier set.
    package let requiresPython: String?
    /// The file's size in bytes.
    package let size: Int64?
    /// When the file was uploaded.
    package let uploadTime: Timestamp?
    /// Whether the file is yanked.
    package let yanked: Yanked
    /// Whether the metadata are served beside the file.
    package let coreMetadata: CoreMetadataFile
    /// Where the provenance object of PEP 740 is.
    package let provenance: String?

    /// Makes the entry of one file.
    package init(
      filename: String, url: String, sha256: SHA256Hash?, requiresPython: String? = nil,
      size: Int64? = nil, uploadTime: Timestamp? = nil, yanked: Yanked = .no,
      coreMetadata: CoreMetadataFile = .absent, provenance: String? = nil
    ) {
      self.filename = filename
      self.url = url
      self.sha256 = sha256
      self.requiresPython = requiresPython
      self.size = size
      self.uploadTime = uploadTime
      self.yanked = yanked
      self.coreMetadata = coreMetadata
      self.provenance = provenance
    }
  }

  /// The page of one project, `/simple/{project}/`.
  package struct ProjectPage: Hashable, Sendable {
    /// The project's normalised name.
    package let name: String
    /// The versions that have files, in ascending order.
    package let versions: [String]
    /// The files, in the order in which they are listed.
    package let files: [File]

    /// Makes a page.
    package init(name: String, versions: [String], files: [File]) {
      self.name = name
      self.versions = versions
      self.files = files
    }

    /// The file of a name, compared byte by byte.
    package func file(named filename: String) -> File? {
      files.first { $0.filename.utf8.elementsEqual(filename.utf8) }
    }
  }

  /// The list of all projects, `/simple/`.
  package struct ProjectList: Hashable, Sendable {
    /// The projects' names.
    package let names: [String]

    /// Makes a list.
    package init(names: [String]) { self.names = names }
  }
}
