// SPDX-License-Identifier: Apache-2.0
// swift-format-ignore-file
// Made by scripts/update-trusted-root from sigstore 4.5.1 (see SOURCE.json).

/// The first roots of the TUF repositories of the public Sigstore instances, as JSON.
enum PublicGoodTUFRoot {
  /// `https%3A%2F%2Ftuf-repo-cdn.sigstore.dev`.
  static let publicGood = #"""
    {"signatures":[{"keyid":"e71a54d543835ba86adad9460379c7641fb8726d164ea766801a1c522aba7ea2","sig"\#
    :"3045022100ea2f374f409810e2db950749d9cfed09a15b6a5e25f3d5ffd0799459d7bee167022028d3acdde6dbd503\#
    4cfad222d31b41090ee21894e2c46cb8974198ab0377db44"},{"keyid":"22f4caec6d8e6f9555af66b3d4c3cb06a3b\#
    b23fdc7e39c916c61f462e6f52b06","sig":"304402207ebb24e3237e470691d7875903a7754d0ef2ae7e7b5024a788\#
    8c9a38a52deecd02206ed5ad1c6f4fab46995843ab6b23f9420c5a4cf6ce1cb2cb2a6fc2e87e2ef3e1"},{"keyid":"6\#
    1643838125b440b40db6942f5cb5a31c0dc04368316eb2aaa58b95904a58222","sig":"304602210089d9dfd8e106cc\#
    958088a4da3c8cf7254ab6f65a9647d37ada730ef4763c5163022100d882ee744615be79861e214e1eeb9e1eddf6a1e2\#
    03a201b4c5d03f5224d71d16"},{"keyid":"a687e5bf4fab82b0ee58d46e05c9535145a2c9afb458f43d42b45ca0fdc\#
    e2a70","sig":"304502210088bd4b88e83f586ce568d27d04214c4ab3fd1894178ef015303d56afa939205302205538\#
    ebab93876abb9075ad77114bff28a0d79a7cc229b534a0c5ced5526b48e7"},{"keyid":"183e64f37670dc13ca0d289\#
    95a3053f3740954ddce44321a41e46534cf44e632","sig":"3045022100f35b07e938d4949caf82e69e86cc9db3b69b\#
    6dbc6740c1f343d06893f996fbeb022001e847d816259a96a49e42779a2350dab97b71c8ae7e26b2380c6fa7f58131b3\#
    "}],"signed":{"_type":"root","consistent_snapshot":true,"expires":"2026-11-20T13:58:18Z","keys":\#
    {"0c87432c3bf09fd99189fdc32fa5eaedf4e4a5fac7bab73fa04a2e0fc64af6f5":{"keyid_hash_algorithms":["s\#
    ha256","sha512"],"keytype":"ecdsa","keyval":{"public":"-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIz\#
    j0CAQYIKoZIzj0DAQcDQgAEWRiGr5+j+3J5SsH+Ztr5nE2H2wO7\nBV+nO3s93gLca18qTOzHY1oWyAGDykMSsGTUBSt9D+A\#
    n0KfKsD2mfSM42Q==\n-----END PUBLIC KEY-----\n"},"scheme":"ecdsa-sha2-nistp256","x-tuf-on-ci-onli\#
    ne-uri":"gcpkms:projects/sigstore-root-signing/locations/global/keyRings/root/cryptoKeys/timesta\#
    mp/cryptoKeyVersions/1"},"183e64f37670dc13ca0d28995a3053f3740954ddce44321a41e46534cf44e632":{"ke\#
    ytype":"ecdsa","keyval":{"public":"-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQ\#
    gAEMxpPOJCIZ5otG4106fGJseEQi3V9\npkMYQ4uyV9Tj1M7WHXIyLG+jkfvuG0glQ1JZbRZZBV3gAR4sojdGHISeow==\n-\#
    ----END PUBLIC KEY-----\n"},"scheme":"ecdsa-sha2-nistp256","x-tuf-on-ci-keyowner":"@lance"},"22f\#
    4caec6d8e6f9555af66b3d4c3cb06a3bb23fdc7e39c916c61f462e6f52b06":{"keyid_hash_algorithms":["sha256\#
    ","sha512"],"keytype":"ecdsa","keyval":{"public":"-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQ\#
    YIKoZIzj0DAQcDQgAEzBzVOmHCPojMVLSI364WiiV8NPrD\n6IgRxVliskz/v+y3JER5mcVGcONliDcWMC5J2lfHmjPNPhb4\#
    H7xm8LzfSA==\n-----END PUBLIC KEY-----\n"},"scheme":"ecdsa-sha2-nistp256","x-tuf-on-ci-keyowner"\#
    :"@santiagotorres"},"61643838125b440b40db6942f5cb5a31c0dc04368316eb2aaa58b95904a58222":{"keyid_h\#
    ash_algorithms":["sha256","sha512"],"keytype":"ecdsa","keyval":{"public":"-----BEGIN PUBLIC KEY-\#
    ----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEinikSsAQmYkNeH5eYq/CnIzLaacO\nxlSaawQDOwqKy/tCqxq5xxPS\#
    Jc21K4WIhs9GyOkKfzueY3GILzcMJZ4cWw==\n-----END PUBLIC KEY-----\n"},"scheme":"ecdsa-sha2-nistp256\#
    ","x-tuf-on-ci-keyowner":"@bobcallaway"},"a687e5bf4fab82b0ee58d46e05c9535145a2c9afb458f43d42b45c\#
    a0fdce2a70":{"keyid_hash_algorithms":["sha256","sha512"],"keytype":"ecdsa","keyval":{"public":"-\#
    ----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE0ghrh92Lw1Yr3idGV5WqCtMDB8Cx\n+D8\#
    hdC4w2ZLNIplVRoVGLskYa3gheMyOjiJ8kPi15aQ2//7P+oj7UvJPGw==\n-----END PUBLIC KEY-----\n"},"scheme"\#
    :"ecdsa-sha2-nistp256","x-tuf-on-ci-keyowner":"@joshuagl"},"e71a54d543835ba86adad9460379c7641fb8\#
    726d164ea766801a1c522aba7ea2":{"keyid_hash_algorithms":["sha256","sha512"],"keytype":"ecdsa","ke\#
    yval":{"public":"-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEXsz3SZXFb8jMV4\#
    2j6pJlyjbjR8K\nN3Bwocexq6LMIb5qsWKOQvLN16NUefLc4HswOoumRsVVaajSpQS6fobkRw==\n-----END PUBLIC KEY\#
    -----\n"},"scheme":"ecdsa-sha2-nistp256","x-tuf-on-ci-keyowner":"@mnm678"}},"roles":{"root":{"ke\#
    yids":["e71a54d543835ba86adad9460379c7641fb8726d164ea766801a1c522aba7ea2","22f4caec6d8e6f9555af6\#
    6b3d4c3cb06a3bb23fdc7e39c916c61f462e6f52b06","61643838125b440b40db6942f5cb5a31c0dc04368316eb2aaa\#
    58b95904a58222","a687e5bf4fab82b0ee58d46e05c9535145a2c9afb458f43d42b45ca0fdce2a70","183e64f37670\#
    dc13ca0d28995a3053f3740954ddce44321a41e46534cf44e632"],"threshold":3},"snapshot":{"keyids":["0c8\#
    7432c3bf09fd99189fdc32fa5eaedf4e4a5fac7bab73fa04a2e0fc64af6f5"],"threshold":1,"x-tuf-on-ci-expir\#
    y-period":3650,"x-tuf-on-ci-signing-period":365},"targets":{"keyids":["e71a54d543835ba86adad9460\#
    379c7641fb8726d164ea766801a1c522aba7ea2","22f4caec6d8e6f9555af66b3d4c3cb06a3bb23fdc7e39c916c61f4\#
    62e6f52b06","61643838125b440b40db6942f5cb5a31c0dc04368316eb2aaa58b95904a58222","a687e5bf4fab82b0\#
    ee58d46e05c9535145a2c9afb458f43d42b45ca0fdce2a70","183e64f37670dc13ca0d28995a3053f3740954ddce443\#
    21a41e46534cf44e632"],"threshold":3},"timestamp":{"keyids":["0c87432c3bf09fd99189fdc32fa5eaedf4e\#
    4a5fac7bab73fa04a2e0fc64af6f5"],"threshold":1,"x-tuf-on-ci-expiry-period":7,"x-tuf-on-ci-signing\#
    -period":6}},"spec_version":"1.0","version":15,"x-tuf-on-ci-expiry-period":197,"x-tuf-on-ci-sign\#
    ing-period":46}}
    """#

  /// `https%3A%2F%2Ftuf-repo-cdn.sigstage.dev`.
  static let staging = #"""
    {"signatures":[{"keyid":"aa61e09f6af7662ac686cf0c6364079f63d3e7a86836684eeced93eace3acd81","sig"\#
    :"304502201419a6f003291be4cd00c110a00e9d9b152a78181ed3c54edf9d22a79938276f022100f751058c6c3eb6ae\#
    cf277db367b4858d3612abd1ad96c40fd71ebbd26c944055"},{"keyid":"61f9609d2655b346fcebccd66b509d58281\#
    68d5e447110e261f0bcc8553624bc","sig":"3045022007313e0afd5f282a1383a4f8f7a150e266a059420e1036eee2\#
    22ce0053e36a67022100dfb05a4d1e6be2f43ce30f030783ff7a747cda5d84f341fd03b06dff32fba5bd"},{"keyid":\#
    "9471fbda95411d10109e467ad526082d15f14a38de54ea2ada9687ab39d8e237","sig":""},{"keyid":"0374a9e18\#
    a20a2103736cb4277e2fdd7f8453642c7d9eaf4ad8aee9cf2d47bb5","sig":""}],"signed":{"_type":"root","co\#
    nsistent_snapshot":true,"expires":"2026-10-16T19:39:43Z","keys":{"0374a9e18a20a2103736cb4277e2fd\#
    d7f8453642c7d9eaf4ad8aee9cf2d47bb5":{"keytype":"ecdsa","keyval":{"public":"-----BEGIN PUBLIC KEY\#
    -----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEoxkvDOmtGEknB3M+ZkPts8joDM0X\nIH5JZwPlgC2CXs/eqOuNF8A\#
    cEWwGYRiDhV/IMlQw5bg8PLICQcgsbrDiKg==\n-----END PUBLIC KEY-----\n"},"scheme":"ecdsa-sha2-nistp25\#
    6","x-tuf-on-ci-keyowner":"@mnm678"},"61f9609d2655b346fcebccd66b509d5828168d5e447110e261f0bcc855\#
    3624bc":{"keytype":"ecdsa","keyval":{"public":"-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIK\#
    oZIzj0DAQcDQgAE++Wv+DcLRk+mfkmlpCwl1GUi9EMh\npBUTz8K0fH7bE4mQuViGSyWA/eyMc0HvzZi6Xr0diHw0/lUPBvo\#
    k214YQw==\n-----END PUBLIC KEY-----\n"},"scheme":"ecdsa-sha2-nistp256","x-tuf-on-ci-keyowner":"@\#
    kommendorkapten"},"9471fbda95411d10109e467ad526082d15f14a38de54ea2ada9687ab39d8e237":{"keytype":\#
    "ecdsa","keyval":{"public":"-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEFHDb\#
    85JH+JYR1LQmxiz4UMokVMnP\nxKoWpaEnFCKXH8W4Fc/DfIxMnkpjCuvWUBdJXkO0aDIxwsij8TOFh2R7dw==\n-----END\#
     PUBLIC KEY-----\n"},"scheme":"ecdsa-sha2-nistp256","x-tuf-on-ci-keyowner":"@joshuagl"},"aa61e09\#
    f6af7662ac686cf0c6364079f63d3e7a86836684eeced93eace3acd81":{"keytype":"ecdsa","keyval":{"public"\#
    :"-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEohqIdE+yTl4OxpX8ZxNUPrg3SL9H\n\#
    BDnhZuceKkxy2oMhUOxhWweZeG3bfM1T4ZLnJimC6CAYVU5+F5jZCoftRw==\n-----END PUBLIC KEY-----\n"},"sche\#
    me":"ecdsa-sha2-nistp256","x-tuf-on-ci-keyowner":"@jku"},"c3479007e861445ce5dc109d9661ed77b35bbc\#
    0e3f161852c46114266fc2daa4":{"keytype":"ecdsa","keyval":{"public":"-----BEGIN PUBLIC KEY-----\nM\#
    FkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAExxmEtmhF5U+i+v/6he4BcSLzCgMx\n/0qSrvDg6bUWwUrkSKS2vDpcJrhGy5f\#
    mmhRrGawjPp1ALpC3y1kqFTpXDg==\n-----END PUBLIC KEY-----\n"},"scheme":"ecdsa-sha2-nistp256","x-tu\#
    f-on-ci-online-uri":"gcpkms:projects/projectsigstore-staging/locations/global/keyRings/tuf-keyri\#
    ng/cryptoKeys/tuf-key/cryptoKeyVersions/2"}},"roles":{"root":{"keyids":["aa61e09f6af7662ac686cf0\#
    c6364079f63d3e7a86836684eeced93eace3acd81","61f9609d2655b346fcebccd66b509d5828168d5e447110e261f0\#
    bcc8553624bc","9471fbda95411d10109e467ad526082d15f14a38de54ea2ada9687ab39d8e237","0374a9e18a20a2\#
    103736cb4277e2fdd7f8453642c7d9eaf4ad8aee9cf2d47bb5"],"threshold":2},"snapshot":{"keyids":["c3479\#
    007e861445ce5dc109d9661ed77b35bbc0e3f161852c46114266fc2daa4"],"threshold":1,"x-tuf-on-ci-expiry-\#
    period":3650,"x-tuf-on-ci-signing-period":365},"targets":{"keyids":["aa61e09f6af7662ac686cf0c636\#
    4079f63d3e7a86836684eeced93eace3acd81","61f9609d2655b346fcebccd66b509d5828168d5e447110e261f0bcc8\#
    553624bc","9471fbda95411d10109e467ad526082d15f14a38de54ea2ada9687ab39d8e237","0374a9e18a20a21037\#
    36cb4277e2fdd7f8453642c7d9eaf4ad8aee9cf2d47bb5"],"threshold":1},"timestamp":{"keyids":["c3479007\#
    e861445ce5dc109d9661ed77b35bbc0e3f161852c46114266fc2daa4"],"threshold":1,"x-tuf-on-ci-expiry-per\#
    iod":7,"x-tuf-on-ci-signing-period":6}},"spec_version":"1.0","version":14,"x-tuf-on-ci-expiry-pe\#
    riod":182,"x-tuf-on-ci-signing-period":35}}
    """#
}
