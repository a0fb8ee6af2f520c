# SPDX-License-Identifier: Apache-2.0
"""A Linux machine, told in calls: what starts, what connects, who logs in.

An event is a dict with "t" (seconds since 1970), "kind" (exec, connect, sendto, dup, session) and
what that kind has. How it is written down is linux_encode's.
"""

RESOLVER = "192.0.2.53"
NOBODY = 4294967295  # an audit id that is not set
USERS = {"root": 0, "www-data": 33, "unbound": 110, "postfix": 111, "_apt": 42, "al": 1000,
         "monitor": 120}


class Machine:
    """Hands out pids and collects events."""

    def __init__(self, host, rng, start):
        self.host = host
        self.rng = rng
        self.start = start
        self.pid = 2000
        self.session = 10
        self.events = []

    def new_pid(self):
        self.pid += self.rng.randint(1, 4)
        return self.pid

    def add(self, kind, t, who, **more):
        self.events.append({"kind": kind, "t": t, **who, **more})

    def who(self, exe, ppid, user="root", tty="(none)", auid=NOBODY, ses=NOBODY, pid=None):
        return {"exe": exe, "ppid": ppid, "pid": pid or self.new_pid(), "user": user,
                "uid": USERS[user], "tty": tty, "auid": auid, "ses": ses}

    def exec(self, t, who, argv, searched=False):
        """A start of a program; @searched: the shell looks for it along PATH first."""
        who["title"] = argv
        if searched:
            shell = {**who, "exe": "/usr/bin/dash", "title": ["sh"]}
            for folder in ("/usr/local/sbin", "/usr/local/bin"):
                self.add("exec", t, shell, argv=argv, ok=False, path=f"{folder}/{argv[0]}")
        self.add("exec", t, who, argv=argv, ok=True, path=who["exe"])
        return who

    def run(self, t, exe, argv, ppid, user="root", **more):
        """Starts @exe below @ppid."""
        return self.exec(t, self.who(exe, ppid, user, **more), argv)

    def child(self, t, parent, exe, argv):
        """Starts @exe below the process @parent, as a shell does."""
        who = {**parent, "exe": exe, "ppid": parent["pid"], "pid": self.new_pid()}
        return self.exec(t, who, argv, searched=True)

    def connect(self, t, who, peer, port=53, fd=3, exit_=0):
        self.add("connect", t, who, peer=peer, port=port, fd=fd, exit=exit_)

    def sendto(self, t, who, peer, n_bytes, port=53, fd=3):
        self.add("sendto", t, who, peer=peer, port=port, fd=fd, exit=n_bytes)

    def stub_lookup(self, t, who, peer=RESOLVER, then=None):
        """How the C library asks: a socket that is connected to the resolver."""
        self.connect(t, who, peer)
        if then:
            self.connect(t + 0.02, who, then, 443, exit_=-115)

    def cron(self, t, user, script):
        """A job of cron; the process that a shell runs for it."""
        self.session += 1
        daemon = self.who("/usr/sbin/cron", 700, "root", auid=USERS[user], ses=self.session)
        self.add("session", t, daemon, account=user, terminal="cron", addr="?")
        job = {**daemon, "exe": "/usr/bin/dash", "ppid": daemon["pid"], "pid": self.new_pid(),
               "user": user, "uid": USERS[user]}
        return self.exec(t + 0.01, job, ["/bin/sh", "-c", script])

    def login(self, t, user, addr):
        """A login over ssh; the process of its shell."""
        self.session += 1
        daemon = self.who("/usr/sbin/sshd", 650, "root", auid=USERS[user], ses=self.session)
        self.add("session", t, daemon, account=user, terminal="ssh", addr=addr)
        shell = {**daemon, "exe": "/usr/bin/bash", "ppid": daemon["pid"], "pid": self.new_pid(),
                 "user": user, "uid": USERS[user], "tty": "pts0"}
        return self.exec(t + 0.2, shell, ["-bash"])


def times(rng, start, seconds, mean, jitter=None):
    """Instants about @mean seconds apart: a Poisson process, or a beat with @jitter."""
    t = start + rng.random() * mean
    while t < start + seconds:
        yield t
        t += rng.expovariate(1 / mean) if jitter is None else \
            mean * (1 + rng.uniform(-jitter, jitter))


def ordinary(m, seconds):
    """What any server does all day."""
    rng, start = m.rng, m.start
    agent = m.run(start, "/usr/bin/node_exporter", ["node_exporter"], 1, "monitor")
    nginx = m.run(start + 1, "/usr/sbin/nginx", ["nginx: worker process"], 900, "www-data")
    php = m.run(start + 1, "/usr/sbin/php-fpm8.2", ["php-fpm: pool www"], 901, "www-data")
    for t in times(rng, start, seconds, 15, 0.01):
        m.connect(t, agent, "192.0.2.80", 9091, exit_=-115)
    for t in times(rng, start, seconds, 6):
        m.connect(t, php, "127.0.0.1", 3306)
    for t in times(rng, start, seconds, 90):
        m.connect(t, nginx, "192.0.2.81", 8080, exit_=-115)
    for t in times(rng, start, seconds, 300, 0.0):
        job = m.cron(t, "root", "command -v debian-sa1 > /dev/null && debian-sa1 1 1")
        m.child(t + 0.05, job, "/usr/lib/sysstat/debian-sa1", ["debian-sa1", "1", "1"])
    for t in times(rng, start, seconds, 3600, 0.0):
        job = m.cron(t, "root", "cd / && run-parts --report /etc/cron.hourly")
        m.child(t + 0.05, job, "/usr/bin/run-parts", ["run-parts", "--report", "/etc/cron.hourly"])
    for t in times(rng, start, seconds, 1200):
        timer = m.run(t, "/usr/lib/systemd/systemd-timesyncd", ["systemd-timesyncd"], 1)
        m.stub_lookup(t + 0.1, timer)
    for t in times(rng, start, seconds, 5400):
        work_of_an_admin(m, t)


def work_of_an_admin(m, t):
    shell = m.login(t, "al", "192.0.2.200")
    for argv in (["ls", "-l"], ["ps", "aux"], ["df", "-h"], ["tail", "-n", "50", "syslog"]):
        t += m.rng.uniform(3, 40)
        m.child(t, shell, "/usr/bin/" + argv[0], argv)
    git = m.child(t + 9, shell, "/usr/bin/git", ["git", "pull"])
    m.stub_lookup(t + 9.1, git, then="198.51.100.70")
    host = m.child(t + 20, shell, "/usr/bin/host", ["host", "git.harborview.example"])
    m.stub_lookup(t + 20.1, host)
