// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL

/// Translates errors of the HTTP library, whose own texts may quote requests.
enum TransportFailure {
  static func translated(_ error: any Error, of request: TransportRequest) -> any Error {
    if error is CancellationError || Task.isCancelled { return CancellationError() }
    switch error {
    case let error as TransportError: return error
    case let error as LocalFileError:
      return request.error(.file, error.description)
    case let error as HTTPClientError: return translated(error, of: request)
    case let error as NIOSSLError:
      if case .handshakeFailed(let reason) = error, "\(reason)".contains("CERTIFICATE_VERIFY") {
        return request.error(
          .untrusted, "the server's certificate is not from an authority that is trusted")
      }
      if case .uncleanShutdown = error {
        return request.error(.unreachable, "the server closed the connection in the middle")
      }
      return request.error(.untrusted, "no TLS connection with the server")
    case is NIOSSLExtraError:
      return request.error(.untrusted, "the server's certificate is for another host")
    case let error as IOError:
      return request.error(.unreachable, "no connection (\(reason(error.errnoCode)))")
    case let error as NIOConnectionError:
      if !error.connectionErrors.isEmpty,
        let cause = error.connectionErrors.lazy.compactMap({ $0.error as? IOError }).first
      {
        return request.error(.unreachable, "no connection (\(reason(cause.errnoCode)))")
      }
      if error.dnsAError != nil || error.dnsAAAAError != nil {
        return request.error(.unreachable, "the host name \(request.url.host) is not known")
      }
      return request.error(.unreachable, "no connection")
    case is ChannelError:
      return request.error(.timeout, "no connection in time")
    default:
      // The type only: the text of an unknown error may hold anything.
      return request.error(.unreachable, "the connection failed (\(type(of: error)))")
    }
  }

  private static func translated(
    _ error: HTTPClientError, of request: TransportRequest
  ) -> any Error {
    switch error {
    case .cancelled: return CancellationError()
    case .connectTimeout, .getConnectionFromPoolTimeout:
      return request.error(.timeout, "no connection in time")
    case .readTimeout, .deadlineExceeded, .writeTimeout:
      return request.error(.timeout, "the service did not answer in time")
    case .tlsHandshakeTimeout, .httpProxyHandshakeTimeout:
      return request.error(.timeout, "the connection was not set up in time")
    case .proxyAuthenticationRequired:
      return request.error(.unreachable, "the proxy wants a user and a password")
    case .invalidProxyResponse:
      return request.error(.unreachable, "the proxy does not connect to the service")
    case .bodyLengthMismatch:
      return request.error(.file, "the file changed while it was being sent")
    case .remoteConnectionClosed:
      return request.error(.unreachable, "the server closed the connection")
    default:
      return request.error(.unreachable, error.shortDescription.lowercased())
    }
  }

  private static func reason(_ code: CInt) -> String {
    LocalFileError.text(ofErrno: code)
  }
}
