# SPDX-License-Identifier: Apache-2.0
"""Real consumers of artefacts on loopback ports, behind them a server that answers everything."""

import os
import socket
import subprocess
import threading
import time

PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
NXDOMAIN, NOERROR = 3, 0
WAIT_S = 15
TRIES = 3


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Upstream:
    """Answers every question with an address: what it answers was not blocked."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                message, client = self.socket.recvfrom(4096)
            except OSError:
                return
            end = 12
            while message[end]:
                end += message[end] + 1
            question = message[12 : end + 5]
            head = message[:2] + b"\x85\x80\0\1\0\1\0\0\0\0"
            answer = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xcb\0\x71\x07"
            has_answer = question[-4:-2] == b"\0\1"
            if not has_answer:
                head = head[:6] + b"\0\0" + head[8:]
            self.socket.sendto(head + question + (answer if has_answer else b""), client)


def ask(port, wire, source="127.0.0.1"):
    """The response code for an address query; None: no answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind((source, 0))
        s.settimeout(2)
        for i in range(TRIES):
            head = bytes([0x12, i]) + b"\1\0\0\1\0\0\0\0\0\0"
            s.sendto(head + wire + b"\0\1\0\1", ("127.0.0.1", port))
            try:
                while True:
                    answer = s.recv(4096)
                    if answer[:2] == head[:2]:
                        return answer[3] & 15
            except (socket.timeout, ConnectionRefusedError):
                time.sleep(0.1)
    return None


def configuration(kind, folder, port, upstream, artefact):
    """The command that runs @kind with the artefact loaded; writes its settings."""
    conf = os.path.join(folder, kind + ".settings")
    text, command = {
        "unbound": (unbound_settings(folder, port, upstream) + f'include: "{artefact}"\n',
                    ["unbound", "-d", "-c", conf]),
        "rpz-unbound": (unbound_settings(folder, port, upstream, "respip ")
                        + f'rpz:\n name: "rpz.test"\n zonefile: "{artefact}"\n',
                        ["unbound", "-d", "-c", conf]),
        "bind": (named_settings(folder, port, upstream) + f'include "{artefact}";\n',
                 ["named", "-g", "-n", "1", "-c", conf]),
        "rpz": (named_settings(folder, port, upstream, 'response-policy { zone "rpz.test"; } '
                               "qname-wait-recurse no;")
                + f'zone "rpz.test" {{ type primary; file "{artefact}"; }};\n',
                ["named", "-g", "-n", "1", "-c", conf]),
        "knot": (kresd_settings(port, upstream, f"dofile('{artefact}')"),
                 ["kresd", "-n", "-c", conf, folder]),
        "rpz-knot": (kresd_settings(port, upstream,
                                    f"policy.add(policy.rpz(policy.DENY, '{artefact}'))"),
                     ["kresd", "-n", "-c", conf, folder]),
        "rpz-powerdns": (
            f'rpzFile("{artefact}", {{policyName="rpz.test"}})\n',
            ["pdns_recursor", "--config-dir=" + folder, "--socket-dir=" + folder, "--daemon=no",
             "--setuid=", "--setgid=", "--threads=1", "--local-address=127.0.0.1",
             f"--local-port={port}", f"--forward-zones-recurse=.=127.0.0.1:{upstream}",
             "--dnssec=off", "--security-poll-suffix=", "--write-pid=no", "--disable-syslog",
             "--lua-config-file=" + conf]),
        "dnsdist": (
            f"setLocal('127.0.0.1:{port}')\nsetSecurityPollSuffix('')\n"
            f"newServer({{address='127.0.0.1:{upstream}', healthCheckMode='up'}})\n"
            f"dofile('{artefact}')\n",
            ["dnsdist", "--supervised", "--disable-syslog", "-C", conf]),
        "dnsmasq": (
            f"port={port}\nlisten-address=127.0.0.1\nbind-interfaces\nno-resolv\nno-hosts\n"
            f"server=127.0.0.1#{upstream}\nuser=root\npid-file=\nconf-file={artefact}\n",
            ["dnsmasq", "--keep-in-foreground", "--conf-file=" + conf]),
    }[kind]
    with open(conf, "w", encoding="ascii") as f:
        f.write(text)
    return command


def unbound_settings(folder, port, upstream, module=""):
    return (f'server:\n interface: 127.0.0.1\n port: {port}\n username: ""\n chroot: ""\n'
            f' directory: "{folder}"\n pidfile: ""\n use-syslog: no\n do-not-query-localhost: no\n'
            f' module-config: "{module}iterator"\n do-ip6: no\n qname-minimisation: no\n'
            f'forward-zone:\n name: "."\n forward-addr: 127.0.0.1@{upstream}\n'
            "remote-control:\n control-enable: no\n")


def kresd_settings(port, upstream, policy):
    return (f"net.listen('127.0.0.1', {port}, {{ kind = 'dns' }})\nnet.ipv6 = false\n"
            f"trust_anchors.remove('.')\n{policy}\n"
            f"policy.add(policy.all(policy.STUB('127.0.0.1@{upstream}')))\n")


def named_settings(folder, port, upstream, more=""):
    return (f'options {{ directory "{folder}"; pid-file none; listen-on port {port} '
            f"{{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; recursion yes; forward only; "
            f"forwarders {{ 127.0.0.1 port {upstream}; }}; dnssec-validation no; "
            f'empty-zones-enable no; session-keyfile "{folder}/key"; qname-minimization off; '
            f"{more} }};\ncontrols {{ }};\n")


class Daemon:
    """One consumer with one artefact, from ready to gone; a context manager."""

    def __init__(self, kind, folder, upstream, artefact):
        self.kind, self.port = kind, free_port()
        self.log = os.path.join(folder, kind + ".log")
        command = configuration(kind, folder, self.port, upstream.port, artefact)
        with open(self.log, "wb") as out:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=subprocess.STDOUT, cwd=folder,
                                            env={"PATH": PATH, "LC_ALL": "C"})

    def __enter__(self):
        end = time.monotonic() + WAIT_S
        ready = b"\5ready\7example\0"
        while ask(self.port, ready) != NOERROR:
            if self.process.poll() is not None or time.monotonic() > end:
                self.__exit__()
                with open(self.log, "rb") as f:
                    raise RuntimeError(f"{self.kind}: {f.read()[-800:].decode(errors='replace')}")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
