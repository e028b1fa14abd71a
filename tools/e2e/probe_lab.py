#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A laboratory for the probe: name servers and web services on loopback addresses only, each with one
thing wrong, and what the probe must find of each.

    python3 tools/e2e/probe_lab.py      prints one line of JSON and serves until its input ends

The line holds the resolver, the port of the name servers, the authority's certificate, a control address
and the services with the checks that must fail and those that cannot be judged. The control address
answers GET /counts (what each host was asked) and takes GET /token?host=…&token=…&how=dns|page.
"""
import collections
import datetime
import http.server
import json
import pathlib
import socket
import socketserver
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import warnings

A, NS, SOA, TXT, AAAA, RRSIG, CAA = 1, 2, 6, 16, 28, 46, 257
SERIAL = 2026030101
REFUSED, NO_NAME = 5, 3
HOME = ("<!DOCTYPE html><title>示范门户</title><h1>欢迎访问示范门户网站</h1><p>这里公布办事指南、通知公告和联系方式。</p>"
        "<a href='/guide/'>指南</a> <a href='news.html'>新闻</a> <a href='https://elsewhere.example/'>别处</a>"
        "<p>访问量 {count}</p>")
OTHER = "<title>维护</title><p>本站正在升级改造，给您带来不便敬请谅解，请稍后再访问。</p>"
PAGES = {"/guide/": "<p>指南</p><a href=a.html>一</a>", "/news.html": "<p>新闻</p><a href='/'>首页</a>",
         "/guide/a.html": "<p>第一条</p>"}
NO_V6 = ["success_v6", "consistency", "degradation", "links_2", "links_3"]
LINKS = ["links_2", "links_3"]
TLS = ["tls_chain", "tls_host", "tls_days", "tls_versions", "tls_key"]

# Name servers: the addresses that their names have. Who listens where: Lab.answer.
SERVERS = {
    "ns1.ns.example": ("127.0.0.1", "::1"),
    "ns2.ns.example": ("127.0.0.2", "::1"),
    "lame.ns.example": ("127.0.0.3", None),
    "old.ns.example": ("127.0.0.4", None),
    "dead.ns.example": ("127.0.0.5", None),
    "plain1.ns.example": ("127.0.0.1", None),
    "plain2.ns.example": ("127.0.0.2", None),
}


class Case:
    """One service: what is special about it, and what must be found."""

    def __init__(self, name, fails=(), open_=(), **special):
        self.host = f"{name}.lab.example"
        self.fails = list(fails)
        self.open = list(open_) + ([] if special.get("signed") == "right" else ["dnssec"])
        self.special = special
        self.port = 0
        self.token = None

    def __getattr__(self, key):
        return self.special.get(key)

    @property
    def servers(self):
        return self.special.get("ns", ["ns1.ns.example", "ns2.ns.example"])

    @property
    def url(self):
        return f"{'http' if self.plain else 'https'}://{self.host}:{self.port}/"


CASES = [
    Case("good"),
    Case("no-aaaa", ["aaaa", "page_v6"], NO_V6, no_aaaa=True),
    Case("missing", ["page_v6", "success_v6", "consistency"], ["degradation"] + LINKS, v6="missing"),
    Case("closed", ["page_v6", "success_v6"], ["consistency", "degradation"] + LINKS, v6="closed"),
    Case("different", ["consistency"], LINKS, v6="different"),
    Case("slow", ["degradation"], v6="slow"),
    Case("half", ["success_v6"], v6="half"),
    Case("broken-links", ["links_2"], ["links_3"], v6="links"),
    Case("broken-below", ["links_3"], v6="below"),
    Case("moved", [], LINKS, moved=True),
    Case("expired", ["tls_chain", "tls_days"], days=-3),
    Case("due", ["tls_days"], days=10),
    Case("self-signed", ["tls_chain"], certificate="self"),
    Case("wrong-host", ["tls_host"], certificate="other"),
    Case("old-tls", ["tls_versions"], old_tls=True),
    Case("weak-key", ["tls_key"], weak=True),
    Case("plain-http", ["tls_offered"], TLS + ["caa"], plain=True),
    Case("lame", ["ns_aaaa", "lame"], ns=["lame.ns.example", "ns1.ns.example"]),
    Case("dead-server", ["ns_aaaa", "lame"], ns=["dead.ns.example", "ns1.ns.example"]),
    Case("serials", ["ns_aaaa", "soa_agree"], ns=["ns1.ns.example", "old.ns.example"]),
    Case("sets", ["ns_agree"], other_set=True),
    Case("ns-v4-only", ["ns_aaaa", "ns_v6"], ns=["plain1.ns.example", "plain2.ns.example"]),
    Case("one-server", ["ns_aaaa", "ns_count"], ns=["ns1.ns.example"]),
    Case("no-caa", ["caa"], no_caa=True),
    Case("signed", [], [], signed="right"),
    Case("unconfirmed"),
]


def name_bytes(name):
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".") if part) + b"\0"


def read_name(data, at):
    parts = []
    while data[at]:
        parts.append(data[at + 1:at + 1 + data[at]].decode())
        at += 1 + data[at]
    return ".".join(parts).lower(), at + 1


def row(name, kind, data):
    return name_bytes(name) + struct.pack("!HHIH", kind, 1, 60, len(data)) + data


def address_row(name, text):
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    return row(name, AAAA if ":" in text else A, socket.inet_pton(family, text))


def soa_row(name, serial):
    return row(name, SOA, name_bytes("ns1.ns.example") + name_bytes("hostmaster.lab.example")
               + struct.pack("!IIIII", serial, 3600, 600, 86400, 60))


class Lab:
    def __init__(self, cases=None):
        self.cases = {case.host: case for case in (cases or CASES)}
        self.counts = collections.Counter()
        self.lock = threading.Lock()
        self.stack = tempfile.TemporaryDirectory(prefix="cairn-probe-lab-")
        self.folder = pathlib.Path(self.stack.name)
        self.running = []
        self.make_certificates()
        self.start_names()
        for case in self.cases.values():
            self.start_service(case)
        self.control = self.serve(http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.control_handler()))

    def count(self, host, what):
        with self.lock:
            self.counts[f"{host} {what}"] += 1

    def serve(self, server):
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        self.running.append(server)
        return server

    def close(self):
        for server in self.running:
            server.shutdown()
            server.server_close()
        self.stack.cleanup()

    # -- certificates ------------------------------------------------------------------------------

    def openssl(self, *args):
        subprocess.run(["openssl", *args], cwd=self.folder, check=True, capture_output=True)

    def make_certificates(self):
        (self.folder / "ca.cnf").write_text(
            "[ca]\ndefault_ca=own\n[own]\ndatabase=index\nserial=serial\nnew_certs_dir=.\n"
            "default_md=sha256\npolicy=any\nunique_subject=no\ncopy_extensions=none\n"
            "[any]\ncommonName=supplied\n[req]\ndistinguished_name=dn\n[dn]\n"
            "[root]\nbasicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign\n")
        (self.folder / "index").write_text("")
        (self.folder / "serial").write_text("1000\n")
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem",
                     "-days", "30", "-subj", "/CN=Laboratory", "-config", "ca.cnf", "-extensions", "root")
        self.openssl("genrsa", "-out", "good.key", "2048")
        self.openssl("genrsa", "-out", "weak.key", "1024")
        for case in self.cases.values():
            if not case.plain:
                self.make_certificate(case)

    def make_certificate(self, case):
        name = "other.lab.example" if case.certificate == "other" else case.host
        key = "weak.key" if case.weak else "good.key"
        (self.folder / f"{case.host}.ext").write_text(f"subjectAltName=DNS:{name}\n")
        days = case.days if case.days is not None else 90
        now = datetime.datetime.now(datetime.timezone.utc)
        begins, ends = now - datetime.timedelta(days=200), now + datetime.timedelta(days=days, hours=1)
        if case.certificate == "self":
            self.openssl("req", "-x509", "-key", key, "-out", f"{case.host}.pem", "-days", "90", "-subj",
                         f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-config", "ca.cnf")
        else:
            self.openssl("req", "-new", "-key", key, "-out", f"{case.host}.csr", "-subj", f"/CN={name}",
                         "-config", "ca.cnf")
            stamp = "%Y%m%d%H%M%SZ"
            self.openssl("ca", "-batch", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key", "-in",
                         f"{case.host}.csr", "-out", f"{case.host}.pem", "-extfile", f"{case.host}.ext",
                         "-startdate", begins.strftime(stamp), "-enddate", ends.strftime(stamp), "-notext")
        case.special["key"] = str(self.folder / key)
        case.special["pem"] = str(self.folder / f"{case.host}.pem")

    # -- name servers ------------------------------------------------------------------------------

    def start_names(self):
        lab = self

        class Datagram(socketserver.BaseRequestHandler):
            def handle(self):
                data, out = self.request
                answer = lab.answer(data, self.server.server_address[0], self.server.resolves)
                if answer:
                    out.sendto(answer, self.client_address)

        def listen(address, port, resolves):
            class Server(socketserver.ThreadingUDPServer):
                address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
            server = Server((address, port), Datagram)
            server.resolves = resolves
            lab.serve(server)
            return server.server_address[1]

        self.resolver = f"127.0.0.1:{listen('127.0.0.1', 0, True)}"
        self.name_port = listen("127.0.0.1", 0, False)
        for address in ("127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "::1"):
            listen(address, self.name_port, False)

    def answer(self, data, at, resolves):
        name, end = read_name(data, 12)
        kind = struct.unpack("!H", data[end:end + 2])[0]
        host = next((h for h in self.cases if name == h or name.endswith("." + h)), None)
        if host:
            self.count(host, "dns")
        if at == "127.0.0.5":
            return None
        case = self.cases.get(host)
        rows, code, flags = [], 0, 0x8000 | (struct.unpack("!H", data[2:4])[0] & 0x0100)
        if resolves:
            flags |= 0x0080
            rows = self.resolve(name, kind, case, host)
            if rows is None:
                code, rows = NO_NAME, []
            if case and case.signed == "right" and rows:
                flags |= 0x0020
        elif at == "127.0.0.3" or not case:
            code = REFUSED
        else:
            flags |= 0x0400
            serial = SERIAL - 1 if at == "127.0.0.4" else SERIAL
            if kind == SOA:
                rows = [soa_row(host, serial)]
            elif kind == NS:
                names = case.servers
                if case.other_set and at == "127.0.0.2":
                    names = [names[0], "gone.ns.example"]
                rows = [row(host, NS, name_bytes(n)) for n in names]
        return (data[:2] + struct.pack("!HHHHH", flags | code, 1, len(rows), 0, 0) + data[12:end + 4]
                + b"".join(rows))

    def resolve(self, name, kind, case, host):
        if name in SERVERS:
            v4, v6 = SERVERS[name]
            text = {A: v4, AAAA: v6}.get(kind)
            return [address_row(name, text)] if text else []
        if not case:
            return None
        if name == f"_cairn-probe.{host}":
            if kind != TXT or not case.token or case.token[0] != "dns":
                return []
            text = f"cairn-probe={case.token[1]}".encode()
            return [row(name, TXT, bytes([len(text)]) + text)]
        if name != host:
            return None
        signature = [row(name, RRSIG, struct.pack("!H", kind) + b"\0" * 20)] if case.signed else []
        if kind == A:
            return [address_row(name, "127.0.0.1")] + signature
        if kind == AAAA and not case.no_aaaa:
            return [address_row(name, "::1")] + signature
        if kind == NS:
            return [row(name, NS, name_bytes(n)) for n in case.servers]
        if kind == CAA and not case.no_caa:
            return [row(name, CAA, b"\0\x05issue" + b"ca.lab.example")]
        return []

    # -- web services ------------------------------------------------------------------------------

    def start_service(self, case):
        context = None
        if not case.plain:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            if case.old_tls or case.weak:
                context.set_ciphers("DEFAULT:@SECLEVEL=0")
            if case.old_tls:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", DeprecationWarning)
                    context.minimum_version = ssl.TLSVersion.TLSv1
            context.load_cert_chain(case.pem, case.key)
        for _ in range(50):
            first = self.web_server(case, "127.0.0.1", 0, context)
            case.port = first.server_address[1]
            try:
                second = None if case.v6 == "closed" else self.web_server(case, "::1", case.port, context)
            except OSError:  # taken over IPv6
                first.server_close()
                continue
            self.serve(first)
            if second:
                self.serve(second)
            return
        raise RuntimeError("no port that is free on both addresses")

    def web_server(self, case, address, port, context):
        lab = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                lab.count(case.host, "page")
                lab.counts["agent " + self.headers.get("User-Agent", "")] += 1
                status, body, more = lab.page(case, ":" in address, self.path)
                data = body.encode()
                self.send_response(status)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(data)))
                self.send_header("Connection", "close")
                for key, value in more.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
            allow_reuse_address = False

            def finish_request(self, request, client_address):
                lab.count(case.host, "connection")
                if context:
                    request.settimeout(5)
                    request = context.wrap_socket(request, server_side=True)
                super().finish_request(request, client_address)

            def handle_error(self, *_):
                pass

        return Server((address, port), Handler)

    def page(self, case, v6, path):
        if path == "/.well-known/cairn-probe.txt":
            if case.token and case.token[0] == "page":
                return 200, f"# ours\ncairn-probe={case.token[1]}\n", {}
            return 404, "no", {}
        special = case.v6 if v6 else None
        if special == "slow":
            time.sleep(2.2)  # far above what a busy machine adds
        if special == "missing":
            return 404, "none", {}
        if special == "links" and path != "/":
            return 500, "broken", {}
        if special == "below" and path == "/guide/a.html":
            return 500, "broken", {}
        if path == "/":
            if case.moved:
                return 302, "", {"Location": "https://elsewhere.example/"}
            number = case.special["asked"] = case.special.get("asked", 0) + (1 if v6 else 0)
            if special == "half" and number % 3 == 2:
                return 503, "busy", {}
            return 200, OTHER if special == "different" else HOME.format(count=time.time_ns()), {}
        if path in PAGES:
            return 200, PAGES[path], {}
        return 404, "none", {}

    # -- control -----------------------------------------------------------------------------------

    def control_handler(self):
        lab = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                parts = urllib.parse.urlsplit(self.path)
                query = dict(urllib.parse.parse_qsl(parts.query))
                if parts.path == "/token":
                    lab.cases[query["host"]].token = (query["how"], query["token"])
                with lab.lock:
                    data = json.dumps(lab.counts).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        return Handler

    def description(self):
        return {"resolver": self.resolver, "name_server_port": self.name_port,
                "ca_file": str(self.folder / "ca.pem"),
                "control": f"http://127.0.0.1:{self.control.server_address[1]}",
                "services": [{"id": c.host.split(".")[0], "host": c.host, "url": c.url, "fails": c.fails,
                              "open": c.open} for c in self.cases.values()]}


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as s:
            s.bind(("::1", 0))
        return True
    except OSError:
        return False


def main():
    if not has_ipv6():
        print(json.dumps({"skip": "this machine has no ::1"}), flush=True)
        return
    lab = Lab()
    print(json.dumps(lab.description()), flush=True)
    sys.stdin.read()
    lab.close()


if __name__ == "__main__":
    main()
