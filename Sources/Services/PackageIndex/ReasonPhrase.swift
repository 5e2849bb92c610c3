// SPDX-License-Identifier: Apache-2.0

package import NIOCore
import HTTPTypes
import NIOHTTP1

/// Reason phrases of our own in HTTP/1.1 status lines (RFC 9112 §4).
///
/// pip, poetry and twine show their users nothing of a refusal but the reason phrase. SwiftNIO
/// writes the standard phrase for every code it knows, so a refusal carries its phrase in a response
/// field, and ``channelHandlers()`` moves it into the status line. Without these handlers the field
/// stays in the response, and nothing else changes.
package enum ReasonPhrase {
  /// The field that carries the phrase between router and connection.
  static let field = HTTPField.Name("Hallmark-Reason-Phrase") ?? .server

  /// The most characters of a phrase.
  static let maximumLength = 120

  /// Handlers for `HTTP1Channel.Configuration.additionalChannelHandlers`.
  package static func channelHandlers() -> [any RemovableChannelHandler] {
    [ReasonPhraseInstaller()]
  }

  /// The text in the form a status line may hold: one line of printable ASCII, other characters as
  /// `?`, at most ``maximumLength`` characters.
  static func legal(_ text: String) -> String {
    let scalars = text.unicodeScalars.prefix(maximumLength).map { scalar in
      scalar.value >= 0x20 && scalar.value < 0x7f ? Character(scalar) : "?"
    }
    return text.unicodeScalars.count > maximumLength
      ? String(scalars.dropLast(3)) + "..." : String(scalars)
  }
}

/// Puts ``ReasonPhraseEncoder`` next to the response encoder.
///
/// Hummingbird adds handlers only above its codec, where a response has no NIO head any more.
private final class ReasonPhraseInstaller: ChannelInboundHandler, RemovableChannelHandler, Sendable
{
  typealias InboundIn = NIOAny

  func handlerAdded(context: ChannelHandlerContext) {
    let pipeline = context.pipeline.syncOperations
    guard let encoder = try? pipeline.handler(type: HTTPResponseEncoder.self) else { return }
    try? pipeline.addHandler(ReasonPhraseEncoder(), position: .after(encoder))
  }
}

/// Moves the phrase from its response field into the status line.
private final class ReasonPhraseEncoder: ChannelOutboundHandler, Sendable {
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard case .head(var head) = unwrapOutboundIn(data),
      let phrase = head.headers.first(name: ReasonPhrase.field.rawName)
    else { return context.write(data, promise: promise) }
    head.headers.remove(name: ReasonPhrase.field.rawName)
    head.status = .custom(code: head.status.code, reasonPhrase: phrase)
    context.write(wrapOutboundOut(.head(head)), promise: promise)
  }
}
