# SPDX-License-Identifier: Apache-2.0
"""A receiver of Cairn's webhooks as docs/channels.md asks for it: verifies, tells doubles, then takes.

    receiver = Receiver(b"secret", port=0); receiver.start(); …; receiver.stop()
"""
import hashlib
import hmac
import http.server
import json
import threading
import time


def is_genuine(secrets, headers, body, now=None):
    """Was it signed with one of the secrets, in the last five minutes?"""
    timestamp = headers.get("Cairn-Timestamp", "")
    delivery = headers.get("Cairn-Delivery", "")
    if not timestamp.isdigit() or abs((now or time.time()) - int(timestamp)) > 300:
        return False
    text = f"{timestamp}.{delivery}.{hashlib.sha256(body).hexdigest()}".encode()
    wanted = ["v1=" + hmac.new(s, text, hashlib.sha256).hexdigest() for s in secrets]
    sent = headers.get("Cairn-Signature", "").split(", ")
    return any(hmac.compare_digest(a, b) for a in wanted for b in sent)


class Receiver:
    """`taken` holds (sequence, document) of each delivery once, in the order of coming."""

    def __init__(self, secret, port=0, context=None):
        self.context = context  # of TLS
        self.secrets = [secret]
        self.port = port
        self.taken = []
        self.known = set()
        self.doubles = 0
        self.forged = 0
        self.server = None

    def start(self):
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                self.send_response(receiver.take(self.headers, body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        if self.context:
            self.server.socket = self.context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def take(self, headers, body):
        if not is_genuine(self.secrets, headers, body):
            self.forged += 1
            return 401
        delivery = headers["Cairn-Delivery"]
        if delivery in self.known:
            self.doubles += 1
            return 200
        self.taken.append((int(headers["Cairn-Sequence"]), json.loads(body)))
        self.known.add(delivery)
        return 200
