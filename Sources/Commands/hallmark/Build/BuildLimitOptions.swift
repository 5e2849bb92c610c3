// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Rebuild

/// What a build in the sandbox may use.
struct BuildLimitOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Most seconds of one build step.", valueName: "seconds"))
  var limitTime: Int?

  @Option(help: ArgumentHelp("Most memory, such as 4G; files count too.", valueName: "size"))
  var limitMemory: String?

  @Option(help: ArgumentHelp("Most bytes of temporary files, such as 2G.", valueName: "size"))
  var limitDisk: String?

  @Option(help: ArgumentHelp("Most bytes of one file, and of what is printed.", valueName: "size"))
  var limitOutput: String?

  @Option(help: ArgumentHelp("Most processes and threads.", valueName: "number"))
  var limitProcesses: Int?

  /// The limits, with defaults for what is not given.
  func limits() throws -> Sandbox.Limits {
    var limits = Sandbox.Limits()
    if let value = limitTime { limits.seconds = try checked(value, "--limit-time", 1...604_800) }
    if let value = limitProcesses {
      limits.processes = try checked(value, "--limit-processes", 8...1_000_000)
    }
    if let text = limitMemory {
      limits.memory = try size(text, "--limit-memory", atLeast: 64 << 20)
    }
    if let text = limitDisk { limits.disk = try size(text, "--limit-disk", atLeast: 1 << 20) }
    if let text = limitOutput { limits.output = try size(text, "--limit-output", atLeast: 1 << 20) }
    return limits
  }

  private func checked(_ value: Int, _ name: String, _ range: ClosedRange<Int>) throws -> Int {
    guard range.contains(value) else {
      throw ValidationError("\(name) must be from \(range.lowerBound) to \(range.upperBound).")
    }
    return value
  }

  private func size(_ text: String, _ name: String, atLeast least: Int) throws -> Int {
    let shifts: [Character: Int] = ["K": 10, "M": 20, "G": 30]
    let shift = text.last.flatMap { shifts[$0] }
    let digits = shift == nil ? Substring(text) : text.dropLast()
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), digits.utf8.count <= 12,
      let number = Int(digits)
    else { throw ValidationError("\(name) must be a number of bytes, or one with K, M or G.") }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << (shift ?? 0))
    guard !overflow, bytes >= least, bytes <= 1 << 40 else {
      throw ValidationError("\(name) must be from \(least) bytes to 1024G.")
    }
    return bytes
  }
}
