# SPDX-License-Identifier: Apache-2.0
"""Verifies PEP 740 attestations with pypi-attestations for a publisher, as an index does.

    verify_publisher.py TRUSTED_ROOT PUBLISHER DISTRIBUTION FILE...

PUBLISHER is the JSON of a publisher object. Prints one predicate type per line.
"""

import json
import pathlib
import sys
from unittest import mock

from pydantic import TypeAdapter
from pypi_attestations import Attestation, Distribution, Publisher
from sigstore.models import TrustedRoot
from sigstore.verify import Verifier

root, publisher, distribution, *files = sys.argv[1:]
verifier = Verifier(trusted_root=TrustedRoot.from_file(root))
expected = TypeAdapter(Publisher).validate_python(json.loads(publisher))

# The package knows the public instances only; all else of its verification stays its own.
with mock.patch.object(Verifier, "production", return_value=verifier):
    for name in files:
        attestation = Attestation.model_validate_json(
            pathlib.Path(name).read_text(encoding="utf-8"))
        predicate_type, _ = attestation.verify(
            expected, Distribution.from_file(pathlib.Path(distribution)), offline=True)
        print(predicate_type)
