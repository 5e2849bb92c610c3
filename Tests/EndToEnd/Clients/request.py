# SPDX-License-Identifier: Apache-2.0
"""Sends one HTTP request and prints the answer as JSON, without following redirects.

    request.py FILE

FILE holds {"url", "method", "headers", "body" or "bodySize", "authority"}; the last is the
certificate authority of the server. It is a file because requests carry tokens.
"""

import http.client
import json
import ssl
import sys
import urllib.parse

with open(sys.argv[1], encoding="utf-8") as file:
    wanted = json.load(file)
url = urllib.parse.urlsplit(wanted["url"])
if url.scheme == "https":
    context = ssl.create_default_context(cafile=wanted["authority"])
    connection = http.client.HTTPSConnection(url.netloc, timeout=20, context=context)
else:
    connection = http.client.HTTPConnection(url.netloc, timeout=20)

body = b"x" * wanted["bodySize"] if "bodySize" in wanted else wanted.get("body", "").encode()
target = url.path + ("?" + url.query if url.query else "")
try:
    connection.request(wanted["method"], target, body or None, wanted.get("headers", {}))
except (BrokenPipeError, ConnectionResetError):
    # A server may refuse a body before all of it is sent; its answer can be read all the same.
    pass
answer = connection.getresponse()
text = b"" if wanted["method"] == "HEAD" else answer.read()
json.dump(
    {
        "status": answer.status,
        "reason": answer.reason,
        "headers": {name.lower(): value for name, value in answer.getheaders()},
        "body": text.decode("utf-8", "replace"),
    },
    sys.stdout,
)
