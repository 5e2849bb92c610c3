# SPDX-License-Identifier: Apache-2.0
"""Mints an upload token as a CI job would for a client that cannot, and prints it.

    mint_token.py INDEX_URL

The identity comes from ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN;
REQUESTS_CA_BUNDLE names the index's TLS authority.
"""

import os
import sys

import requests

index = sys.argv[1].rstrip("/")
session = requests.Session()
audience = session.get(f"{index}/_/oidc/audience", timeout=20).json()["audience"]
identity = session.get(
    os.environ["ACTIONS_ID_TOKEN_REQUEST_URL"],
    params={"audience": audience},
    headers={"Authorization": "Bearer " + os.environ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]},
    timeout=20,
).json()["value"]
answer = session.post(f"{index}/_/oidc/mint-token", json={"token": identity}, timeout=20)
answer.raise_for_status()
print(answer.json()["token"])
