// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension ReleasedStackTests {
  /// What the services answer to requests of all kinds.
  struct ServerAnswers {
    let stack: Stack
    let release: ReleaseDocument

    init() throws {
      let released = try ReleasedStack.shared()
      stack = released.stack
      release = released.release
    }

    @Test(arguments: ["/nothing", "/simple/absent/", "/api/v1/nothing", "/files/../secrets"])
    func unknownPath(path: String) throws {
      let answer = try stack.request("GET", path)
      #expect(answer.status == 404, "\(answer)")
      #expect(try answer.member("message") is String, "\(answer)")
    }

    @Test(arguments: [
      ("POST", "/simple/"), ("DELETE", "/simple/greeting/"), ("GET", "/legacy/"),
      ("PUT", "/api/v1/log/entries"), ("GET", "/_/oidc/mint-token"),
      ("POST", "/.well-known/jwks.json"),
    ])
    func wrongMethod(method: String, path: String) throws {
      let answer = try stack.request(method, path)
      #expect(answer.status == 405, "\(answer)")
      #expect(answer.headers["allow"] != nil, "\(answer)")
    }

    /// The listener without TLS only reads.
    @Test(arguments: [
      ("POST", "/legacy/"), ("POST", "/_/oidc/mint-token"), ("GET", "/_/oidc/audience"),
      ("POST", "/api/v2/signingCert"), ("POST", "/api/v1/log/entries"),
      ("GET", "/identity/token?audience=sigstore&project=greeting"), ("POST", "/simple/"),
    ])
    func plainListenerRefuses(method: String, path: String) throws {
      let answer = try stack.request(method, stack.announcement.httpUrl + path)
      #expect(answer.status == 403, "\(answer)")
      #expect(answer.headers["content-type"] == "application/problem+json", "\(answer)")
      #expect(try answer.member("detail") as? String == "use \(stack.url)")
    }

    @Test(arguments: [
      "/", "/project/greeting/", "/simple/", "/simple/greeting/", "/api/v1/log",
      "/api/v1/log/publicKey", "/api/v2/trustBundle", "/trust/trusted_root.json",
      "/trust/signing_config.v0.2.json", "/trust/trust_config.json", "/trust/tls-ca.pem",
      "/.well-known/openid-configuration",
    ])
    func bothListenersRead(path: String) throws {
      let secure = try stack.request("GET", path)
      let plain = try stack.request("GET", stack.announcement.httpUrl + path)
      #expect(secure.status == 200, "\(secure)")
      #expect(plain.status == 200, "\(plain)")
      #expect(!secure.body.isEmpty)
    }

    @Test(arguments: [
      ("/api/v2/signingCert", 65 << 10), ("/api/v1/log/entries", 5 << 20),
    ])
    func oversizeBody(path: String, size: Int) throws {
      let answer = try stack.request(
        "POST", path, headers: ["Content-Type": "application/json"], bodySize: size)
      #expect(answer.status == 413, "\(answer)")
      #expect(try answer.member("message") is String)
    }

    @Test(arguments: ["/api/v2/signingCert", "/api/v1/log/entries", "/_/oidc/mint-token"])
    func malformedBody(path: String) throws {
      for body in ["", "{", "[]", "{\"token\":1}", "\u{0}"] {
        let answer = try stack.request("POST", path, body: body)
        #expect((400...422).contains(answer.status), "\(body): \(answer)")
        #expect(try answer.member("message") is String)
      }
    }

    @Test func uploadWithoutToken() throws {
      let answer = try stack.request(
        "POST", "/legacy/", headers: ["Content-Type": "multipart/form-data; boundary=x"],
        body: "--x--\r\n")
      #expect(answer.status == 403, "\(answer)")
      #expect(answer.reason.hasPrefix("Invalid or non-existent authentication"), "\(answer)")
    }

    @Test func logEntriesByIndexAndUUID() throws {
      for statement in release.statements {
        let answer = try stack.request("GET", statement.entry)
        #expect(answer.status == 200, "\(answer)")
        let entries = try #require(
          JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: [String: Any]])
        let (uuid, entry) = try #require(entries.first)
        #expect(entries.count == 1)
        #expect(uuid.utf8.count == 80)
        #expect(entry["logIndex"] as? Int == statement.logIndex)
        let verification = try #require(entry["verification"] as? [String: Any])
        #expect(verification["signedEntryTimestamp"] is String)
        #expect(verification["inclusionProof"] is [String: Any])

        let byUUID = try stack.request("GET", "/api/v1/log/entries/\(uuid)")
        #expect(byUUID.status == 200)
        #expect(byUUID.body.contains("\"logIndex\":\(statement.logIndex)"), "\(byUUID)")
      }
    }

    @Test(arguments: [
      ("?logIndex=999999", 404), ("?logIndex=-1", 400), ("?logIndex=1&logIndex=2", 400), ("", 400),
      ("/zz", 400), ("/" + String(repeating: "0", count: 80), 404),
    ])
    func absentLogEntries(query: String, status: Int) throws {
      let answer = try stack.request("GET", "/api/v1/log/entries\(query)")
      #expect(answer.status == status, "\(answer)")
      #expect(try answer.member("message") is String)
    }

    @Test func simpleIndexInBothForms() throws {
      let json = try stack.request(
        "GET", "/simple/greeting/", headers: ["Accept": "application/vnd.pypi.simple.v1+json"])
      #expect(json.headers["content-type"] == "application/vnd.pypi.simple.v1+json")
      #expect(json.headers["cache-control"]?.contains("no-cache") == true)
      let files = try #require(try json.member("files") as? [[String: Any]])
      for file in release.files {
        let listed = try #require(files.first { $0["filename"] as? String == file.filename })
        #expect((listed["hashes"] as? [String: String])?["sha256"] == file.sha256)
        #expect(listed["size"] as? Int == file.size)
        let address = try #require(listed["url"] as? String)
        let url = try #require(
          URL(string: address, relativeTo: URL(string: "\(stack.url)/simple/greeting/")))
        let download = try stack.request("HEAD", url.absoluteString)
        #expect(download.status == 200, "\(download)")
        #expect(download.headers["content-length"] == String(file.size))
      }
      let html = try stack.request("GET", "/simple/greeting/", headers: ["Accept": "text/html"])
      #expect(html.headers["content-type"]?.hasPrefix("text/html") == true)
      for file in release.files {
        #expect(html.body.contains("#sha256=\(file.sha256)"))
        #expect(html.body.contains("/\(file.filename)/provenance\""))
      }
      let moved = try stack.request("GET", "/simple/Greeting/")
      #expect(moved.status == 301)
      #expect(moved.headers["location"]?.hasSuffix("/simple/greeting/") == true)
    }

    @Test(arguments: [
      "/integrity/greeting/1.0.0/absent-1.0.0.tar.gz/provenance",
      "/integrity/greeting/9.9/greeting-1.0.0.tar.gz/provenance",
      "/integrity/other/1.0.0/greeting-1.0.0.tar.gz/provenance",
    ])
    func absentProvenance(path: String) throws {
      let answer = try stack.request("GET", path)
      #expect(answer.status == 404, "\(answer)")
      let message = try #require(try answer.member("message") as? String)
      #expect(message.hasPrefix("No provenance available for "))
    }

    @Test func projectPageShowsTheSigner() throws {
      let page = try stack.request("GET", "/project/greeting/")
      #expect(page.body.contains(stack.subject(of: "greeting")))
      #expect(page.body.contains("1.0.0"))
    }
  }
}
