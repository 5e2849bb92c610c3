// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// Where everything goes that a person or a program reads.
///
/// Results go to standard output, all else to standard error. This value alone decides about
/// colour and about what `--quiet` leaves out; nobody else prints.
struct Console: Sendable {
  /// The values of `--color`.
  enum ColorChoice: String, CaseIterable, ExpressibleByArgument, Sendable {
    /// Colour on a terminal, unless the environment says otherwise.
    case auto
    /// Colour everywhere.
    case always
    /// No colour.
    case never
  }

  /// One of the two streams of a program.
  enum Stream: Int32, Sendable {
    /// Standard output, for results.
    case output = 1
    /// Standard error, for progress and diagnostics.
    case error = 2
  }

  /// What a piece of text is; the colour follows from that.
  enum Style: String, Sendable {
    /// The heading of a block or a part that matters most.
    case strong = "1"
    /// Secondary text.
    case faint = "2"
    /// Something that holds.
    case good = "32"
    /// Something that failed.
    case bad = "1;31"
    /// Something to look at.
    case warning = "33"
    /// A path, an address, a literal or a hint.
    case accent = "36"
  }

  /// Whether progress is left out.
  let isQuiet: Bool
  private let colorsOutput: Bool
  private let colorsError: Bool
  private let errorIsTerminal: Bool

  /// Decides once how this run shows things.
  ///
  /// The order is `--color`, `NO_COLOR`, `CLICOLOR_FORCE` or `FORCE_COLOR`, then whether the
  /// stream is a terminal that can show colour.
  ///
  /// - Parameters:
  ///   - color: the value of `--color`.
  ///   - isQuiet: the value of `--quiet`.
  ///   - environment: reads an environment variable.
  ///   - isTerminal: whether a stream is a terminal.
  init(
    color: ColorChoice = .auto, isQuiet: Bool = false,
    environment: (String) -> String? = Platform.environment,
    isTerminal: (Stream) -> Bool = { Platform.isTerminal($0.rawValue) }
  ) {
    self.isQuiet = isQuiet
    func isSet(_ name: String) -> Bool {
      environment(name).map { !$0.isEmpty && $0 != "0" } ?? false
    }
    let refused = environment("NO_COLOR").map { !$0.isEmpty } ?? false
    let forced = isSet("CLICOLOR_FORCE") || isSet("FORCE_COLOR")
    let isCapable = environment("TERM") != "dumb"
    let decides = { (terminal: Bool) in
      switch color {
      case .always: true
      case .never: false
      case .auto: !refused && (forced || (terminal && isCapable))
      }
    }
    errorIsTerminal = isTerminal(.error) && isCapable
    colorsOutput = decides(isTerminal(.output))
    colorsError = decides(isTerminal(.error))
  }

  /// Whether a stream is coloured.
  func colors(_ stream: Stream) -> Bool {
    stream == .output ? colorsOutput : colorsError
  }

  /// Whether lines may be replaced while something goes on; never so in a log.
  var isLive: Bool { errorIsTerminal && !isQuiet }

  /// Text in the colour of its kind, where the stream is coloured; text from outside is escaped
  /// by the caller with ``UntrustedText``.
  func styled(_ text: String, _ style: Style, on stream: Stream) -> String {
    Self.styled(text, style, colored: colors(stream))
  }

  static func styled(_ text: String, _ style: Style, colored: Bool) -> String {
    colored ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// Writes one line of the result to standard output.
  func output(_ line: String = "") {
    Platform.write(line + "\n", to: Stream.output.rawValue)
  }

  /// Writes one line about what goes on to standard error, unless the run is quiet.
  func progress(_ line: String = "") {
    guard !isQuiet else { return }
    Platform.write(line + "\n", to: Stream.error.rawValue)
  }

  /// Writes a diagnostic to standard error; `--quiet` does not hide it.
  func report(_ diagnostic: Diagnostic) {
    Platform.write(diagnostic.rendered(colored: colorsError) + "\n", to: Stream.error.rawValue)
  }

  /// Writes to standard error as it is, without a line break; for ``StageReporter``.
  func writeToError(_ text: String) {
    Platform.write(text, to: Stream.error.rawValue)
  }
}
