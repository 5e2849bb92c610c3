// SPDX-License-Identifier: Apache-2.0

/// Shows the stages of a long command, one line per stage with its result and time.
///
/// On a terminal:
/// ```
/// ✓ Build     greeting 1.0.0, sdist and wheel                       1.2 s
/// ✗ Publish   the index refused the upload                          0.1 s
/// ```
/// The line of the stage that goes on is shown too and replaced when it ends. Elsewhere each stage
/// is one line of plain ASCII marks when it ends: `[ok] Build: greeting 1.0.0, … (1.2 s)`.
struct StageReporter: Sendable {
  private let console: Console
  /// The width of the column of names, in characters.
  private let nameWidth: Int

  /// Where the times end, in columns.
  private static let lineWidth = 80
  private static let clearedLine = "\r\u{1B}[2K"

  /// Makes a reporter.
  ///
  /// - Parameters:
  ///   - console: where lines go.
  ///   - names: the names of all stages, so that their results stand in one column.
  init(_ console: Console, names: [String]) {
    self.console = console
    nameWidth = names.map(\.count).max() ?? 0
  }

  /// Says that a stage has begun; shown only where the line can be replaced.
  func began(_ name: String, _ detail: String = "") {
    guard console.isLive else { return }
    let text = "· \(padded(name))  \(UntrustedText.printable(detail, limit: 100))"
    // Without wrapping, so that the line can be replaced whatever the terminal's width.
    console.writeToError(
      Self.clearedLine + "\u{1B}[?7l" + console.styled(text, .faint, on: .error) + "\u{1B}[?7h")
  }

  /// Runs one stage and shows its line.
  ///
  /// - Parameters:
  ///   - name: the stage.
  ///   - doing: what it does at first.
  ///   - work: gives the stage's value, and its result in some words.
  ///   - isFailure: whether the value means that the stage failed.
  /// - Returns: the value.
  /// - Throws: what the work throws; `CancellationError` when it was interrupted.
  func stage<Value>(
    _ name: String, doing: String, _ work: () async throws -> (Value, String),
    isFailure: (Value) -> Bool = { _ in false }
  ) async throws -> Value {
    let start = ContinuousClock.now
    began(name, doing)
    do {
      let (value, summary) = try await work()
      let duration = ContinuousClock.now - start
      if isFailure(value) {
        failed(name, summary, took: duration)
      } else {
        finished(name, summary, took: duration)
      }
      return value
    } catch {
      let isInterrupted = error is CancellationError || Task.isCancelled
      failed(
        name, isInterrupted ? "interrupted" : "stopped here", took: ContinuousClock.now - start)
      // What was interrupted may fail in its own words.
      if isInterrupted { throw CancellationError() }
      throw error
    }
  }

  /// Says that a stage is done.
  ///
  /// - Parameters:
  ///   - name: the stage.
  ///   - detail: its result in some words; text from outside is escaped here.
  ///   - duration: how long it took.
  func finished(_ name: String, _ detail: String, took duration: Duration) {
    ended(name, detail, duration, mark: "✓", plainMark: "[ok]", style: .good)
  }

  /// Says that a stage failed; the reason follows as a diagnostic.
  func failed(_ name: String, _ detail: String, took duration: Duration) {
    ended(name, detail, duration, mark: "✗", plainMark: "[failed]", style: .bad)
  }

  private func ended(
    _ name: String, _ detail: String, _ duration: Duration, mark: String, plainMark: String,
    style: Console.Style
  ) {
    let time = Self.seconds(duration)
    let result = UntrustedText.printable(detail)
    guard console.isLive else {
      console.progress("\(plainMark) \(name): \(result) (\(time))")
      return
    }
    let fill = String(
      repeating: " ", count: max(1, Self.lineWidth - 4 - nameWidth - result.count - time.count))
    console.writeToError(Self.clearedLine)
    console.progress(
      console.styled(mark, style, on: .error) + " "
        + console.styled(padded(name), .strong, on: .error) + "  " + result + fill
        + console.styled(time, .faint, on: .error))
  }

  private func padded(_ name: String) -> String {
    name + String(repeating: " ", count: max(0, nameWidth - name.count))
  }

  /// A duration in seconds with one decimal, such as `1.2 s`; two decimals below a tenth.
  static func seconds(_ duration: Duration) -> String {
    let (whole, attoseconds) = duration.components
    let hundredths = Int(whole) * 100 + Int(attoseconds / 10_000_000_000_000_000)
    if hundredths < 10 { return "0.0\(hundredths) s" }
    return "\(hundredths / 100).\(hundredths % 100 / 10) s"
  }
}
