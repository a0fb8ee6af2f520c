# SPDX-License-Identifier: Apache-2.0
"""What happens on a Windows machine, as Sysmon and the DNS client log it: machines, programs, and
the events that they leave. How an event is written down is windows_encode.py's.

The one idea: an event is a dict of the values that Sysmon has, under Sysmon's own names, so that an
encoder only has to copy them. Everything comes from one seeded generator, so that a scenario is the
same at every run.
"""

import datetime
import hashlib

UTC = datetime.timezone.utc
START = datetime.datetime(2026, 11, 3, 8, 0, 0, tzinfo=UTC)

SYSTEM = "NT AUTHORITY\\SYSTEM"
NETWORK_SERVICE = "NT AUTHORITY\\NETWORK SERVICE"
SVCHOST = "C:\\Windows\\System32\\svchost.exe"
SERVICES = "C:\\Windows\\System32\\services.exe"
EXPLORER = "C:\\Windows\\explorer.exe"
POWERSHELL = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"
CMD = "C:\\Windows\\System32\\cmd.exe"
CHROME = "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe"
EDGE = "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe"
OUTLOOK = "C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE"
WINWORD = "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE"
TEAMS = "C:\\Program Files\\WindowsApps\\MSTeams_24295\\ms-teams.exe"
ONEDRIVE = "C:\\Users\\{user}\\AppData\\Local\\Microsoft\\OneDrive\\OneDrive.exe"
DEFENDER = "C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.24090.11-0\\MsMpEng.exe"
RUNDLL32 = "C:\\Windows\\System32\\rundll32.exe"
NSLOOKUP = "C:\\Windows\\System32\\nslookup.exe"

STATUS_OK = "0"
STATUS_NAME_ERROR = "9003"
STATUS_NO_DATA = "9701"
STATUS_TIMEOUT = "1460"


def utc_text(time):
    return time.strftime("%Y-%m-%d %H:%M:%S.") + f"{time.microsecond // 1000:03d}"


class Program:
    """A running program."""

    def __init__(self, machine, image, options=""):
        self.machine = machine
        self.image = image.replace("{user}", machine.user.split("\\")[1])
        self.command = f'"{self.image}" {options}'.rstrip()
        self.user = machine.user
        self.pid = machine.next_pid()
        self.parent = None
        self.started = machine.now
        epoch = int(self.started.timestamp())
        self.guid = "{%08x-%04x-%04x-%04x-%012x}" % (
            machine.id, epoch & 0xFFFF, epoch >> 16, machine.next_serial(), 0x400)

    def hashes(self):
        digest = hashlib.sha256(self.image.encode()).hexdigest().upper()
        return f"MD5={digest[:32]},SHA256={digest},IMPHASH={digest[32:]}"

    def values(self, time):
        return {"UtcTime": utc_text(time), "ProcessGuid": self.guid, "ProcessId": str(self.pid),
                "Image": self.image, "User": self.user}


class Machine:
    """One endpoint, its clock and its log."""

    def __init__(self, rng, name, address, user):
        self.rng = rng
        self.name = name
        self.address = address
        self.resolver = "10.0.0.53"
        self.user = user
        self.id = int(hashlib.sha256(name.encode()).hexdigest()[:8], 16)
        self.now = START
        self.events = []
        self.serial = 0
        self.pids = 800
        self.record = 10_000
        self.root = Program(self, EXPLORER)
        self.root.user = user
        self.services = Program(self, SERVICES)
        self.services.user = SYSTEM
        self.dnscache = Program(self, SVCHOST, "-k NetworkService -p -s Dnscache")
        self.dnscache.user = NETWORK_SERVICE
        self.dnscache.parent = self.services

    def next_pid(self):
        self.pids += self.rng.randrange(1, 40) * 4
        return self.pids

    def next_serial(self):
        self.serial += 1
        return self.serial

    def log(self, event_id, values, writer=3120, time=None):
        self.record += 1
        self.events.append({"id": event_id, "time": time or self.now, "host": self.name,
                            "record": self.record, "writer": writer, "values": values})

    # Sysmon 1, 5, 3, 22, and two that matter to nobody here.

    def start(self, image, options="", parent=None, user=None):
        p = Program(self, image, options)
        p.parent = parent or self.root
        p.user = user or p.parent.user
        values = {"RuleName": "-", **p.values(self.now), "FileVersion": "10.0.22621.1",
                  "Description": "-", "Product": "-", "Company": "-", "OriginalFileName": "-",
                  "CommandLine": p.command, "CurrentDirectory": "C:\\Windows\\System32\\",
                  "LogonGuid": "{%08x-0000-0000-0000-000000000000}" % self.id,
                  "LogonId": "0x3e7", "TerminalSessionId": "1", "IntegrityLevel": "Medium",
                  "Hashes": p.hashes(), "ParentProcessGuid": p.parent.guid,
                  "ParentProcessId": str(p.parent.pid), "ParentImage": p.parent.image,
                  "ParentCommandLine": p.parent.command, "ParentUser": p.parent.user}
        self.log(1, values)
        return p

    def end(self, program):
        self.log(5, {"RuleName": "-", **program.values(self.now)})

    def connect(self, program, address, port, protocol="tcp"):
        values = program.values(self.now)
        user = values.pop("User")
        self.log(3, {"RuleName": "-", **values, "User": user, "Protocol": protocol,
                     "Initiated": "true", "SourceIsIpv6": "false", "SourceIp": self.address,
                     "SourceHostname": self.name,
                     "SourcePort": str(self.rng.randrange(49152, 65536)),
                     "SourcePortName": "-", "DestinationIsIpv6": "false", "DestinationIp": address,
                     "DestinationHostname": "-", "DestinationPort": str(port),
                     "DestinationPortName": "domain" if port == 53 else "https"})

    def look_up(self, program, name, results="", status=STATUS_OK):
        values = program.values(self.now)
        image, user = values.pop("Image"), values.pop("User")
        self.log(22, {"RuleName": "-", **values, "QueryName": name, "QueryStatus": status,
                      "QueryResults": results or "-", "Image": image, "User": user})

    def noise(self, program):
        values = {"RuleName": "-", **program.values(self.now),
                  "TargetFilename": "C:\\Windows\\Temp\\a.tmp",
                  "CreationUtcTime": utc_text(self.now)}
        self.log(11, values)


def at(machine, hours, step, variance=0.0):
    """Moves the clock of @machine in steps of about @step seconds until @hours have gone by."""
    end = START + datetime.timedelta(hours=hours)
    while True:
        factor = 1 + machine.rng.uniform(-variance, variance)
        machine.now += datetime.timedelta(seconds=step * factor)
        if machine.now >= end:
            return
        yield machine.now
