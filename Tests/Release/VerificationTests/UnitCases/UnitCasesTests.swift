// SPDX-License-Identifier: Apache-2.0

import Encodings
import TestSupport
import Testing

@testable import Verification

/// The rows of slsa-verifier's own unit tables.
///
/// Every row runs, or stands in ``UnitCasesNotRun`` with the reason. Tables that several files
/// have are told apart by their folder.
enum UnitCases {
  typealias Tables = [String: @Sendable (UnitCase) throws -> Void]

  static let tables = [
    BuilderUnitCases.tables, SourceUnitCases.tables, AgreementUnitCases.tables,
    DocumentUnitCases.tables, PackageUnitCases.tables,
  ].reduce(into: [:]) { $0.merge($1) { left, _ in left } }

  /// `pass`, or the name of the reason.
  static func outcome(_ body: () throws -> Void) throws -> String {
    do {
      try body()
      return "pass"
    } catch let error as ProvenanceFailure {
      return error.reason.rawValue
    }
  }

  /// The refusal, if it is one.
  static func failure(_ body: () throws -> Void) -> ProvenanceFailure? {
    do {
      try body()
      return nil
    } catch {
      return error as? ProvenanceFailure
    }
  }

  static func run(_ row: UnitCase) throws -> String {
    let table = tables["\(row.area)/\(row.function)"] ?? tables[row.function]
    guard let table else { throw UnitCase.NotRun(reason: "there is no table") }
    return try outcome { try table(row) }
  }
}

@Suite(.enabled(if: TestData.slsa.isPresent || TestData.isCI)) struct UnitCasesTests {
  /// The table of each row that is not run.
  private static let notRun: [Int: String] = UnitCasesNotRun.all.reduce(into: [:]) { list, entry in
    for row in entry.rows { list[row] = entry.function }
  }

  @Test func everyRowRunsOrSaysWhyNot() throws {
    var ran = 0
    var rows = 0
    for row in try UnitCase.all() {
      rows += 1
      let place = "row \(row.index) of \(row.function), \(row.name)"
      let listed = Self.notRun[row.index]
      do {
        let outcome = try UnitCases.run(row)
        ran += 1
        #expect(outcome == row.expected, "\(place)")
        #expect(listed == nil, "\(place) runs, but is listed")
      } catch let error as UnitCase.NotRun {
        #expect(listed == row.function, "\(place) does not run: \(error.reason)")
      } catch {
        Issue.record("\(place): \(error)")
      }
    }
    #expect(rows == 752)
    #expect(ran + Self.notRun.count == 752, "\(ran) rows ran")
    let listed = UnitCasesNotRun.all.reduce(0) { $0 + $1.rows.count }
    #expect(listed == Self.notRun.count, "a row is listed twice")
  }
}
