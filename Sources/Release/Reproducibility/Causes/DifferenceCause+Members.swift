// SPDX-License-Identifier: Apache-2.0

extension DifferenceCause {
  /// The texts of causes that are about the archive and which members it has; `nil` for others.
  var memberWords: Words? {
    switch self {
    case .archiveRefused:
      Words(
        "the published archive is refused",
        "readers can disagree about what the archive holds, or it is damaged, so nothing about it "
          + "can be confirmed",
        "publish an archive as build back ends write it; `hallmark-conformance archive` tells the "
          + "rule")
    case .rebuiltRefused:
      Words(
        "the rebuilt archive is refused",
        "the rebuild made an archive that strict readers do not accept",
        "update the build back end, and rebuild")
    case .hiddenBytes:
      Words(
        "bytes that no installer shows",
        "a place that tools leave empty or fill in one way holds something else: an extra field, a "
          + "comment, padding, or a reserved field",
        "find out what wrote them; build back ends do not")
    case .recordMissing:
      Words(
        "a wheel without RECORD",
        "a wheel must list its members with their hashes, and installers refuse one that does not",
        "build the wheel with a build back end instead of packing it by hand")
    case .recordMismatch:
      Words(
        "RECORD does not match its wheel",
        "the list of members and hashes is not what the wheel holds, as after a change by hand",
        "build the wheel anew; do not change a wheel after its build")
    case .fileAdded:
      Words(
        "a file that the source does not make",
        "the published archive holds a file that the rebuild lacks",
        "publish from a clean clone of the tag; if a later step adds the file, make it part of the "
          + "build")
    case .fileMissing:
      Words(
        "a file that was not published",
        "the rebuild makes a file that the published archive lacks",
        "publish from a clean clone of the tag with all its files, submodules and tags")
    case .folderEntry:
      Words(
        "entries for folders",
        "a folder has an entry of its own in one archive only",
        "pin the build back end")
    case .executableBit:
      Words(
        "permission to execute",
        "a file may be executed after one of the archives was installed, and not after the other",
        "set the permission in git (`git update-index --chmod=+x FILE`) and build on Linux or "
          + "macOS")
    case .specialPermissions:
      Words(
        "set-user, set-group or sticky bits",
        "the bits that change whose rights a program has differ",
        "build from a clean clone in a folder without these bits")
    case .symlink:
      Words(
        "symbolic links",
        "a member is a link in one archive only, or the links point to different places",
        "publish from a clean clone on Linux or macOS; Windows checks links out as files")
    case .memberKind:
      Words(
        "kinds of members",
        "a member is a file in one archive and a folder in the other",
        "publish from a clean clone of the tag")
    case .topFolder:
      Words(
        "name of the top folder",
        "the folder that name and version form is spelled otherwise",
        "pin the build back end: newer ones normalise the name")
    default: nil
    }
  }
}
