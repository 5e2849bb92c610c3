// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import Storage
import TrustServices

/// Says that the stack is ready and where everything is.
struct Announcement {
  let folder: DataFolder
  let settings: StackSettings

  /// Writes one line of JSON to standard output, or lines for people to standard error.
  func publish(asJSON: Bool) {
    if asJSON {
      ServerOutput.result(json.compactText)
    } else {
      for line in lines { ServerOutput.report(line) }
    }
  }

  /// The line for programs: addresses and paths, no secret.
  var json: JSONValue {
    [
      "url": .string(settings.baseURL),
      "httpUrl": .string(settings.httpURL),
      "pid": .integer(Int64(ProcessInfo.processInfo.processIdentifier)),
      "data": .string(folder.path),
      "tlsCA": path(TransportAuthority.certificateFile),
      "trustedRoot": path(TrustMaterial.trustedRootFile),
      "signingConfig": path(TrustMaterial.signingConfigFile),
      "trustConfig": path(TrustMaterial.trustConfigFile),
      "identityRequestTokenFile": path(TrustServices.identityRequestTokenFile),
      "indexAudience": .string("hallmark"),
    ]
  }

  private var lines: [String] {
    [
      "hallmark-server: the embedded stack is ready; Ctrl-C stops it",
      "  all services   \(settings.baseURL)",
      "  reading only   \(settings.httpURL)",
      "  TLS authority  \(folder.absolute(TransportAuthority.certificateFile))",
      "  trust config   \(folder.absolute(TrustMaterial.trustConfigFile))",
    ]
  }

  private func path(_ relative: String) -> JSONValue { .string(folder.absolute(relative)) }
}
