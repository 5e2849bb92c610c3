// SPDX-License-Identifier: Apache-2.0

import Encodings
import HTTPTypes
import Hummingbird
import NIOCore

/// A request that a trust service refuses: `{"code": …, "message": …}`, as Fulcio and Rekor do.
struct ServiceRefusal: Error, Hashable {
  /// The HTTP status, 4xx or 5xx.
  let statusCode: Int
  /// `code` in the body: a gRPC status for the certificate authority, else the HTTP status.
  let code: Int
  /// What is wrong, one line; it never has a token or key.
  let message: String
  /// More fields of the response.
  var headers: HTTPFields = [:]

  init(_ statusCode: Int, code: Int? = nil, _ message: String, headers: HTTPFields = [:]) {
    self.statusCode = statusCode
    self.code = code ?? statusCode
    self.message = message
    self.headers = headers
  }

  /// 400 with the HTTP status as code.
  static func invalid(_ message: String) -> ServiceRefusal { ServiceRefusal(400, message) }

  /// 404.
  static func notFound(_ message: String) -> ServiceRefusal { ServiceRefusal(404, message) }
}

extension ServiceRefusal: HTTPResponseError {
  var status: HTTPResponse.Status { .init(code: statusCode) }

  func response(from request: Request, context: some RequestContext) throws -> Response {
    var response = Response.json(
      ["code": .integer(Int64(code)), "message": .string(message)], status: status)
    response.headers.append(contentsOf: headers)
    return response
  }
}

extension Response {
  /// A response with a JSON body.
  static func json(
    _ value: JSONValue, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
  ) -> Response {
    .text(value.compactText, contentType: "application/json", status: status, headers: headers)
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
