# SPDX-License-Identifier: Apache-2.0
"""Verifies PEP 740 attestations with pypi-attestations against a trusted root of one's own.

    verify_attestations.py TRUSTED_ROOT IDENTITY ISSUER DISTRIBUTION FILE...

A FILE is an attestation or a provenance object. Prints one predicate type per line; exit status 3
and the reason on standard error for an attestation that does not verify.
"""

import json
import pathlib
import sys
from unittest import mock

from pypi_attestations import Attestation, AttestationError, Distribution
from sigstore.models import TrustedRoot
from sigstore.verify import Verifier, policy

root, identity, issuer, distribution, *files = sys.argv[1:]
verifier = Verifier(trusted_root=TrustedRoot.from_file(root))
expected = policy.Identity(identity=identity, issuer=issuer)

attestations = []
for name in files:
    document = json.loads(pathlib.Path(name).read_text(encoding="utf-8"))
    # The package's own model of a provenance object has a fixed list of publisher kinds.
    for bundle in document.get("attestation_bundles", [{"attestations": [document]}]):
        attestations += map(Attestation.model_validate, bundle["attestations"])

# The package knows the public instances only; all else of its verification stays its own.
with mock.patch.object(Verifier, "production", return_value=verifier):
    for attestation in attestations:
        try:
            predicate_type, _ = attestation.verify(
                expected, Distribution.from_file(pathlib.Path(distribution)), offline=True)
        except AttestationError as error:
            print(error, file=sys.stderr)
            sys.exit(3)
        print(predicate_type)
