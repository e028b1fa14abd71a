# SPDX-License-Identifier: Apache-2.0
"""A serving Cairn for tests: started on free loopback ports, killed, started again, asked."""
import csv
import datetime
import http.client
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time

TOKEN = "end-to-end"
SKIPPED = 77


def skip(why):
    print("skipped: " + why)
    sys.exit(SKIPPED)


def instant(ms):
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).strftime(
        "%Y-%m-%dT%H:%M:%S.%fZ")


def ms_of(text):
    """Milliseconds since 1970 of an RFC 3339 text."""
    whole, fraction, zone = re.fullmatch(r"(.{19})(\.\d+)?(Z|[+-]\d\d:\d\d)", text).groups()
    parsed = datetime.datetime.fromisoformat(whole + zone.replace("Z", "+00:00"))
    return int(parsed.timestamp()) * 1000 + int((fraction or ".0")[1:4].ljust(3, "0"))


class Server:
    def __init__(self, cairn, data, arguments=(), environment=None):
        self.command = [cairn, "serve", "--port", "0", "--mqtt-port", "0", "--data", data,
                        "--token", TOKEN, *arguments]
        self.environment = dict(os.environ, **(environment or {}))
        self.process = None
        self.port = 0
        self.said = []

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, env=self.environment)
        for line in self.process.stdout:
            self.said.append(line)
            found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
            if found:
                self.port = int(found.group(1))
                threading.Thread(target=self.read, args=(self.process,), daemon=True).start()
                return
        sys.exit("the server did not start:\n" + "".join(self.said))

    def read(self, process):
        for line in process.stdout:
            self.said.append(line)

    def kill(self, how=signal.SIGKILL):
        self.process.send_signal(how)
        self.process.wait()

    def ask(self, method, path, body=None, headers=None):
        """Status and body; raises OSError or HTTPException when the server is not there."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, dict(headers or {}, Authorization="Bearer " + TOKEN))
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    def get(self, path):
        status, body = self.ask("GET", path)
        if status != 200:
            sys.exit(f"GET {path}: {status} {body[:300]}")
        return json.loads(body)

    def send(self, name, readings):
        """One SenML pack of (ms, value); the status and what was said."""
        pack = [{"n": name, "t": t / 1000, "v": v} for t, v in readings]
        return self.ask("POST", "/v1/observations", json.dumps(pack),
                        {"Content-Type": "application/senml+json"})

    def stored(self, thing, prop, begin_ms):
        """All readings since `begin_ms`, as (ms, value)."""
        until = instant((time.time() + 40 * 86400) * 1000)
        status, text = self.ask("GET", f"/v1/things/{thing}/series?property={prop}&format=csv"
                                       f"&from={instant(begin_ms)}&to={until}")
        if status != 200:
            sys.exit(f"the series of {thing}: {status} {text[:300]}")
        return [(ms_of(row["time"]), float(row["value"])) for row in csv.DictReader(io.StringIO(text))]

    def alerts(self, query=""):
        path = "/v1/alerts?state=all&limit=1000" + query
        page = self.get(path)
        found = page["alerts"]
        while page.get("next_cursor"):
            page = self.get(path + "&cursor=" + page["next_cursor"])
            found += page["alerts"]
        return found
