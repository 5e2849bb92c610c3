// SPDX-License-Identifier: Apache-2.0

package import PythonPackaging

extension PublicationPlan {
  /// Compares the distributions of one release with an index's page of the project.
  ///
  /// Beside the names, the one sdist of the version counts: indexes take no second one, and say so
  /// only after the wheels are out.
  ///
  /// - Parameters:
  ///   - files: the files; each must have a distribution's name.
  ///   - page: the page; `nil` if the index does not know the project.
  package init(_ files: [LocalFile], page: SimpleIndex.ProjectPage?) {
    let listed = page?.files ?? []
    var plan = PublicationPlan(
      files, listed: listed.map { ListedFile(name: $0.filename, sha256: $0.sha256, size: $0.size) })
    let sdists = listed.compactMap { file -> SdistFilename? in
      if case .sdist(let name)? = try? DistributionFilename(file.filename) { name } else { nil }
    }
    for file in plan.uploads {
      guard case .sdist(let name)? = try? DistributionFilename(file.name),
        let other = sdists.first(where: {
          $0.project == name.project && $0.version == name.version
        })
      else { continue }
      plan = plan.replacing(file.name) { _ in .conflict(.otherSdist(other.text)) }
    }
    self = plan
  }
}
