// SPDX-License-Identifier: Apache-2.0
// swift-format-ignore-file
// Made by scripts/update-trusted-root from sigstore 4.5.1 (see SOURCE.json).

/// The signing configurations of the public Sigstore instances, as JSON.
enum PublicGoodSigningConfig {
  /// `https%3A%2F%2Ftuf-repo-cdn.sigstore.dev`.
  static let publicGood = #"""
    {"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","caUrls":[{"url":"https://fu\#
    lcio.sigstore.dev","majorApiVersion":1,"validFor":{"start":"2022-04-13T20:06:15.000Z"},"operator\#
    ":"sigstore.dev"}],"oidcUrls":[{"url":"https://oauth2.sigstore.dev/auth","majorApiVersion":1,"va\#
    lidFor":{"start":"2022-04-13T20:06:15.000Z"},"operator":"sigstore.dev"}],"rekorTlogUrls":[{"url"\#
    :"https://rekor.sigstore.dev","majorApiVersion":1,"validFor":{"start":"2021-01-12T11:53:27.000Z"\#
    },"operator":"sigstore.dev"}],"tsaUrls":[{"url":"https://timestamp.sigstore.dev/api/v1/timestamp\#
    ","majorApiVersion":1,"validFor":{"start":"2025-07-04T00:00:00Z"},"operator":"sigstore.dev"}],"r\#
    ekorTlogConfig":{"selector":"ANY"},"tsaConfig":{"selector":"ANY"}}
    """#

  /// `https%3A%2F%2Ftuf-repo-cdn.sigstage.dev`.
  static let staging = #"""
    {"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","caUrls":[{"url":"https://fu\#
    lcio.sigstage.dev","majorApiVersion":1,"validFor":{"start":"2022-04-14T21:38:40Z"},"operator":"s\#
    igstore.dev"}],"oidcUrls":[{"url":"https://oauth2.sigstage.dev/auth","majorApiVersion":1,"validF\#
    or":{"start":"2025-04-16T00:00:00Z"},"operator":"sigstore.dev"}],"rekorTlogUrls":[{"url":"https:\#
    //log2025-alpha3.rekor.sigstage.dev","majorApiVersion":2,"validFor":{"start":"2025-09-22T11:00:0\#
    0Z"},"operator":"sigstore.dev"},{"url":"https://log2025-alpha2.rekor.sigstage.dev","majorApiVers\#
    ion":2,"validFor":{"start":"2025-08-20T07:24:08Z","end":"2025-09-22T11:00:00Z"},"operator":"sigs\#
    tore.dev"},{"url":"https://log2025-alpha1.rekor.sigstage.dev","majorApiVersion":2,"validFor":{"s\#
    tart":"2025-05-07T12:00:00Z","end":"2025-08-20T07:24:08Z"},"operator":"sigstore.dev"},{"url":"ht\#
    tps://rekor.sigstage.dev","majorApiVersion":1,"validFor":{"start":"2021-01-12T11:53:27Z"},"opera\#
    tor":"sigstore.dev"}],"tsaUrls":[{"url":"https://timestamp.sigstage.dev/api/v1/timestamp","major\#
    ApiVersion":1,"validFor":{"start":"2025-04-09T00:00:00Z"},"operator":"sigstore.dev"}],"rekorTlog\#
    Config":{"selector":"ANY"},"tsaConfig":{"selector":"ANY"}}
    """#
}
