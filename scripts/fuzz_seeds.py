# SPDX-License-Identifier: Apache-2.0
"""Seeds of the fuzz targets, from the test data and from what its documents carry inside."""

import base64
import hashlib
import io
import itertools
import json
import os
import re
import sys
import tarfile
import zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SIZE_LIMIT = 1 << 20
DOCUMENTS = ["bundle", "evidence", "verify-statement", "provenance-rules"]


class Seeds:
    """Files by target; each content once."""

    def __init__(self, folder):
        self.folder = folder
        self.signed = set()
        self.made = set()

    def add(self, targets, content):
        if isinstance(content, str):
            content = content.encode()
        if not content or len(content) > SIZE_LIMIT:
            return
        name = hashlib.sha256(content).hexdigest()[:24]
        for target in [targets] if isinstance(targets, str) else targets:
            if (target, name) in self.made:
                continue
            self.made.add((target, name))
            path = os.path.join(self.folder, target)
            os.makedirs(path, exist_ok=True)
            with open(os.path.join(path, name), "wb") as file:
                file.write(content)


def unbase64(text):
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, TypeError):
        try:
            return base64.urlsafe_b64decode(text)
        except (ValueError, TypeError):
            return b""


def der(pem):
    found = re.search(r"-----BEGIN [A-Z ]+-----(.*?)-----END", pem, re.S)
    return unbase64("".join(found.group(1).split())) if found else b""


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def payload(seeds, content):
    seeds.signed.add(hashlib.sha256(content).hexdigest())
    seeds.add(["statement", "build-provenance", "cloud-build-statement", "verification-summary",
               "canonical-json"], content)


def walk(seeds, node):
    """Takes out of a document what has a format of its own."""
    if isinstance(node, list):
        for item in node:
            walk(seeds, item)
        return
    if not isinstance(node, dict):
        return
    if "verificationMaterial" in node:
        seeds.add(DOCUMENTS, compact(node))
    if "verification_material" in node:
        seeds.add(["pypi-attestation", "evidence", "verify-statement"], compact(node))
    if "payloadType" in node and "payload" in node:
        seeds.add("envelope", compact(node))
        for signature in node.get("signatures") or []:
            if isinstance(signature, dict) and "cert" in signature:
                seeds.add(["legacy-envelope", "provenance-rules"], compact(node))
    for key, value in node.items():
        if isinstance(value, str):
            member(seeds, key, value)
        walk(seeds, value)


def member(seeds, key, value):
    raw = unbase64(value)
    if key in ["rawBytes", "certificate"]:
        seeds.add(["certificate", "authorities", "public-key"], raw)
    elif key in ["canonicalizedBody", "body"]:
        seeds.add(["log-entry-body", "json"], raw)
        try:
            walk(seeds, json.loads(raw))
        except ValueError:
            pass
    elif key == "signedTimestamp":
        seeds.add("timestamp-response", raw)
    elif key in ["payload", "statement"]:
        payload(seeds, raw)
    elif key in ["envelope", "checkpoint"] and "\u2014" in value:
        seeds.add("signed-note", value)
    elif key in ["cert", "content", "publicKey"]:
        text = value if "BEGIN" in value else raw.decode("utf-8", "replace")
        if "BEGIN" in text:
            seeds.add(["pem", "public-key"], text)
            seeds.add(["certificate", "authorities", "public-key"], der(text))
    elif re.fullmatch(r"\d{4}-\d\d-\d\dT.*", value):
        seeds.add("timestamp", value)
    elif re.fullmatch(r"[0-9a-f]{64}", value):
        seeds.add("hexadecimal", value)
    elif re.fullmatch(r"\d+", value):
        seeds.add("decimal", value)
    if raw and len(value) < 2048:
        seeds.add("base64", value)


