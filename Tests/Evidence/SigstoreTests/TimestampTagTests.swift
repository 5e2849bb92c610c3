// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings
import Testing
import TrustSimulator

/// Timestamps whose nodes have other tags, end too early, or have more than they should.
@Suite struct TimestampTagTests {
  private static let message = TimestampStructureTests.message
  /// Where the TSTInfo is: content info, explicit tag, SignedData, encapsulated content, explicit
  /// tag, octets.
  private static let content = [1, 1, 0, 2, 1, 0]
  private static let simulator = Result { try TrustSimulator() }
  private static let answer = Result {
    try simulator.get().timestamp(for: message, withCertificates: false)
  }

  private func isAccepted(_ tree: DERTree) async throws -> Bool {
    let chain = try TimestampAuthorityChain(der: try Self.simulator.get().timestampAuthority())
    do throws(CertificateError) {
      try await chain.check(
        try RFC3161Timestamp(parsing: tree.bytes), message: Self.message)
      return true
    } catch {
      return false
    }
  }

  private func tree() throws -> DERTree {
    let answer = try Self.answer.get()
    return try #require(DERTree(answer))
  }

  private func node(_ tree: DERTree, _ path: [Int]) -> DERTree {
    path.reduce(tree) { node, index in
      if case .constructed(_, let children) = node { children[index] } else { node }
    }
  }

  /// Tags of the context say what a node is; with another number it is something else.
  @Test func otherNumbersAreOtherNodes() async throws {
    let tree = try tree()
    #expect(try await isAccepted(tree))
    var count = 0
    for path in tree.paths {
      guard case .constructed(0xa0, let children) = node(tree, path) else { continue }
      count += 1
      let changed = tree.editing(path) { _ in .constructed(tag: 0xa1, children) }
      #expect(try await !isAccepted(changed), "\(path)")
    }
    #expect(count == 3)
  }

  /// Sequences are no sets, and sets no sequences.
  @Test func otherTypesAreRefused() async throws {
    let tree = try tree()
    for path in tree.paths {
      guard case .constructed(let tag, let children) = node(tree, path), tag < 0x80 else {
        continue
      }
      let changed = tree.editing(path) { _ in .constructed(tag: tag ^ 1, children) }
      // What is in the list of digest algorithms nobody uses; the status is read by its number.
      let isUnused = path.starts(with: [1, 1, 0, 1]) && path.count > 4
      #expect(try await isAccepted(changed) == isUnused, "\(path)")
    }
  }

  /// Nothing may follow where a structure has ended.
  @Test func furtherNodesAreRefused() async throws {
    let tree = try tree()
    let further = DERTree.primitive(tag: 0x04, [0])
    for path in [[]] + tree.paths {
      guard case .constructed(let tag, let children) = node(tree, path) else { continue }
      let longer = DERTree.constructed(tag: tag, children + [further])
      let changed = path.isEmpty ? longer : tree.editing(path) { _ in longer }
      let isUnused = path.starts(with: [0]) || path.starts(with: [1, 1, 0, 1])
      #expect(try await isAccepted(changed) == isUnused, "\(path)")
    }
  }

  /// Algorithms have no parameters, or an empty NULL.
  @Test(arguments: [2, 4])
  func parametersOfAlgorithms(place: Int) async throws {
    let tree = try tree()
    let path = [1, 1, 0, 3, 0, place]
    guard case .constructed(let tag, let children) = node(tree, path) else {
      Issue.record("not an algorithm")
      return
    }
    let identifier = Array(children.prefix(1))
    for (parameters, isGood) in [
      ([], true), ([.primitive(tag: 0x05, [])], true), ([.primitive(tag: 0x05, [0])], false),
      ([.primitive(tag: 0x04, [])], false),
    ] as [([DERTree], Bool)] {
      let changed = tree.editing(path) { _ in .constructed(tag: tag, identifier + parameters) }
      #expect(try await isAccepted(changed) == isGood, "\(parameters)")
    }
  }

  /// What names RSA's algorithm is no signature of an elliptic key, though its hash is the same.
  @Test func algorithmsOfOtherKeysAreRefused() async throws {
    let tree = try tree()
    let changed = tree.editing([1, 1, 0, 3, 0, 4, 0]) { _ in
      .primitive(tag: 0x06, [0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 11])
    }
    #expect(try await !isAccepted(changed))
  }

