# SPDX-License-Identifier: Apache-2.0
"""An index in memory that speaks PyPI's protocols, and misbehaves as a file says.

    faulty_index.py CONFIGURATION

It has Trusted Publishing, uploads, the simple API, files and the Integrity API, and is its own
source of identity tokens (`/identity/token`, unsigned). What it is asked and what it does is printed
as JSON, one object per line; the first line is its port. `/_state` tells what it has, `POST /_heal`
ends all faults. The configuration:

    audience     what it asks identity tokens for, default "faulty"
    claims       further claims of the identity tokens, or others in their place
    token        the whole identity token, if it is not one of these
    discovery    members of the document of PEP 807; {port} stands for the port
    draft        whether that document is at the place of the first draft
    singleUse    whether an upload token is good once
    tokens       stored upload tokens that are good
    faults       a list: "at" is the place (audience, mint, burn, identity, upload, page, file,
                 provenance, discovery), "stored" restricts it to the time when a file is there,
                 "calls" to these calls of the place, counted from 1, "name" to a file's ending; "do"
                 is one of:
        answer     "status", "headers", "body", "fill" (bytes of spaces); "after": true does what was
                   asked before that
        wait       "seconds", then goes on in order; "after": true waits before the answer
        close      closes the connection; "after": true when all is done; else in the middle of the
                   request
        half       does what was asked, and closes in the middle of the answer
        page       changes the page: "hide", "hash", "nohash", "noprovenance", "twice", "url"
"""

import base64
import email
import hashlib
import http.server
import json
import sys
import threading
import time

with open(sys.argv[1], encoding="utf-8") as file:
    configuration = json.load(file)

faults = configuration.get("faults", [])
lock = threading.Lock()
calls: dict[str, int] = {}
files: dict[str, dict] = {}
uploads: dict[str, int] = {}
minted: set[str] = set()
good: set[str] = set(configuration.get("tokens", []))


def report(**members):
    with lock:
        print(json.dumps(members), flush=True)