def document(seeds, path, content):
    """A file of the test data, by what it is."""
    name = os.path.basename(path)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return
    lines = text.strip().split("\n")
    values = []
    for part in [text] if len(lines) < 2 else [text, *lines]:
        try:
            values.append(json.loads(part))
        except ValueError:
            pass
    if not values and text.startswith("-----BEGIN"):
        seeds.add(["pem", "public-key"], text)
        seeds.add(["certificate", "authorities", "public-key"], der(text))
    if name.endswith((".json", ".jsonl", ".sigstore", ".attestation", ".provenance", ".slsa")):
        seeds.add(["evidence", "provenance-rules"], content)
    for value in values:
        if not isinstance(value, dict):
            continue
        whole = compact(value)
        if "mediaType" in value or "verificationMaterial" in value:
            seeds.add(DOCUMENTS, whole)
        if "tlogs" in value or "certificateAuthorities" in value:
            seeds.add("trusted-root", whole)
        if "attestation_bundles" in value:
            seeds.add(["pypi-provenance", "evidence", "verify-statement"], whole)
        if "attestations" in value:
            seeds.add("npm-attestations", whole)
        if "provenance_summary" in value:
            seeds.add("cloud-build", whole)
        if "keys" in value:
            seeds.add("npm-keys", whole)
        for layer in value.get("layers") or []:
            cosign(seeds, path, layer)
        if name != "unit_cases.json" and "expected" not in value:
            walk(seeds, value)


def cosign(seeds, path, layer):
    """A layer of an image's attestations, and its annotations."""
    annotations = layer.get("annotations") or {}
    blob = os.path.join(os.path.dirname(path), layer.get("digest", "").removeprefix("sha256:"))
    if "dev.sigstore.cosign/bundle" not in annotations or not os.path.isfile(blob):
        return
    with open(blob, encoding="utf-8") as file:
        text = file.read()
    seeds.add("cosign-annotations", compact({"layer": text, **annotations}))
    entry = json.loads(annotations["dev.sigstore.cosign/bundle"])["Payload"]
    seeds.add("log-entry-body", unbase64(entry["body"]))