  /// An identifier has one form: the arcs are whole and in the fewest bytes.
  @Test func identifiersHaveOneForm() async throws {
    let tree = try tree()
    for path in tree.paths {
      guard case .primitive(0x06, let bytes) = node(tree, path),
        !path.starts(with: [1, 1, 0, 1])
      else { continue }
      for other in [
        bytes + [0x80], [0x80] + bytes, [], Array(bytes.dropLast()) + [0x80, bytes.last ?? 0],
      ] {
        let changed = tree.editing(path) { _ in .primitive(tag: 0x06, other) }
        #expect(try await !isAccepted(changed), "\(path)")
      }
    }
  }

  /// Nothing may end before all of it is there.
  @Test func truncatedNodesAreRefused() async throws {
    let tree = try tree()
    for path in [[]] + tree.paths {
      guard case .constructed(let tag, let children) = node(tree, path) else { continue }
      for count in children.indices {
        let short = DERTree.constructed(tag: tag, Array(children.prefix(count)))
        let changed = path.isEmpty ? short : tree.editing(path) { _ in short }
        // The list of digest algorithms, which nobody uses.
        let isUnused = path.starts(with: [1, 1, 0, 1])
        #expect(try await isAccepted(changed) == isUnused, "\(path) \(count)")
      }
    }
  }

  /// The same for what is signed; that its signature fails then too does not matter here.
  @Test func contentsAreWhole() async throws {
    let tree = try tree()
    guard case .primitive(let tag, let bytes) = node(tree, Self.content) else {
      Issue.record("the content is elsewhere")
      return
    }
    let info = try #require(DERTree(bytes))
    for path in [[]] + info.paths {
      for change in [0, 1, 2] {
        let inner = node(info, path)
        let replaced: DERTree
        switch (change, inner) {
        case (0, .constructed(let tag, let children)):
          replaced = .constructed(tag: tag, Array(children.dropLast()))
        case (1, .constructed(let tag, let children)):
          replaced = .constructed(tag: tag, Array(children.prefix(1)))
        case (_, .constructed(let tag, _)): replaced = .constructed(tag: tag, [])
        case (_, .primitive(let tag, let value)):
          replaced = .constructed(tag: tag | 0x20, [.primitive(tag: 4, value)])
        }
        guard replaced != inner else { continue }
        let changed = path.isEmpty ? replaced : info.editing(path) { _ in replaced }
        let outer = tree.editing(Self.content) { _ in .primitive(tag: tag, changed.bytes) }
        #expect(try await !isAccepted(outer), "\(path) \(change)")
      }
    }
  }

  /// One list of signers; a second could be the one that another reader takes.
  @Test func oneListOfSigners() async throws {
    let tree = try tree()
    let doubled = tree.editing([1, 1, 0]) { data in
      guard case .constructed(let tag, let children) = data, let last = children.last else {
        return nil
      }
      return .constructed(tag: tag, children + [last])
    }
    #expect(try await !isAccepted(doubled))
  }

  /// Hashes are known by the whole identifier.
  @Test(arguments: [[0x2a, 0x03, 0x01], [0x01]] as [[UInt8]])
  func otherHashesAreRefused(identifier: [UInt8]) async throws {
    let tree = try tree()
    let changed = tree.editing([1, 1, 0, 3, 0, 2, 0]) { node in
      #expect(node.bytes.first == 6)
      return .primitive(tag: 6, identifier)
    }
    #expect(try await !isAccepted(changed))
  }

  /// A signature is read as the algorithm says, which the key must be of.
  @Test(
    arguments: [
      [0x2b, 0x65, 0x70], [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03],
      [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0d], [0x2a, 0x03],
    ] as [[UInt8]])
  func otherAlgorithmsAreRefused(identifier: [UInt8]) async throws {
    let tree = try tree()
    // Of the signer: version, name, digest, attributes, and then the algorithm.
    let changed = tree.editing([1, 1, 0, 3, 0, 4, 0]) { node in
      #expect(node.bytes.first == 6)
      return .primitive(tag: 6, identifier)
    }
    #expect(try await !isAccepted(changed))
  }
}