def part(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def identity_token(audience: str) -> str:
    if "token" in configuration:
        return configuration["token"]
    now = int(time.time())
    claims = {"iss": "https://issuer.example", "sub": "repo:acme/greeting", "aud": audience,
              "iat": now, "nbf": now, "exp": now + 300, "jti": str(time.time_ns()),
              "repository": "acme/greeting"}
    claims.update(configuration.get("claims", {}))
    header = part(b'{"alg":"RS256","kid":"1"}')
    return f"{header}.{part(json.dumps(claims).encode())}.{part(b'signature')}"


def claims_of(token: str) -> dict:
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    place = ""
    fault: dict = {}
    # The time of the answer, for those who compare clocks.
    skew = configuration.get("skew", 0)

    def date_time_string(self, timestamp=None):
        return super().date_time_string((timestamp or time.time()) + self.skew)

    def choose_fault(self, name: str = ""):
        with lock:
            calls[self.place] = call = calls.get(self.place, 0) + 1
        self.fault = {}
        for fault in faults:
            if (fault["at"] == self.place and call in fault.get("calls", [call])
                    and (not fault.get("stored") or files)
                    and name.endswith(fault.get("name", ""))):
                self.fault = fault
                break
        report(call=self.place, name=name, authorization=self.headers.get("Authorization", ""),
               host=self.headers.get("Host", ""))

    def answer(self, status: int, body: bytes = b"", headers: dict | None = None, reason=None):
        kind = self.fault.get("do")
        if self.fault.get("after"):
            if kind == "wait":
                time.sleep(self.fault["seconds"])
            if kind == "close":
                self.close_connection = True
                self.connection.close()
                return
            if kind == "answer":
                status, body, headers = self.scripted()
        self.send_response(status, reason)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body) + (100 if kind == "half" else 0)))
        self.end_headers()
        self.wfile.write(body)
        if kind == "half":
            self.wfile.flush()
            self.close_connection = True

    def scripted(self):
        body = self.fault.get("body", "").replace("{port}", str(server.server_address[1])).encode()
        headers = {key: value.replace("{port}", str(server.server_address[1]))
                   for key, value in self.fault.get("headers", {}).items()}
        return self.fault.get("status", 200), body or b" " * self.fault.get("fill", 0), headers

    def json(self, status: int, document):
        self.answer(status, json.dumps(document).encode(), {"Content-Type": "application/json"})

    def is_stopped(self) -> bool:
        """Whether the fault took the place of an answer."""
        kind = self.fault.get("do")
        if self.fault.get("after") or kind in (None, "half", "page"):
            return False
        if kind == "wait":
            time.sleep(self.fault["seconds"])
            return False
        if kind == "close":
            self.rfile.read(min(512, int(self.headers.get("Content-Length", 0))))
            self.close_connection = True
            self.connection.close()
            return True
        self.body()
        status, body, headers = self.scripted()
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return True

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def do_GET(self):
        path, _, query = self.path.partition("?")
        parts = path.strip("/").split("/")
        if path == "/_state":
            with lock:
                return self.json(200, {
                    "files": {name: hashlib.sha256(item["content"]).hexdigest()
                              for name, item in files.items()},
                    "uploads": uploads, "calls": calls,
                    "minted": len(minted), "good": len(good)})
        if parts[:2] == [".well-known", "pytp"]:
            self.place = "discovery"
            self.choose_fault()
            if self.is_stopped():
                return None
            is_draft = len(parts) == 3
            document = configuration.get("discovery")
            if document is None or is_draft != configuration.get("draft", False):
                return self.json(404, {})
            text = json.dumps(document).replace("{port}", str(server.server_address[1]))
            return self.answer(200, text.encode())
        if parts[0] == "identity":
            self.place = "identity"
            self.choose_fault()
            if self.is_stopped():
                return None
            return self.json(200, {"value": identity_token(query.rpartition("audience=")[2])})
        if path in ("/_/oidc/audience", "/trust/audience"):
            self.place = "audience"
            self.choose_fault()
            if self.is_stopped():
                return None
            return self.json(200, {"audience": configuration.get("audience", "faulty")})
        if parts[0] == "simple":
            self.place = "page"
            self.choose_fault()
            return None if self.is_stopped() else self.page(parts[1])
        if parts[0] == "files":
            self.place = "file"
            self.choose_fault(parts[-1])
            if self.is_stopped():
                return None
            item = files.get(parts[-1])
            return self.answer(200, item["content"]) if item else self.json(404, {})
        if parts[0] == "integrity":
            self.place = "provenance"
            self.choose_fault(parts[-2])
            if self.is_stopped():
                return None
            item = files.get(parts[-2])
            if not item or not item["attestations"]:
                return self.json(404, {"message": f"No provenance available for {parts[-2]}"})
            return self.json(200, {"version": 1, "attestation_bundles": [
                {"publisher": {"kind": "GitHub", "repository": "acme/greeting",
                               "workflow": "release.yml", "environment": None},
                 "attestations": item["attestations"]}]})
        return self.json(404, {})

    def page(self, project: str):
        kind = self.fault.get("change") if self.fault.get("do") == "page" else None
        entries = []
        for name, item in sorted(files.items()):
            if item["project"] != project or kind == "hide":
                continue
            digest = hashlib.sha256(item["content"]).hexdigest()
            entry = {"filename": name, "url": f"../../files/{name}", "hashes": {"sha256": digest},
                     "size": len(item["content"]), "yanked": False,
                     "provenance": f"/integrity/{project}/{item['version']}/{name}/provenance"
                     if item["attestations"] else None}
            if kind == "hash":
                entry["hashes"]["sha256"] = "0" * 64
            elif kind == "nohash":
                entry["hashes"] = {}
            elif kind == "noprovenance":
                entry["provenance"] = None
            elif kind == "url":
                entry["url"] = self.fault["url"]
            entries.append(entry)
            if kind == "twice":
                entries.append({**entry, "hashes": {"sha256": "0" * 64}})
        if not entries and not kind:
            return self.json(404, {})
        return self.answer(200, json.dumps({
            "meta": {"api-version": "1.4"}, "name": project, "versions": [], "files": entries,
        }).encode(), {"Content-Type": "application/vnd.pypi.simple.v1+json"})

    def do_POST(self):
        path = self.path.partition("?")[0]
        if path == "/_heal":
            faults.clear()
            self.body()
            return self.json(200, {})
        if path in ("/_/oidc/mint-token", "/trust/mint"):
            self.place = "mint"
            self.choose_fault()
            return None if self.is_stopped() else self.mint()
        if path == "/_/oidc/burn-token":
            self.place = "burn"
            self.choose_fault()
            if self.is_stopped():
                return None
            good.discard(json.loads(self.body())["token"])
            return self.answer(204)
        if path == "/legacy/":
            self.place = "upload"
            return self.upload()
        self.body()
        return self.json(404, {})

    def mint(self):
        request = json.loads(self.body())
        report(features=request.get("features"))

        def refuse(code: str, description: str):
            self.json(422, {"message": "Token request failed",
                            "errors": [{"code": code, "description": description}]})

        try:
            claims = claims_of(request["token"])
        except (ValueError, IndexError):
            return refuse("invalid-payload", "malformed JWT")
        audience = configuration.get("audience", "faulty")
        if claims.get("aud") != audience or claims["exp"] < time.time():
            return refuse("invalid-token", "malformed or invalid token")
        if claims["jti"] in minted:
            return refuse("invalid-reuse-token", "invalid token: already used")
        minted.add(claims["jti"])
        token = f"pypi-minted-{len(minted)}"
        good.add(token)
        lifetime = configuration.get("lifetime", 900)
        return self.json(200, {"success": True, "token": token,
                               "expires": int(time.time()) + lifetime})

    def upload(self):
        # The name is in the head of the file's part; it is looked for when all is there.
        self.choose_fault()
        if self.is_stopped():
            return None
        form = self.form(self.body())
        name = form["filename"]
        with lock:
            uploads[name] = uploads.get(name, 0) + 1
        report(begun=name)
        if self.fault.get("name") and not name.endswith(self.fault["name"]):
            self.fault = {}
        scheme, _, value = self.headers.get("Authorization", "").partition(" ")
        token = base64.b64decode(value).decode().partition(":")[2] if scheme == "Basic" else ""
        if token not in good:
            return self.refuse(403, "Invalid or non-existent authentication information.")
        if configuration.get("singleUse"):
            good.discard(token)
        content = form["content"]
        digest = hashlib.sha256(content).hexdigest()
        if form["sha256_digest"] != digest:
            return self.refuse(
                400, "The digest supplied does not match a digest calculated from the uploaded file.")
        with lock:
            known = files.get(name)
            if known is None:
                files[name] = {
                    "content": content, "project": form["name"], "version": form["version"],
                    "attestations": json.loads(form.get("attestations", "[]"))}
        if known is not None and (known["content"] != content or configuration.get("strict")):
            blake = hashlib.blake2b(known["content"], digest_size=32).hexdigest()
            return self.refuse(
                configuration.get("strict", 400),
                f"File already exists ('{name}', with blake2_256 hash '{blake}'). "
                "See https://index.example/help/#file-name-reuse for more information.")
        report(stored=name)
        return self.answer(200)

    def refuse(self, status: int, text: str):
        body = json.dumps({"message": text, "code": f"{status} {text}", "title": "Refused"})
        self.answer(status, body.encode(), {"Content-Type": "application/json"}, text)

    def form(self, body: bytes) -> dict:
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        result: dict = {}
        for item in email.message_from_bytes(head + body).get_payload():
            key = item.get_param("name", header="content-disposition")
            if item.get_filename():
                result["filename"] = item.get_filename()
                boundary = self.headers["Content-Type"].partition("boundary=")[2].encode()
                # As bytes: the mail parser changes line ends.
                start = body.index(b"\r\n\r\n", body.index(b'name="content"')) + 4
                result["content"] = body[start:body.rindex(b"\r\n--" + boundary)]
            else:
                result[key] = item.get_payload(decode=True).decode()
        return result

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        # A client that was killed, or a connection that was closed on purpose.
        pass


server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
