# SPDX-License-Identifier: Apache-2.0
"""A laboratory of network namespaces: clients, resolvers, an authority.

    c1 .. c4 --+            +-- resolver 0 (answers the clients) --+
               +-- hub -----+-- resolver 1 (hears the same)      --+-- auth
                            +-- resolver 2 ...                   --+

All resolvers have the same address. What a client sends goes to the first of them, and a copy of
each frame to every other one, so that all of them log one and the same run; what the others answer
is dropped in the hub.
"""

import os
import shutil
import socket
import subprocess
import sys
import time

RESOLVER = "192.0.2.53"
RESOLVER_MAC = "02:00:00:00:00:35"
AUTHORITY = "198.51.100.1"  # root and ordinary zones
TUNNELS = "198.51.100.53"  # the tunnel servers, behind front.py
N_CLIENTS = 4
STOP_S = 5
HERE = os.path.dirname(os.path.abspath(__file__))


def client_ip(i):
    return f"192.0.2.{11 + i}"


def upstream_ip(i):
    """Where resolver @i asks from."""
    return f"198.51.100.{101 + i}"


def client_mac(i):
    return f"02:00:00:00:01:{i:02x}"


def why_not(programs):
    """Why no laboratory can be built here; None: it can."""
    missing = [p for p in (*programs, "ip") if not shutil.which(p, path=search_path())]
    if missing:
        return "not installed: " + " ".join(sorted(missing))
    if os.geteuid() != 0:
        return "network namespaces need root"
    name = f"edtest{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False)
    if made.returncode != 0:
        return "no network namespaces: " + made.stderr.decode(errors="replace").strip()
    link = ["ip", "-n", name, "link", "add", "name", "a", "type", "veth", "peer", "name", "b"]
    linked = subprocess.run(link, capture_output=True, check=False)
    subprocess.run(["ip", "netns", "del", name], check=False)
    return None if linked.returncode == 0 else "no virtual Ethernet"


def search_path():
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


class Lab:
    """Namespaces and the processes in them; a context manager that leaves nothing behind."""

    def __init__(self, folder):
        self.folder = folder
        self.prefix = f"ed{os.getpid()}-"
        self.spaces = []
        self.running = []  # (name, process), in the order of starting
        self.env = {"PATH": search_path(), "TZ": "UTC", "LC_ALL": "C.UTF-8", "HOME": folder}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for _, process in reversed(self.running):
            stop(process)
        for name in self.spaces:
            subprocess.run(["ip", "netns", "del", name], check=False)

    def path(self, name):
        return os.path.join(self.folder, name)

    def space(self, name):
        """A new namespace, with a loopback that is up."""
        full = self.prefix + name
        run("ip", "netns", "add", full)
        self.spaces.append(full)
        run("ip", "-n", full, "link", "set", "lo", "up")
        # nobody speaks IPv6 here, and its own chatter is not part of the run
        for what in ("all", "default"):
            self.run(name, "sh", "-c", f"echo 1 > /proc/sys/net/ipv6/conf/{what}/disable_ipv6")
        return full

    def ip(self, space, *args):
        run("ip", "-n", self.prefix + space, *args)

    def link(self, space, device, other_space, other_device):
        self.ip(space, "link", "add", "name", device, "type", "veth", "peer", "name",
                other_device, "netns", self.prefix + other_space)
        self.ip(space, "link", "set", device, "up")
        self.ip(other_space, "link", "set", other_device, "up")

    def inside(self, space, command):
        return ["ip", "netns", "exec", self.prefix + space, *command]

    def run(self, space, *command, timeout=60):
        """A command to its end; what it printed."""
        done = subprocess.run(self.inside(space, command), capture_output=True, timeout=timeout,
                              stdin=subprocess.DEVNULL, env=self.env, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def start(self, space, name, *command):
        """A process that goes on; all it prints goes to the file @name.out."""
        with open(self.path(name + ".out"), "wb") as out:
            process = subprocess.Popen(self.inside(space, command), stdin=subprocess.DEVNULL,
                                       stdout=out, stderr=subprocess.STDOUT, env=self.env,
                                       cwd=self.folder)
        self.running.append((name, process))
        return process

    def script(self, space, name, script, *args):
        return self.start(space, name, sys.executable, os.path.join(HERE, script), *args)

    def stop_all(self):
        """Every process is asked to end, the last one started first."""
        while self.running:
            stop(self.running.pop()[1])

    def dead(self):
        """The first process that should run and does not; None: all do."""
        for name, process in self.running:
            if process.poll() is not None:
                with open(self.path(name + ".out"), "rb") as f:
                    return f"{name} ended: " + f.read()[-600:].decode(errors="replace")
        return None


def run(*command):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def stop(process):
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def build(lab, n_resolvers):
    """All namespaces, links and addresses of the picture above."""
    lab.space("hub")
    lab.space("auth")
    lab.ip("hub", "link", "add", "name", "br0", "type", "bridge")
    lab.ip("hub", "link", "set", "br0", "up")
    lab.ip("auth", "link", "add", "name", "br1", "type", "bridge")
    lab.ip("auth", "link", "set", "br1", "up")
    for address in (AUTHORITY, TUNNELS):
        lab.ip("auth", "addr", "add", address + "/24", "dev", "br1")
    for i in range(N_CLIENTS):
        space = f"c{i + 1}"
        lab.space(space)
        lab.link("hub", space, space, "eth0")
        lab.ip(space, "link", "set", "eth0", "address", client_mac(i))
        lab.ip(space, "addr", "add", client_ip(i) + "/24", "dev", "eth0")
        lab.ip("hub", "link", "set", space, "master", "br0")
    for i in range(n_resolvers):
        add_resolver(lab, i)
    if n_resolvers > 1:
        lab.script("hub", "tee", "tee.py", "r0", *(f"r{i}" for i in range(1, n_resolvers)))


def add_resolver(lab, i):
    space = f"r{i}"
    lab.space(space)
    lab.link("hub", space, space, "eth0")
    lab.ip(space, "link", "set", "eth0", "address", RESOLVER_MAC)
    lab.ip(space, "addr", "add", RESOLVER + "/24", "dev", "eth0")
    for j in range(N_CLIENTS):  # the copies do not answer who asks for an address
        lab.ip(space, "neigh", "replace", client_ip(j), "lladdr", client_mac(j), "dev", "eth0",
               "nud", "permanent")
    if i == 0:
        lab.ip("hub", "link", "set", space, "master", "br0")
    lab.link("auth", f"u{i}", space, "eth1")
    lab.ip("auth", "link", "set", f"u{i}", "master", "br1")
    lab.ip(space, "addr", "add", upstream_ip(i) + "/24", "dev", "eth1")


def wait_until(what, ready, lab, limit_s=15):
    """Until ready() is true; RuntimeError when a process ends or the time is up."""
    end = time.monotonic() + limit_s
    while not ready():
        dead = lab.dead()
        if dead:
            raise RuntimeError(dead)
        if time.monotonic() > end:
            raise RuntimeError(f"{what}: not ready after {limit_s} s")
        time.sleep(0.05)


def answers(lab, space, server, name, port=53):
    """True when @server answers an address query for @name, asked from @space."""
    command = ["dig", "+time=1", "+tries=1", "+short", "-p", str(port), "@" + server, name, "A"]
    done = subprocess.run(lab.inside(space, command), capture_output=True, timeout=10,
                          stdin=subprocess.DEVNULL, env=lab.env, check=False)
    return done.returncode == 0 and socket_address(done.stdout.decode().strip())


def socket_address(text):
    try:
        socket.inet_aton(text)
    except OSError:
        return False
    return bool(text)
