# SPDX-License-Identifier: Apache-2.0
"""Answers GET requests on this machine as a file says, refuses to be a proxy, and prints what it
was asked.

    scripted_service.py FILE

FILE holds {path: answer or [answers in turn, the last one for ever]}; an answer has "status",
"headers", and "body", "bodyFile" or "fill" (a number of bytes), all optional, and "delay" in
seconds before it and "pause" between its bytes. Other paths answer 404. The first line of output is
the port; each further one is a request: its path with query, a space, and "-" or what was in
"Authorization".
"""

import http.server
import json
import sys
import time

with open(sys.argv[1], encoding="utf-8") as file:
    script = json.load(file)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        print(self.path, self.headers.get("Authorization", "-"), flush=True)
        answer = script.get(self.path.split("?")[0], {"status": 404})
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        time.sleep(answer.get("delay", 0))
        if "bodyFile" in answer:
            with open(answer["bodyFile"], "rb") as file:
                body = file.read()
        elif "fill" in answer:
            body = b" " * answer["fill"]
        else:
            body = answer.get("body", "{}").encode()
        self.send_response(answer.get("status", 200))
        for name, value in answer.get("headers", {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if "pause" in answer:
            for byte in body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(answer["pause"])
        else:
            self.wfile.write(body)

    def do_CONNECT(self):
        # Asked as a proxy: it says so, and leads nowhere.
        print(self.path, self.headers.get("Proxy-Authorization", "-"), flush=True)
        self.send_error(403)

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        # A client that has seen enough goes away in the middle.
        pass


with Server(("127.0.0.1", 0), Handler) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