LITERALS = {
    "checksum-list": [
        "0a" * 32 + "  a.whl\n" + "0A" * 32 + " *b c\n\\" + "0b" * 32 + "  d\\\\e\\nf\n",
        base64.b64encode(("0a" * 32 + "  a.whl\n").encode()).decode()],
    "wheel-record": [
        "a.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n\"b,\"\"c\",,\r\n"
        "a-1.dist-info/RECORD,,\n"],
    "version": ["1!2.0.3rc4.post5.dev6+local.7", "1.0", "v2.0-beta_1"],
    "filename": ["a_b-1.0-1-cp311.cp312-abi3-manylinux_2_17_x86_64.whl", "a_b-1.0.tar.gz"],
    "project-name": ["a", "Foo.Bar_baz-1"],
    "core-metadata": ["Metadata-Version: 2.4\nName: a\nVersion: 1\nRequires-Dist: b\n\nText\n"],
    "simple-index": [
        '{"meta":{"api-version":"1.1"},"name":"a","versions":["1"],"files":[{"filename":'
        '"a-1.tar.gz","url":"a-1.tar.gz","hashes":{"sha256":"' + "0" * 64 + '"},"size":1,'
        '"upload-time":"2024-01-01T00:00:00Z","yanked":"why","core-metadata":true}]}'],
    "toml": ['a = 1\n[b]\nc = ["x", 1.5, 2024-01-01]\n[[d]]\ne = { f = true }\n'],
    "policy": [
        '[[publisher]]\nkind = "GitHub"\nrepository = "a/b"\nworkflow = "c.yml"\n'
        'environment = "e"\nref = "refs/tags/*"\nrequire = ["publish", "provenance"]\n',
        '[[publisher]]\nkind = "Sigstore"\nissuer = "https://a.example"\nidentity = "b"\n',
        '[[publisher]]\nkind = "GitLab"\nrepository = "a/b"\nworkflow = "c.yml"\n',
        '[[publisher]]\nkind = "Google"\nemail = "a@example.com"\n',
        'approvals = 1\n[[publisher]]\nkind = "Google"\nemail = "a@example.com"\n[[approver]]\n'
        'name = "b"\nkind = "SSH"\n'
        'key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICaqPkIdPcDf6wv8lWo7LDjHm3VOnql7xk9ttqRXS3Gz"\n'],
    "ssh-signature": [
        '-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgJqo+Qh09wN'
        '/rC/yVajssOMebdU\n6eqXvGT222pFdLcbMAAAAUaGFsbG1hcmsuYXBwcm92YWwudjEAAAAAAAAABnNoYTUxM'
        'gAA\nAFMAAAALc3NoLWVkMjU1MTkAAABATWLaRABkoy/Hk3JoqRF8x9Hfd5gdvkYQTTfQk1pWg2\nl+uRBVB3o'
        '+IlDduUrIQc42xRpJ3Q6Nf+/pAwMXMilnCw==\n-----END SSH SIGNATURE-----\n',
        '-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAQAAAGgAAAATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAA'
        'huaXN0cDI1NgAAAE\nEE/b3khsEyI9T5uVKpfNNkBIvzpbtU8XrFwAWKDUdhoo3D0vaQzHZu1DmmA5l9KST+n'
        'CeK\nQbjNcy+AeCcVKQ7yhgAAABRoYWxsbWFyay5hcHByb3ZhbC52MQAAAAAAAAAGc2hhNTEyAA\nAAZAAAABN'
        'lY2RzYS1zaGEyLW5pc3RwMjU2AAAASQAAACBzk06cPbzv7TCwd2531QYVkKzU\nx5TbPcmWlln2FEQPCgAAAC'
        'EA+iCP9ss94+jS+EBV0xWoP0SALMMZPTHODsUlMvc5zNw=\n-----END SSH SIGNATURE-----\n'],
    "ssh-key-line": [
        'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICaqPkIdPcDf6wv8lWo7LDjHm3VOnql7xk9ttqRXS3Gz',
        'valid-before="20280101Z",namespaces="git,file" '
        'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICaqPkIdPcDf6wv8lWo7LDjHm3VOnql7xk9ttqRXS3Gz',
        'a@example.com,b valid-after="20260101120000Z" '
        'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICaqPkIdPcDf6wv8lWo7LDjHm3VOnql7xk9ttqRXS3Gz'],
    "allowed-signers": [
        'a@example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICaqPkIdPcDf6wv8lWo7LDjHm3VOnql7xk9ttq'
        'RXS3Gz a comment\n# nobody\n\na,b namespaces="git",valid-after="20260101Z",valid-before='
        '"20280101120000Z" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICaqPkIdPcDf6wv8lWo7LDjHm3VOnql7xk9'
        'ttqRXS3Gz\r\n*@example.com cert-authority ssh-ed25519 AAAA\n'],
    "tag-object": [
        "object " + "a1" * 20 + "\ntype commit\ntag v1.0\ntagger A B <a@example.com> 1767312000 "
        "+0100\n\nA message\n-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n"
        "-----END SSH SIGNATURE-----\n",
        "object " + "b2" * 32 + "\ntype commit\ntag v2\ntagger <> 0 -0000\nencoding x\n\n"
        "-----BEGIN PGP SIGNATURE-----\n\n=\n-----END PGP SIGNATURE-----\n"],
    "rebuild-statement": [
        '{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a-1-py3-none-any.whl",'
        '"digest":{"sha256":"' + "0" * 64 + '"}}],"predicateType":'
        '"urn:hallmark:predicate:rebuild:v1","predicate":{"verdict":"' + verdict + '",'
        '"rung":' + rung + ',"rebuiltAt":"2026-11-28T12:00:00Z","source":{"kind":"git","place":'
        '"https://a.example","commit":"c","tag":"v1"},"environment":{"python":"3.13.1","packages":'
        '["a==1"],"lock":{"sha256":"' + "1" * 64 + '"}},"rebuilt":{"sha256":"' + digit * 64 + '"},'
        '"reason":"r","rebuilder":{"name":"hallmark","version":"1"}}}'
        for verdict, rung, digit in [
            ("identical", "1", "0"), ("identical-given", '2,"containerFields":{"zip-time":1}', "2"),
            ("different", "4", "2")]],
    "marker": [
        "python_version >= '3.8' and (sys_platform == \"linux\" or 'x' not in os.name)",
        "platform_release > '5' or implementation_name in 'cpython pypy'"],
    "approval": [
        '{"payload":"eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjEiLCJwcmVkaWNhdGUi'
        'OnsiYXBwcm92ZWRBdCI6IjIwMjYtMDEtMDFUMDA6MDA6MDBaIiwiYXBwcm92ZXIiOiJhIiwicG9saWN5Ijp7'
        'InNoYTI1NiI6IjAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw'
        'MDAwMDAwMDAwMDAifSwicmVsZWFzZSI6eyJvcmlnaW5zIjpbeyJpc3N1ZXIiOiJpIiwicHVibGlzaGVyIjoi'
        'cCIsImNvbW1pdCI6ImMifV0sInByb2plY3QiOiJhIiwidmVyc2lvbiI6IjEifSwicHJldmlvdXMiOnsiZmls'
        'ZXMiOlt7Im5hbWUiOiJhLTAudGFyLmd6Iiwic2hhMjU2IjoiMTExMTExMTExMTExMTExMTExMTExMTExMTEx'
        'MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMSJ9XSwib3JpZ2lucyI6W10sInByb2plY3Qi'
        'OiJhIiwidmVyc2lvbiI6IjAifX0sInByZWRpY2F0ZVR5cGUiOiJ1cm46aGFsbG1hcms6cHJlZGljYXRlOmFw'
        'cHJvdmFsOnYxIiwic3ViamVjdCI6W3siZGlnZXN0Ijp7InNoYTI1NiI6IjAwMDAwMDAwMDAwMDAwMDAwMDAw'
        'MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAifSwibmFtZSI6ImEtMS50YXIu'
        'Z3oifV19","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"U1NIU0l'
        'HAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgJqo+Qh09wN/rC/yVajssOMebdU6eqXvGT222pFdLcbMAAAA'
        'UaGFsbG1hcmsuYXBwcm92YWwudjEAAAAAAAAABnNoYTUxMgAAAFMAAAALc3NoLWVkMjU1MTkAAABATWLaRAB'
        'koy/Hk3JoqRF8x9Hfd5gdvkYQTTfQk1pWg2l+uRBVB3o+IlDduUrIQc42xRpJ3Q6Nf+/pAwMXMilnCw==","'
        'keyid":""}]}'],
    "token-claims": [
        '{"iss":"https://a.example","sub":"b","aud":"sigstore","exp":1790000300,"iat":1790000000,'
        '"nbf":1790000000.5,"email":"a@example.com","email_verified":true,"jti":"c"}',
        '{"iss":"https://token.actions.githubusercontent.com","sub":"repo:a/b","aud":["sigstore"],'
        '"exp":1790000300,"job_workflow_ref":"a/b/.github/workflows/c.yml@refs/heads/d"}'],
    "identity-token": [
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIiwic3ViIjoiYiIsImF1ZCI6ImMiLCJleHAiOjF9.c2ln\n"],
    "discovery": [
        '{"issuer":"https://a.example","authorization_endpoint":"https://a.example/a",'
        '"token_endpoint":"https://a.example/t","device_authorization_endpoint":'
        '"https://a.example/d","code_challenge_methods_supported":["S256"],'
        '"authorization_response_iss_parameter_supported":true}'],
    "login-answer": ["code=a%2Fb&state=c&iss=https%3A%2F%2Fa.example",
                     "error=access_denied&error_description=no+way&state=c"],
    "device-codes": [
        '{"device_code":"a","user_code":"B-C","verification_uri":"https://a.example/d",'
        '"verification_uri_complete":"https://a.example/d?c","expires_in":600,"interval":5}',
        '{"error":"slow_down","error_description":"wait"}'],
    "tuf-root": [
        '{"signatures":[{"keyid":"a","sig":"00"}],"signed":{"_type":"root","spec_version":"1.0",'
        '"version":1,"expires":"2030-01-01T00:00:00Z","consistent_snapshot":true,"keys":{"a":'
        '{"keytype":"ed25519","scheme":"ed25519","keyval":{"public":"' + "0" * 64 + '"}}},'
        '"roles":{"root":{"keyids":["a"],"threshold":1},"timestamp":{"keyids":["a"],"threshold":1},'
        '"snapshot":{"keyids":["a"],"threshold":1},"targets":{"keyids":["a"],"threshold":1}}}}'],
    "tuf-update": [
        '{"signatures":[{"keyid":"a","sig":"00"}],"signed":{"_type":"timestamp","spec_version":'
        '"1.0","version":1,"expires":"2030-01-01T00:00:00Z","meta":{"snapshot.json":{"version":1,'
        '"length":2,"hashes":{"sha256":"' + "0" * 64 + '"}}}}}',
        '{"signatures":[],"signed":{"_type":"targets","spec_version":"1.0","version":1,"expires":'
        '"2030-01-01T00:00:00Z","targets":{"a/b":{"length":1,"hashes":{}}},"delegations":{"keys":'
        '{},"roles":[{"name":"a","keyids":[],"threshold":1,"terminating":true,"paths":["*/?"]}]}}}'],
    "trust-export": [
        '{"mediaType":"application/vnd.hallmark.trust-instance.v1+json","name":"a","repository":'
        '"https://a.example","updated":"2026-01-01T00:00:00Z","roots":["e30="],"metadata":'
        '{"timestamp":"e30="},"targets":{"trusted_root.json":"e30="}}'],
    "signing-config": [
        '{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","caUrls":[{"url":'
        '"https://a.example","majorApiVersion":1,"validFor":{"start":"2024-01-01T00:00:00Z"},'
        '"operator":"a"}],"oidcUrls":[],"rekorTlogUrls":[],"tsaUrls":[],"rekorTlogConfig":'
        '{"selector":"ANY"},"tsaConfig":{"selector":"ANY"}}'],
}


def write(data, work):
    """Writes the seeds of all targets and the digests of the signed statements among them."""
    seeds = Seeds(os.path.join(work, "seeds"))
    for top, _, names in sorted(os.walk(data)):
        for name in sorted(names):
            path = os.path.join(top, name)
            if os.path.getsize(path) > SIZE_LIMIT:
                continue
            with open(path, "rb") as file:
                content = file.read()
            for ending, targets in [(".zip", ["zip", "canonical-wheel"]),
                                    (".whl", ["zip", "canonical-wheel"]),
                                    (".tar", ["tar", "canonical-sdist"]),
                                    (".deflate", ["deflate"])]:
                if name.endswith(ending) and len(content) <= 65536:
                    seeds.add(targets, content)
            if name.endswith((".gz", ".tgz")):
                seeds.add("gzip", content)
            document(seeds, path, content)
    for target, texts in LITERALS.items():
        for text in texts:
            seeds.add(target, text)
    rekor_answers(seeds)
    comparisons(seeds)
    workflows(seeds)
    with open(os.path.join(work, "signed"), "w", encoding="ascii") as file:
        file.write("\n".join(sorted(seeds.signed)) + "\n")
    print(f"==> {len(seeds.made)} seeds, {len(seeds.signed)} signed statements", file=sys.stderr)


def comparisons(seeds):
    """Pairs of small archives: three bytes with the length of the first, then both."""
    def wheel(code, time, mode, generator, method):
        buffer = io.BytesIO()
        members = {"a.py": code, "a-1.0.dist-info/WHEEL": f"Generator: {generator}\n",
                   "a-1.0.dist-info/METADATA": "Metadata-Version: 2.4\nName: a\nVersion: 1.0\n"}
        rows = [f"{path},sha256=" + base64.urlsafe_b64encode(hashlib.sha256(text.encode())
                .digest()).decode().rstrip("=") + f",{len(text)}" for path, text in members.items()]
        members["a-1.0.dist-info/RECORD"] = "\n".join([*rows, "a-1.0.dist-info/RECORD,,", ""])
        with zipfile.ZipFile(buffer, "w") as archive:
            for path, text in members.items():
                entry = zipfile.ZipInfo(path, time)
                entry.external_attr = mode << 16
                entry.compress_type = method
                archive.writestr(entry, text)
        return buffer.getvalue()

    def sdist(code, time, mode, owner, form, records=None):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
            for path, text in [("a-1.0/PKG-INFO", "Name: a\n"), ("a-1.0/a.py", code)]:
                entry = tarfile.TarInfo(path)
                entry.size, entry.mtime, entry.mode, entry.uname = len(text), time, mode, owner
                entry.pax_headers = records or {}
                archive.addfile(entry, io.BytesIO(text.encode()))
        return buffer.getvalue()[:5120]

    def streamed(archive):
        """The same members with data descriptors, as to a pipe."""
        class Pipe(io.RawIOBase):
            written = b""

            def writable(self):
                return True

            def write(self, data):
                Pipe.written += bytes(data)
                return len(data)

        with zipfile.ZipFile(io.BytesIO(archive)) as source:
            with zipfile.ZipFile(Pipe(), "w") as copy:
                for entry in source.infolist():
                    text = source.read(entry)
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    copy.writestr(entry, text)
        return Pipe.written

    wheels = [wheel(*values) for values in itertools.product(
        ["x = 1\n", "x = 2\r\n"], [(1980, 1, 1, 0, 0, 0), (2025, 1, 2, 3, 4, 6)],
        [0o100644, 0o100755], ["flit 3", "uv 1"], [0, 8])]
    sdists = [sdist(*values) for values in itertools.product(
        ["x = 1\n"], [1, 1.5], [0o644, 0o755], ["", "me"],
        [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])]
    for target, archives in [("wheel-traits", wheels), ("sdist-traits", sdists)]:
        for one in archives:
            seeds.add(target, one)
    wheels.append(streamed(wheels[0]))
    for time in ["1700000000.123456789", "-0.5", "-1.0000000001", "999999999999999", "12."]:
        stream = sdist("x = 1\n", 1, 0o644, "", tarfile.PAX_FORMAT, {"mtime": time})
        sdists.append(stream)
        seeds.add(["tar", "canonical-sdist", "sdist-traits"], stream)
    for target, archives in [("compare-wheels", wheels), ("compare-sdists", sdists)]:
        for one in archives:
            seeds.add(target, len(one).to_bytes(3, "little") + one + archives[0])


def rekor_answers(seeds):
    """A log's answers about entries, made from the entries of bundles."""
    folder = os.path.join(seeds.folder, "bundle")
    for name in sorted(os.listdir(folder))[:20]:
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            try:
                entry = json.load(file)["verificationMaterial"]["tlogEntries"][0]
                proof = entry["inclusionProof"]
                answer = {"0" * 80: {
                    "body": entry["canonicalizedBody"], "integratedTime": 1_700_000_000,
                    "logID": unbase64(entry["logId"]["keyId"]).hex(),
                    "logIndex": int(entry["logIndex"]),
                    "verification": {
                        "signedEntryTimestamp": "AAAA",
                        "inclusionProof": {
                            "checkpoint": proof["checkpoint"]["envelope"],
                            "hashes": [unbase64(h).hex() for h in proof.get("hashes", [])],
                            "logIndex": int(proof["logIndex"]),
                            "rootHash": unbase64(proof["rootHash"]).hex(),
                            "treeSize": int(proof["treeSize"])}}}}
            except (KeyError, IndexError, TypeError, ValueError):
                continue
        seeds.add("rekor-answer", compact(answer))


def workflows(seeds):
    """The samples of the audit's rules, as its page has them."""
    with open(os.path.join(ROOT, "Documentation", "rules.md"), encoding="utf-8") as file:
        page = file.read()
    for block in re.findall(r"^```(?:yaml)?\n(.*?)^```", page, re.M | re.S):
        seeds.add(["yaml", "audit"], block.encode())
        for expression in re.findall(r"\$\{\{(.*?)\}\}", block):
            seeds.add("expression", expression.strip().encode())
        for script in re.findall(r"run: (?!\|)(.+)", block):
            seeds.add("shell-script", script.encode())
    seeds.add("action-pins", compact({"schema": "hallmark.pins/v1", "pins": [{
        "action": "a/b", "tag": "v1.2", "refs": ["v1"], "commit": "a" * 40,
        "learned": "2026-01-01T00:00:00Z", "how": "https://example.org/a/b.git"}]}))
    lines = ["%s refs/tags/v1 peeled:%s\n" % ("1" * 40, "2" * 40), "%s refs/heads/main\n" % ("3" * 40)]
    seeds.add("git-refs", ("".join("%04x%s" % (len(line) + 4, line) for line in lines) + "0000").encode())
