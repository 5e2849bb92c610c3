// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A forge in memory, in the forms of GitHub's and GitLab's APIs, behind a server on this machine.
///
/// It knows one repository, `acme/greeting`, with the tag `v1` at ``commit``; its token is
/// ``token``. A test looks at ``releases`` and says by ``fault`` which requests go wrong.
package final class SimulatedForge: @unchecked Sendable {
  /// A file of a release, or of the package registry.
  package struct Asset: Sendable {
    package var number: Int
    package var name: String
    package var bytes: [UInt8]
    package var isComplete = true

    /// Describes a file.
    package init(number: Int, name: String, bytes: [UInt8], isComplete: Bool = true) {
      self.number = number
      self.name = name
      self.bytes = bytes
      self.isComplete = isComplete
    }
  }

  /// A release.
  package struct Release: Sendable {
    package var number: Int
    package var tag: String
    package var isDraft: Bool
    package var isImmutable = false
    package var assets: [Asset] = []
    /// GitLab's links, by name.
    package var links: [String: String] = [:]

    /// Describes a release.
    package init(
      number: Int, tag: String, isDraft: Bool, assets: [Asset] = [], links: [String: String] = [:]
    ) {
      self.number = number
      self.tag = tag
      self.isDraft = isDraft
      self.assets = assets
      self.links = links
    }
  }

  package static let token = "forge-secret-token"
  package static let commit = String(repeating: "c0", count: 20)

  /// The releases; drafts too.
  package var releases: [Release] {
    get { lock.withLock { allReleases } }
    set { lock.withLock { allReleases = newValue } }
  }
  /// The files of GitLab's package registry.
  package var packageFiles: [Asset] {
    get { lock.withLock { files } }
    set { lock.withLock { files = newValue } }
  }
  /// Which requests go wrong, and how. It may change the state, and is not called again from there.
  package var fault: (@Sendable (SimulatedForge, HandlingServer.Request) -> HandlingServer.Reply?)?
  {
    get { lock.withLock { wantedFault } }
    set { lock.withLock { wantedFault = newValue } }
  }
  /// Where downloads are redirected to; nowhere if `nil`.
  package var storage: String? {
    get { lock.withLock { store } }
    set { lock.withLock { store = newValue } }
  }
  /// The address for uploads, if not its own.
  package var uploadAddress: String? {
    get { lock.withLock { uploads } }
    set { lock.withLock { uploads = newValue } }
  }
  /// Whether releases become immutable when they are published.
  package var isImmutable: Bool {
    get { lock.withLock { immutable } }
    set { lock.withLock { immutable = newValue } }
  }

  private let lock = NSRecursiveLock()
  private var allReleases: [Release] = []
  private var files: [Asset] = []
  private let digest: (@Sendable ([UInt8]) -> String)?
  private var immutable = false
  private var wantedFault:
    (@Sendable (SimulatedForge, HandlingServer.Request) -> HandlingServer.Reply?)?
  private var store: String?
  private var uploads: String?
  private var nextNumber = 100
  private var listening: HandlingServer?

  /// Starts a forge.
  ///
  /// - Parameter digest: SHA-256 in hexadecimal, which the API then tells; if `nil` it tells none.
  package init(digest: (@Sendable ([UInt8]) -> String)? = nil) throws {
    self.digest = digest
    let server = try HandlingServer { [weak self] in self?.reply($0) ?? .silence }
    lock.withLock { listening = server }
  }

  // Its thread would keep the server until the end of the tests.
  deinit { listening?.stop() }

  /// Its server.
  package var server: HandlingServer {
    guard let server = lock.withLock({ listening }) else { fatalError("it has not started") }
    return server
  }

  /// The address of both APIs.
  package var url: String { server.url }

  /// What changed something: methods and paths, in order.
  package var writes: [String] {
    server.all.filter { $0.method != "GET" }.map { "\($0.method) \($0.target)" }
  }

  /// A new number.
  package func number() -> Int {
    lock.withLock {
      nextNumber += 1
      return nextNumber
    }
  }

  private func reply(_ request: HandlingServer.Request) -> HandlingServer.Reply {
    if let reply = fault?(self, request) { return reply }
    return lock.withLock { answer(request) }
  }

  /// The right answer.
  package func answer(_ request: HandlingServer.Request) -> HandlingServer.Reply {
    let github = "/repos/acme/greeting/"
    let gitlab = "/projects/acme%2Fgreeting/"
    if request.path.hasPrefix("/storage/") {
      guard request.headers["authorization"] == nil, request.headers["job-token"] == nil,
        request.headers["private-token"] == nil
      else { return Reply(400, #"{"message":"the store got a token"}"#) }
      return stored(Int(request.path.dropFirst("/storage/".count)) ?? 0)
    }
    if request.path.hasPrefix(github) {
      guard request.headers["authorization"] == "Bearer \(Self.token)" else {
        return Reply(401, #"{"message":"Bad credentials"}"#)
      }
      return gitHub(request, String(request.path.dropFirst(github.count)))
    }
    if request.path.hasPrefix(gitlab) {
      guard [request.headers["job-token"], request.headers["private-token"]].contains(Self.token)
      else { return Reply(401, #"{"message":"401 Unauthorized"}"#) }
      return gitLab(request, String(request.path.dropFirst(gitlab.count)))
    }
    return Reply(404, #"{"message":"Not Found"}"#)
  }

  private typealias Reply = HandlingServer.Reply

  private func stored(_ number: Int) -> HandlingServer.Reply {
    let all = allReleases.flatMap(\.assets) + files
    guard let asset = all.first(where: { $0.number == number }) else { return Reply(404) }
    var reply = Reply(200)
    reply.body = asset.bytes
    return reply
  }

  private func download(_ asset: Asset) -> HandlingServer.Reply {
    guard let store else { return stored(asset.number) }
    return Reply(302, "", headers: ["Location": "\(store)/storage/\(asset.number)"])
  }

  static func json(_ value: Any) -> String {
    let data = try? JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed])
    return String(decoding: data ?? Data(), as: UTF8.self)
  }

  // MARK: GitHub

  private func gitHub(
    _ request: HandlingServer.Request, _ path: String
  ) -> HandlingServer.Reply {
    let parts = path.split(separator: "/").map(String.init)
    switch (request.method, parts.first ?? "", parts.count) {
    case ("GET", "git", 4):
      return parts[3] == "v1"
        ? Reply(200, Self.json(["object": ["type": "commit", "sha": Self.commit]]))
        : Reply(404, #"{"message":"Not Found"}"#)
    case ("GET", "releases", 3) where parts[1] == "tags":
      guard let release = allReleases.first(where: { $0.tag == parts[2] && !$0.isDraft }) else {
        return Reply(404, #"{"message":"Not Found"}"#)
      }
      return Reply(200, Self.json(form(release)))
    case ("GET", "releases", 1): return Reply(200, Self.json(allReleases.map(form)))
    case ("POST", "releases", 1):
      guard let wanted = Self.object(request.body), let tag = wanted["tag_name"] as? String else {
        return Reply(422, #"{"message":"Validation Failed"}"#)
      }
      let release = Release(
        number: number(), tag: tag, isDraft: wanted["draft"] as? Bool ?? false)
      allReleases.append(release)
      return Reply(201, Self.json(form(release)))
    case ("GET", "releases", 3) where parts[2] == "assets":
      guard let index = index(parts[1]) else { return Reply(404) }
      return Reply(200, Self.json(allReleases[index].assets.map(form)))
    case ("POST", "releases", 3) where parts[2] == "assets":
      guard let index = index(parts[1]) else { return Reply(404) }
      let name = request.query.replacingOccurrences(of: "name=", with: "").removingPercentEncoding
      guard let name, !allReleases[index].assets.contains(where: { $0.name == name }) else {
        return Reply(
          422, #"{"message":"Validation Failed","errors":[{"code":"already_exists"}]}"#)
      }
      guard !(allReleases[index].isImmutable && !allReleases[index].isDraft) else {
        return Reply(422, #"{"message":"Cannot upload assets to an immutable release."}"#)
      }
      let asset = Asset(number: number(), name: name, bytes: request.body)
      allReleases[index].assets.append(asset)
      return Reply(201, Self.json(form(asset)))
    case ("PATCH", "releases", 2):
      guard let index = index(parts[1]), let wanted = Self.object(request.body) else {
        return Reply(404)
      }
      if wanted["draft"] as? Bool == false {
        allReleases[index].isDraft = false
        allReleases[index].isImmutable = immutable
      }
      return Reply(200, Self.json(form(allReleases[index])))
    case ("GET", "releases", 3), ("DELETE", "releases", 3):
      let asset = allReleases.flatMap(\.assets).first { String($0.number) == parts[2] }
      guard parts[1] == "assets", let asset else { return Reply(404) }
      if request.method == "GET" { return download(asset) }
      for index in allReleases.indices {
        allReleases[index].assets.removeAll { $0.number == asset.number }
      }
      return Reply(204, "")
    default: return Reply(404, #"{"message":"Not Found"}"#)
    }
  }

  private func index(_ number: String) -> Int? {
    allReleases.firstIndex { String($0.number) == number }
  }

  private func form(_ release: Release) -> [String: Any] {
    [
      "id": release.number, "tag_name": release.tag, "draft": release.isDraft,
      "immutable": release.isImmutable,
      "upload_url": (uploads ?? "\(url)/repos/acme/greeting/releases/\(release.number)/assets")
        + "{?name,label}",
      "html_url": "\(url)/acme/greeting/releases/tag/\(release.tag)",
    ]
  }

  private func form(_ asset: Asset) -> [String: Any] {
    [
      "id": asset.number, "name": asset.name, "size": asset.bytes.count,
      "state": asset.isComplete ? "uploaded" : "starter",
      "digest": digest.map { "sha256:\($0(asset.bytes))" } ?? NSNull(),
    ]
  }

  // MARK: GitLab

  private func gitLab(
    _ request: HandlingServer.Request, _ path: String
  ) -> HandlingServer.Reply {
    let parts = path.split(separator: "/").map(String.init)
    let first = allReleases.firstIndex { $0.tag == "v1" }
    switch (request.method, parts.first ?? "", parts.count) {
    case ("GET", "repository", 3):
      return parts[2] == "v1"
        ? Reply(200, Self.json(["name": "v1", "commit": ["id": Self.commit]]))
        : Reply(404, #"{"message":"404 Tag Not Found"}"#)
    case ("GET", "releases", 2):
      guard let first else { return Reply(404, #"{"message":"404 Not Found"}"#) }
      return Reply(200, Self.json(gitLabForm(allReleases[first])))
    case ("POST", "releases", 1):
      guard first == nil else { return Reply(409, #"{"message":"Release already exists"}"#) }
      guard let wanted = Self.object(request.body), let tag = wanted["tag_name"] as? String,
        let assets = wanted["assets"] as? [String: Any],
        let links = assets["links"] as? [[String: String]]
      else { return Reply(400, #"{"message":"bad"}"#) }
      var release = Release(number: number(), tag: tag, isDraft: false)
      for link in links { release.links[link["name"] ?? ""] = link["url"] }
      allReleases.append(release)
      return Reply(201, Self.json(gitLabForm(release)))
    case ("POST", "releases", 4):
      guard let first, let wanted = Self.object(request.body) as? [String: String],
        let name = wanted["name"], let url = wanted["url"]
      else { return Reply(404) }
      allReleases[first].links[name] = url
      return Reply(201)
    case ("GET", "packages", 1):
      return Reply(
        200,
        Self.json(
          files.isEmpty ? [] : [["id": 7, "name": "greeting", "version": "1.0.0"]]))
    case ("GET", "packages", 3):
      return Reply(
        200,
        Self.json(
          files.map { file in
            [
              "id": file.number, "file_name": file.name, "size": file.bytes.count,
              "file_sha256": digest.map { $0(file.bytes) } ?? NSNull(),
            ] as [String: Any]
          }))
    case ("PUT", "packages", 5):
      let name = parts[4].removingPercentEncoding ?? ""
      let file = Asset(number: number(), name: name, bytes: request.body)
      files.append(file)
      return Reply(
        201, Self.json(["id": file.number, "file_name": name, "size": file.bytes.count]))
    case ("GET", "packages", 5):
      let name = parts[4].removingPercentEncoding ?? ""
      guard let file = files.last(where: { $0.name == name }) else { return Reply(404) }
      return download(file)
    default: return Reply(404, #"{"message":"404 Not Found"}"#)
    }
  }

  private func gitLabForm(_ release: Release) -> [String: Any] {
    [
      "tag_name": release.tag, "commit": ["id": Self.commit],
      "assets": ["links": release.links.map { ["name": $0.key, "url": $0.value] }],
      "_links": ["self": "\(url)/acme/greeting/-/releases/\(release.tag)"],
    ]
  }

  private static func object(_ body: [UInt8]) -> [String: Any]? {
    try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
  }
}
