// SPDX-License-Identifier: Apache-2.0

import Encodings
package import ReleaseAudit
package import TrustedPublishing

/// Reads, and where asked changes, the settings of a project by its forge's API.
///
/// What to ask, and what answers mean, is `ForgeInquiry`'s; this sends it. Reading is `GET` only. An
/// answer that is refused, is too large, comes too late or is not what the API says leaves its piece
/// unknown, in the forge's words without the token; the rest goes on.
package struct ForgeSettings: Sendable {
  private let kind: ForgeKind
  private let project: String
  private let api: ForgeAPI

  /// Most questions of one audit.
  static let questionLimit = 250
  /// How many questions in a row may fail for the same outer reason.
  static let patience = 3
  /// Bytes of one answer.
  static let answerLimit = 4 << 20

  /// Makes a client.
  ///
  /// - Parameters:
  ///   - kind: the kind of the forge.
  ///   - project: the project: `owner/name`, or a path of groups.
  ///   - base: the base of the API, such as `https://api.github.com`.
  ///   - token: the token; `nil` only reads what is public.
  ///   - transport: the transport.
  package init(
    _ kind: ForgeKind, project: String, api base: ServiceURL, token: ForgeToken?,
    transport: HTTPTransport
  ) {
    self.kind = kind
    self.project = project
    api = ForgeAPI(
      base: base, token: token, transport: transport,
      headers: kind == .github ? [("X-GitHub-Api-Version", "2022-11-28")] : [])
  }

  /// Asks for all settings that concern releases.
  ///
  /// - Parameters:
  ///   - environments: the environments of interest.
  ///   - branches: filters of the branches from which jobs publish.
  /// - Returns: The questions with their answers.
  /// - Throws: `CancellationError`.
  package func inquiry(
    environments: [String], branches: [String] = []
  ) async throws(CancellationError) -> ForgeInquiry {
    var inquiry = ForgeInquiry(
      kind, project: project, environments: environments, branches: branches)
    var count = 0
    // A forge that cannot be reached, or that wants to be left alone, is not asked again and again.
    var failures = 0
    var stop: String?
    while true {
      let open = inquiry.open
      guard !open.isEmpty else { return inquiry }
      for question in open {
        count += 1
        if count > Self.questionLimit { stop = "more than \(Self.questionLimit) requests" }
        if let stop {
          inquiry.take(.unanswered(stop), to: question)
          continue
        }
        let (answer, isFailing) = try await answer(to: question)
        failures = isFailing ? failures + 1 : 0
        if failures == Self.patience, case .unanswered(let why) = answer { stop = why }
        inquiry.take(answer, to: question)
      }
    }
  }

  /// Sends a change once.
  ///
  /// - Throws: ``TransportError``, `CancellationError`.
  package func apply(_ change: ForgeChange) async throws {
    let method: TransportRequest.Method =
      switch change.method {
      case .post: .post
      case .put: .put
      case .patch: .patch
      }
    let request = api.request(
      method, address(change.path), purpose: change.title, json: change.body, isIdempotent: false)
    let answer = try await api.transport.send(request)
    guard answer.isSuccess else { throw api.failure(answer, of: request) }
  }

  private func answer(
    to question: ForgeQuestion
  ) async throws(CancellationError) -> (ForgeAnswer, isFailing: Bool) {
    do {
      switch question.form {
      case .document:
        guard let root = try await page(address(question.path, query: question.query), question)
        else { return (.absent, false) }
        return (.found(root.0), false)
      case .list(let member): return (try await list(question, member), false)
      }
    } catch is CancellationError {
      throw CancellationError()
    } catch let error as TransportError {
      let isFailing =
        switch error.reason {
        case .unreachable, .untrusted, .timeout, .rateLimited, .insecure: true
        case .tooLarge, .status, .badAnswer, .differs, .file: false
        }
      return (.unanswered(error.detail), isFailing)
    } catch {
      return (.unanswered("the request failed"), true)
    }
  }

  /// One answer and the address of the next page; nil where there is no such thing.
  private func page(
    _ url: ServiceURL, _ question: ForgeQuestion
  ) async throws -> (JSONNode, next: ServiceURL?)? {
    var request = api.request(.get, url, purpose: "read \(question.subject)")
    request.answerLimit = Self.answerLimit
    var retries = RetryBudget()
    retries.attempts = 2
    retries.total = .seconds(5)
    request.retries = retries
    let answer = try await api.transport.send(request)
    if answer.status == 404, isAbsence(answer, question) { return nil }
    guard answer.isSuccess else { throw api.failure(answer, of: request) }
    let root = try ForgeAPI.parse(answer.body, of: request)
    return (root, try answer.link.flatMap { try request.nextPage($0) })
  }

  /// All items of a list, in pages.
  private func list(_ question: ForgeQuestion, _ member: String?) async throws -> ForgeAnswer {
    let pages = "per_page=\(ForgeAPI.pageSize)"
    let query = question.query.map { "\($0)&\(pages)" } ?? pages
    var items: [JSONValue] = []
    var next: ServiceURL? = address(question.path, query: query)
    for _ in 0..<ForgeAPI.pageLimit {
      guard let url = next else { return .found(JSONNode(.array(items))) }
      guard let (root, following) = try await page(url, question) else { return .absent }
      do throws(DocumentError) {
        let list = if let member { try root.required(member) } else { root }
        items += try list.array(limit: ForgeAPI.pageSize).map(\.value)
      } catch {
        return .unanswered("the answer is not in the form of the API: \(error)")
      }
      next = following
    }
    guard next == nil else {
      return .unanswered("the list has more than \(ForgeAPI.pageLimit) pages")
    }
    return .found(JSONNode(.array(items)))
  }

  private func isAbsence(_ answer: TransportAnswer, _ question: ForgeQuestion) -> Bool {
    switch question.absence {
    case .hidden: false
    case .documented: true
    case .words(let words): answer.message?.utf8.elementsEqual(words.utf8) ?? false
    }
  }

  private func address(_ path: String, query: String? = nil) -> ServiceURL {
    // What a repository is called needs no encoding, as `ForgeReference` has made sure.
    let project =
      kind == .github
      ? "repos/\(self.project)" : "projects/\(PercentEncoding.encodePathSegment(self.project))"
    return api.base.appending(path.isEmpty ? project : "\(project)/\(path)", query: query)
  }
}
