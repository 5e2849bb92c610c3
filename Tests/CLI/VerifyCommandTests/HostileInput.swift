// SPDX-License-Identifier: Apache-2.0

import Testing

/// Evidence that is made to cost memory or time, or to be read in two ways; in each form that there
/// is.
struct HostileInput: Sendable, CustomTestStringConvertible {
  let name: String
  let bytes: [UInt8]

  var testDescription: String { name }

  init(_ name: String, _ bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  init(_ name: String, _ text: String) {
    self.init(name, Array(text.utf8))
  }

  static let all = nested + repeated + numerous + broken

  private static let million = 1_000_000
  private static let media = #""mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json""#
  private static let inToto = #""payloadType":"application/vnd.in-toto+json""#

  /// What begins a document of each form, up to where an array or object can follow.
  private static let beginnings = [
    ("anything", ""), ("bundle", "{\(media),\"verificationMaterial\":"),
    ("attestation", #"{"version":1,"verification_material":"#),
    ("provenance", #"{"version":1,"attestation_bundles":"#),
    ("npm or GitHub", #"{"attestations":"#), ("envelope", "{\(inToto),\"signatures\":"),
    ("Cloud Build", #"{"provenance_summary":"#),
  ]

  private static let nested = beginnings.flatMap { form, beginning in
    [
      HostileInput(
        "\(form): a million arrays in each other",
        beginning + String(repeating: "[", count: million)),
      HostileInput(
        "\(form): a million objects in each other",
        beginning + String(repeating: #"{"a":"#, count: million)),
    ]
  }

  private static let repeated = beginnings.dropFirst().map { form, beginning in
    HostileInput("\(form): a member twice", "\(beginning)[],\(beginning.dropFirst())[]}")
  }

  private static func list(_ item: String, _ count: Int = million) -> String {
    "[" + String(repeating: item + ",", count: count) + item + "]"
  }

  private static let numerous = [
    HostileInput("a million numbers", list("0")),
    HostileInput("a million objects", list("{}")),
    HostileInput(
      "a million members", "{" + (0..<million).map { "\"\($0)\":0" }.joined(separator: ",") + "}"),
    HostileInput(
      "bundle: a million log entries",
      "{\(media),\"verificationMaterial\":{\"tlogEntries\":\(list("{}"))}}"),
    HostileInput(
      "provenance: a million attestations",
      #"{"version":1,"attestation_bundles":[{"attestations":\#(list("0"))}]}"#),
    HostileInput("npm or GitHub: a million attestations", #"{"attestations":\#(list("{}"))}"#),
    HostileInput(
      "GitHub: a thousand attestations", #"{"attestations":\#(list(#"{"bundle":{}}"#, 1_000))}"#),
    HostileInput(
      "envelope: a million signatures",
      "{\(inToto),\"payload\":\"e30=\",\"signatures\":\(list("{}"))}"),
    HostileInput(
      "envelope: two hundred thousand signatures",
      "{\(inToto),\"payload\":\"e30=\",\"signatures\":\(list("{}", 200_000))}"),
    HostileInput(
      "Cloud Build: a million builds", #"{"provenance_summary":{"provenance":\#(list("{}"))}}"#),
    HostileInput("a million lines", String(repeating: "{}\n", count: million)),
    HostileInput("four thousand lines", String(repeating: "{\"a\":1}\n", count: 4_000)),
    HostileInput(
      "a line of sixteen million blanks", String(repeating: " ", count: 16_000_000) + "x"),
    HostileInput(
      "a text of fifteen million bytes", "\"" + String(repeating: "a", count: 15_000_000)),
  ]

  private static let broken = [
    HostileInput("NULs", [UInt8](repeating: 0, count: 1_000)),
    HostileInput("a NUL in a name", "{\"media\u{0}Type\":1}"),
    HostileInput("invalid UTF-8", Array("{\"mediaType\":\"".utf8) + [0xff, 0xfe, 0x22, 0x7d]),
    HostileInput("a surrogate", [0x22, 0xed, 0xa0, 0x80, 0x22]),
    HostileInput("half a surrogate pair", "{\"mediaType\":\"\\ud800\"}"),
    HostileInput("UTF-16", [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]),
    HostileInput("a byte order mark", [0xef, 0xbb, 0xbf] + Array("{\(media)}".utf8)),
    HostileInput("escape sequences", "{\"mediaType\":\"\u{1b}[31m\\u001b[2J\"}"),
    HostileInput("nothing", ""), HostileInput("a number", "1e999999999"),
    HostileInput("a long number", String(repeating: "9", count: 1_000_000)),
  ]
}
