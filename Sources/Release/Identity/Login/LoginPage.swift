// SPDX-License-Identifier: Apache-2.0

import Encodings

/// The page that ends a login in the browser: one file without script, that loads nothing.
package struct LoginPage: Hashable, Sendable {
  /// The HTTP status.
  package let status: Int
  private let isGood: Bool
  private let title: String
  private let text: String

  private init(_ status: Int, isGood: Bool, title: String, text: String) {
    self.status = status
    self.isGood = isGood
    self.title = title
    self.text = text
  }

  /// The login worked.
  package static func done(signer: String, issuer: String) -> LoginPage {
    LoginPage(
      200, isGood: true, title: "You are logged in",
      text: "Hallmark now signs as \(signer) (\(issuer)).")
  }

  /// The login did not work.
  ///
  /// - Parameters:
  ///   - reason: one sentence as errors have it: lowercase, without a full stop.
  ///   - notes: context.
  /// - Returns: the page.
  package static func failed(_ reason: String, notes: [String] = []) -> LoginPage {
    let text = ([reason] + notes).map { "\($0.prefix(1).uppercased())\($0.dropFirst())." }
    return LoginPage(
      400, isGood: false, title: "The login did not work", text: text.joined(separator: " "))
  }

  /// There is nothing at this address, or not any more.
  package static let nothing = LoginPage(
    404, isGood: false, title: "Nothing is here", text: "This address is for one login only.")

  /// The headers: the page runs nothing, loads nothing, is kept nowhere and tells nobody its address.
  package var headers: [(name: String, value: String)] {
    let digest = SHA256Hash(hashing: Array(Self.style.utf8)).base64
    return [
      ("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store"),
      (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'sha256-\(digest)'; base-uri 'none'; form-action 'none'; "
          + "frame-ancestors 'none'"
      ),
      ("Referrer-Policy", "no-referrer"), ("X-Content-Type-Options", "nosniff"),
    ]
  }

  /// The document.
  package var html: String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(Self.escaped(title)) - Hallmark</title>
    <style>\(Self.style)</style>
    </head>
    <body>
    <main class="\(isGood ? "good" : "bad")">
    <h1>\(Self.escaped(title))</h1>
    <p>\(Self.escaped(text))</p>
    <p class="end">You can close this window and go back to the terminal.</p>
    </main>
    </body>
    </html>

    """
  }

  private static let style = """
    :root{color-scheme:light dark}
    body{margin:0;min-height:100vh;display:grid;place-items:center;background:#f4f4f1;color:#1d1d1b;\
    font:1.05rem/1.55 system-ui,sans-serif}
    main{box-sizing:border-box;width:min(34rem,100% - 2rem);padding:1.5rem 2rem;background:#fff;\
    border-top:.35rem solid #1a7f4b;border-radius:.4rem;overflow-wrap:anywhere}
    main.bad{border-color:#b3261e}
    h1{margin:.2rem 0 1rem;font-size:1.45rem;line-height:1.25}
    p{margin:.6rem 0}
    .end{color:#5c5c57}
    @media (prefers-color-scheme:dark){body{background:#161615;color:#eee}main{background:#232321}\
    .end{color:#b0b0a8}}
    """

  /// Text from outside as HTML: one line, what could move or hide text replaced.
  private static func escaped(_ text: String) -> String {
    var output = ""
    for scalar in text.unicodeScalars.prefix(600) {
      switch scalar {
      case "&": output += "&amp;"
      case "<": output += "&lt;"
      case ">": output += "&gt;"
      case "\"": output += "&quot;"
      case "'": output += "&#39;"
      default:
        let category = scalar.properties.generalCategory
        output.unicodeScalars.append(category == .control || category == .format ? "?" : scalar)
      }
    }
    return output
  }
}
