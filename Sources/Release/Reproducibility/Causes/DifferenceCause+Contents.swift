// SPDX-License-Identifier: Apache-2.0

extension DifferenceCause {
  /// The texts of causes that are about what members hold.
  var contentsWords: Words {
    fileWords
      ?? Words(
        "contents", "the contents differ, and no known cause explains it",
        "compare the source: publish from a clean clone of the tag, with the same build "
          + "requirements")
  }

  private var fileWords: Words? {
    switch self {
    case .compiledCode:
      Words(
        "compiled code",
        "machine code or byte code differs; compilers embed paths, times and their version",
        "leave byte code out of wheels; for extensions fix compiler, build folder "
          + "(`-ffile-prefix-map`) and SOURCE_DATE_EPOCH")
    case .lineEndings:
      Words(
        "line endings",
        "lines end by CR LF in one file and by LF in the other, as after a checkout on Windows",
        "add `* text=auto eol=lf` to .gitattributes, or build on Linux or macOS")
    case .clockInContents:
      Words(
        "a date in the contents",
        "the contents hold the date, time or year of the build",
        "let the generator of the file honour SOURCE_DATE_EPOCH")
    case .buildPath:
      Words(
        "a build path in the contents",
        "the contents hold the path of the folder in which they were built",
        "build in a fixed folder, as `hallmark build` does, or keep paths out of generated files")
    case .scmVersionFile:
      Words(
        "version file of setuptools-scm",
        "the version file depends on the version of setuptools-scm, and on whether git's data were "
          + "there",
        "pin setuptools-scm (or hatch-vcs, vcs-versioning), and build from a clone with its tags")
    case .compressedMembers:
      Words(
        "compressed members",
        "the contents are the same, but a step of the release compressed them by gzip",
        "compress in the build back end, with a fixed time, so that the source makes the same files"
      )
    case .uvPyproject:
      Words(
        "pyproject.toml rewritten by uv_build",
        "uv_build writes pyproject.toml anew and keeps the original beside it as "
          + "pyproject.toml.orig",
        "build with uv_build, pinned to the same version")
    case .generatedFiles:
      Words(
        "generated files",
        "a build back end writes this file in some versions and not in others",
        "pin the build back end")
    case .sourcesList:
      Words(
        "the list of sources",
        "SOURCES.txt names other files; it takes up what lay in the folder of the build",
        "build from a clean clone, with the same version control plugin")
    case .jsonValues:
      Words(
        "values of a JSON document",
        "both are JSON, and some values differ",
        "look at the values: if a tool generates the file, pin the tool")
    case .jsonOrder:
      Words(
        "order in a JSON document",
        "both hold the same JSON values, in another order or layout",
        "sort when the file is generated, such as `json.dump(…, sort_keys=True)`")
    case .sbomContents:
      Words(
        "contents of a bill of materials",
        "components or other entries differ, not only identifiers",
        "pin the tool that writes it, and lock what it lists")
    default: coreMetadataWords
    }
  }

  private var coreMetadataWords: Words? {
    switch self {
    case .metadataVersion:
      Words(
        "version of the core metadata",
        "another version of the build back end writes another Metadata-Version, and with it other "
          + "fields",
        "pin the build back end, or lock it with `hallmark lock`")
    case .licenceFields:
      Words(
        "licence fields",
        "the licence stands in other fields of the metadata, as newer build back ends write it",
        "pin the build back end; with `license = \"…\"` as an SPDX expression newer ones agree")
    case .licencePath:
      Words(
        "folder of the licence files",
        "licence files lie in `licenses/` of the metadata, where newer build back ends put them",
        "pin the build back end")
    case .requiresDistForm:
      Words(
        "form of requirements",
        "the same requirements are written with parentheses or spaces, as `wheel` up to 0.41 does",
        "pin the build back end, for old wheels also `wheel`")
    case .metadataFields:
      Words(
        "fields of the core metadata",
        "fields or the description differ",
        "pin the build back end; compare pyproject.toml and the readme with the tag's")
    case .metadataForm:
      Words(
        "form of the core metadata",
        "the same fields are folded or spaced otherwise",
        "pin the build back end")
    case .wheelTag:
      Words(
        "tags of the wheel",
        "WHEEL says that it is for other Pythons, platforms, or of another build",
        "build with the same interpreter and platform; pin the build back end")
    case .wheelFields:
      Words(
        "fields of WHEEL",
        "Wheel-Version, Root-Is-Purelib or another field differs",
        "pin the build back end")
    default: nil
    }
  }
}
