// SPDX-License-Identifier: Apache-2.0

extension DifferenceCause {
  /// What it is, as the line of a list.
  package var title: String { words.title }

  /// What it means, in one sentence for a maintainer.
  package var explanation: String { words.explanation }

  /// What to do about it.
  package var fix: String { words.fix }

  // The three belong together and are long, so they stand together, in one table per part.
  var words: Words {
    switch weight(isWheel: true) {
    case .container: containerWords
    case .metadata: metadataWords
    case .different: memberWords ?? contentsWords
    }
  }

  struct Words {
    let title: String
    let explanation: String
    let fix: String

    init(_ title: String, _ explanation: String, _ fix: String) {
      self.title = title
      self.explanation = explanation
      self.fix = fix
    }
  }

  private var containerWords: Words {
    switch self {
    case .memberTimes:
      Words(
        "times of members",
        "members carry the time of the build or of a checkout instead of one that is fixed",
        "set SOURCE_DATE_EPOCH in the build step: "
          + "`export SOURCE_DATE_EPOCH=$(git log -1 --pretty=%ct)`; setuptools ignores it for "
          + "sdists, which `hallmark build` rewrites")
    case .fileOwners:
      Words(
        "owners of members",
        "the user and group of whoever built the sdist stand in its headers",
        "build the sdist with a back end that leaves owners out, or with `hallmark build`, which "
          + "rewrites them to 0 without names")
    case .umaskModes:
      Words(
        "permissions from the umask",
        "reading and writing by group and others follow the umask of the build; who may execute "
          + "is the same",
        "set `umask 022` before the build step")
    case .python38TarHeader:
      Words(
        "tar headers of CPython up to 3.8",
        "CPython up to 3.8 writes zeros as digits into the device numbers of tar headers, newer "
          + "ones leave them empty",
        "build the sdist with the same Python: one of the two was made by 3.8 or older")
    case .tarDialect:
      Words(
        "form of the tar headers",
        "the tar headers are written by another tool, or by another version of it",
        "pin the build back end and the Python that build the sdist")
    case .gzipHeader:
      Words(
        "gzip header",
        "the gzip header has a time, a name, a system or a level that another run has not",
        "set SOURCE_DATE_EPOCH in the build step; pdm-backend and setuptools ignore it for this "
          + "header, which `hallmark build` rewrites")
    case .deflateImplementation:
      Words(
        "deflate implementation",
        "the contents are the same, compressed by another zlib, level or method",
        "build with the same Python build: zlib-ng, as in CPython 3.14 for Windows, makes other "
          + "bytes than zlib")
    case .zipHeader:
      Words(
        "versions and attributes in ZIP headers",
        "another version of the tool that writes the wheel fills these fields otherwise",
        "pin the build back end, for old wheels also `wheel`")
    default:
      Words(
        "order of the members",
        "the archive lists its members in another order, which follows the file system",
        "update the build back end: current ones sort; or rewrite the archive with "
          + "`hallmark build`")
    }
  }

  private var metadataWords: Words {
    switch self {
    case .generatorVersion:
      Words(
        "version of the build back end",
        "the file WHEEL names another back end or version, and RECORD follows",
        "pin it in pyproject.toml, such as `requires = [\"hatchling==1.26.3\"]`, or lock it with "
          + "`hallmark lock`")
    case .recordForm:
      Words(
        "form of RECORD",
        "both files RECORD are true and describe the same members, but are written otherwise",
        "pin the build back end")
    case .listOrder:
      Words(
        "order of a list in generated metadata",
        "a build tool wrote a list in the order of the file system or of a set",
        "update the tool that writes the file; setuptools-scm sorts its lists from version 10.1")
    case .sbomNondeterminism:
      Words(
        "identifiers of a bill of materials",
        "serial number, time or build paths are new in each writing; the components are the same",
        "set SOURCE_DATE_EPOCH, and build in a fixed folder, as `hallmark build` does")
    default:
      Words(
        "line endings of generated metadata",
        "one of the files was built on Windows, where metadata have CR LF",
        "build on the same system")
    }
  }
}
