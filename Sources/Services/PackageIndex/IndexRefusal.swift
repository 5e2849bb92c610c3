// SPDX-License-Identifier: Apache-2.0

import Encodings
import HTTPTypes
import Hummingbird
import NIOCore

/// A request that the index refuses, with the text that the client's user will read.
///
/// Clients show different parts of a response: pip and twine only the reason phrase of the HTTP/1.1
/// status line, uv the member `code` of a JSON body or `title, detail` of a problem document
/// (RFC 9457). The text therefore goes into all of them.
struct IndexRefusal: Error, Hashable {
  /// 4xx or 5xx.
  let code: Int
  /// What is wrong, one line.
  let text: String
  /// More fields of the response, such as `Allow`.
  var headers: HTTPFields = [:]

  init(_ code: Int, _ text: String, headers: HTTPFields = [:]) {
    self.code = code
    self.text = text
    self.headers = headers
  }

  /// 400.
  static func invalid(_ text: String) -> IndexRefusal { IndexRefusal(400, text) }
  /// 403.
  static func forbidden(_ text: String) -> IndexRefusal { IndexRefusal(403, text) }
  /// 404.
  static func notFound(_ text: String) -> IndexRefusal { IndexRefusal(404, text) }
}

extension IndexRefusal: HTTPResponseError {
  var status: HTTPResponse.Status { .init(code: code, reasonPhrase: ReasonPhrase.legal(text)) }

  private var title: String { HTTPResponse.Status(code: code).standardReasonPhrase }

  func response(from request: Request, context: some RequestContext) throws -> Response {
    let problem = "application/problem+json"
    let body: JSONValue
    let contentType: String
    if ContentNegotiation.names(problem, accept: request.accept) {
      contentType = problem
      body = [
        "type": "about:blank", "title": .string(title), "status": .integer(Int64(code)),
        "detail": .string(text),
      ]
    } else {
      contentType = "application/json"
      body = [
        "message": .string(text), "code": .string("\(code) \(text)"), "title": .string(title),
      ]
    }
    var response = Response.json(body, contentType: contentType, status: status)
    response.headers.append(contentsOf: headers)
    response.headers[ReasonPhrase.field] = ReasonPhrase.legal(text)
    return response
  }
}

extension HTTPResponse.Status {
  /// The phrase of RFC 9110 §15 for the code.
  var standardReasonPhrase: String {
    switch code {
    case 400: "Bad Request"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 406: "Not Acceptable"
    case 410: "Gone"
    case 413: "Content Too Large"
    case 415: "Unsupported Media Type"
    case 416: "Range Not Satisfiable"
    case 422: "Unprocessable Content"
    case 503: "Service Unavailable"
    case 507: "Insufficient Storage"
    default: code < 500 ? "Refused" : "Internal Server Error"
    }
  }
}

extension Response {
  /// A response with a JSON body.
  static func json(
    _ value: JSONValue, contentType: String = "application/json",
    status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
  ) -> Response {
    .text(value.compactText, contentType: contentType, status: status, headers: headers)
  }

  /// A response with a text as its body.
  static func text(
    _ text: String, contentType: String, status: HTTPResponse.Status = .ok,
    headers: HTTPFields = [:]
  ) -> Response {
    var headers = headers
    headers[.contentType] = contentType
    headers[.xContentTypeOptions] = "nosniff"
    return Response(
      status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}
