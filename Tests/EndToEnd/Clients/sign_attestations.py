# SPDX-License-Identifier: Apache-2.0
"""Signs publish attestations with sigstore-python and pypi-attestations on a private stack.

    sign_attestations.py TRUST_CONFIG DISTRIBUTION...

The identity comes from the ambient token endpoint of a CI job, ACTIONS_ID_TOKEN_REQUEST_URL and
ACTIONS_ID_TOKEN_REQUEST_TOKEN; REQUESTS_CA_BUNDLE names the stack's TLS authority. Writes
DISTRIBUTION.publish.attestation beside each file.
"""

import os
import pathlib
import sys

import requests
from pypi_attestations import Attestation, Distribution
from sigstore.models import ClientTrustConfig
from sigstore.oidc import IdentityToken
from sigstore.sign import SigningContext

configuration = ClientTrustConfig.from_json(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
answer = requests.get(
    os.environ["ACTIONS_ID_TOKEN_REQUEST_URL"] + "&audience=sigstore",
    headers={"Authorization": "Bearer " + os.environ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]},
    timeout=20,
)
answer.raise_for_status()
context = SigningContext.from_trust_config(configuration)
with context.signer(IdentityToken(answer.json()["value"]), cache=True) as signer:
    for name in sys.argv[2:]:
        path = pathlib.Path(name)
        attestation = Attestation.sign(signer, Distribution.from_file(path))
        path.with_name(path.name + ".publish.attestation").write_text(
            attestation.model_dump_json(), encoding="utf-8")
