# SPDX-License-Identifier: Apache-2.0
"""Meters that speak Modbus/TCP, for tests: registers in memory, served on loopback."""
import socketserver
import struct
import threading

ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, GATEWAY_TARGET = 1, 2, 11


class Meters:
    """Units behind one port. `words[unit][bank]` maps addresses to words; bank 3 holds, 4 is input."""

    def __init__(self, port=0):
        self.words = {}
        self.silent = set()   # units that are asked and say nothing
        self.absent = set()   # units that the gateway does not reach
        self.asked = []       # (unit, function, address, count)
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()
        meters = self

        class Connection(socketserver.BaseRequestHandler):
            def handle(self):
                while True:
                    head = self.exactly(7)
                    if head is None:
                        return
                    transaction, protocol, length, unit = struct.unpack(">HHHB", head)
                    body = self.exactly(length - 1)
                    if body is None or protocol != 0:
                        return
                    answer = meters.answer(unit, body)
                    if answer is not None:
                        self.request.sendall(
                            struct.pack(">HHHB", transaction, 0, len(answer) + 1, unit) + answer)

            def exactly(self, size):
                got = b""
                while len(got) < size:
                    try:
                        part = self.request.recv(size - len(got))
                    except OSError:
                        return None
                    if not part:
                        return None
                    got += part
                return got

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self.server = Server(("127.0.0.1", port), Connection)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, unit, body):
        function, address, count = struct.unpack(">BHH", body)
        with self.lock:
            self.asked.append((unit, function, address, count))
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            try:
                if unit in self.silent:
                    return None
                if unit in self.absent:
                    return struct.pack(">BB", function | 0x80, GATEWAY_TARGET)
                if function not in (3, 4):
                    return struct.pack(">BB", function | 0x80, ILLEGAL_FUNCTION)
                bank = self.words.get(unit, {}).get(function, {})
                if any(address + i not in bank for i in range(count)):
                    return struct.pack(">BB", function | 0x80, ILLEGAL_ADDRESS)
                words = [bank[address + i] for i in range(count)]
                return struct.pack(">BB", function, 2 * count) + struct.pack(f">{count}H", *words)
            finally:
                self.at_once -= 1

    def put(self, unit, function, address, *words):
        with self.lock:
            bank = self.words.setdefault(unit, {}).setdefault(function, {})
            for i, word in enumerate(words):
                bank[address + i] = word & 0xFFFF

    def put_float(self, unit, function, address, value, turned=False):
        """Two words, the higher one first, or `turned` (CDAB)."""
        high, low = struct.unpack(">HH", struct.pack(">f", value))
        self.put(unit, function, address, *((low, high) if turned else (high, low)))
