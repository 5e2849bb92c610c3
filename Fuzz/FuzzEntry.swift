// SPDX-License-Identifier: Apache-2.0

import Encodings

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A parser of bytes from outside, or something that is built on several.
///
/// A target is named once, in ``all``; `scripts/fuzz` reads the names and says which seeds each gets.
struct FuzzTarget: Sendable {
  /// What `FUZZ_TARGET` calls it.
  let name: String
  /// Reads one input.
  ///
  /// It throws for what is refused, which is fine; what must not happen ends the program, so that
  /// the fuzzer keeps the input.
  let run: @Sendable ([UInt8]) throws -> Void

  init(_ name: String, _ run: @escaping @Sendable ([UInt8]) throws -> Void) {
    self.name = name
    self.run = run
  }

  /// All targets.
  static let all =
    formats + archives + packaging + evidence + attestations + verification + identity
    + approvals + comparisons + traits + audits

  /// The one that this process is for.
  static let selected: FuzzTarget = {
    let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = all.first(where: { $0.name == name }) else {
      print("targets: " + all.map(\.name).joined(separator: " "))
      exit(name.isEmpty ? 0 : 2)
    }
    return target
  }()
}

/// Ends the program, in every build mode, if something is not so.
func require(_ holds: Bool, _ what: String) {
  if !holds { fatalError("property violated: \(what)") }
}

/// What was written from a value must be readable as the same value.
func requireSame<Value: Equatable>(_ value: Value, _ again: () throws -> Value) {
  do {
    let read = try again()
    require(read == value, "another value after writing and reading: \(value) \(read)")
  } catch {
    fatalError("property violated: what was written is refused: \(error)")
  }
}

/// libFuzzer calls this once.
@_cdecl("LLVMFuzzerInitialize")
public func fuzzInitialize(
  _ count: UnsafeMutablePointer<CInt>?, _ arguments: UnsafeMutableRawPointer?
) -> CInt {
  _ = FuzzTarget.selected
  return 0
}

/// libFuzzer calls this for each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  try? FuzzTarget.selected.run(bytes)
  return 0
}
