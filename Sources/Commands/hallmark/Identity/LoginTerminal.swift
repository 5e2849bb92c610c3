// SPDX-License-Identifier: Apache-2.0

import Identity
import ServiceClients

extension IdentityOptions {
  /// The source of a person who logs in.
  func loginSource(
    _ login: Login?, at issuer: String, transport: HTTPTransport, console: Console
  ) throws(CommandFailure) -> any IdentityTokenSource {
    NoTokenSource(IdentityError(.notFound, "no login yet"))
  }
}
