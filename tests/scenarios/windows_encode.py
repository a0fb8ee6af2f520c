# SPDX-License-Identifier: Apache-2.0
"""How shippers write a Windows event down: each encoding of docs/formats/windows-json.md and
windows-xml.md, from the same values.

The one idea: an encoder is a function from an event to the text of one record. None of them decides
what is in an event; several of them lose something, as their models do.
"""

import datetime
import json
from xml.sax.saxutils import escape

SYSMON = "Microsoft-Windows-Sysmon"
SYSMON_GUID = "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"
SYSMON_CHANNEL = SYSMON + "/Operational"
CLIENT = "Microsoft-Windows-DNS-Client"
CLIENT_GUID = "{1C95126E-7EEA-49A9-A3FE-A378B03DDB4D}"
CLIENT_CHANNEL = CLIENT + "/Operational"
TITLES = {1: "Process Create", 3: "Network connection detected", 5: "Process terminated",
          11: "File created", 22: "Dns query"}
LOCAL = datetime.timedelta(hours=-4)
DELAY = datetime.timedelta(milliseconds=1450)  # from what happened to the record of it


def provider(event):
    if event["id"] >= 3000:
        return CLIENT, CLIENT_GUID, CLIENT_CHANNEL
    return SYSMON, SYSMON_GUID, SYSMON_CHANNEL


def created(event):
    return event["time"] + DELAY


def iso(time):
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03d}Z"


def message(event, line_end="\r\n"):
    if event["id"] not in TITLES:
        return "DNS query"
    lines = [TITLES[event["id"]] + ":"] + [f"{k}: {v}" for k, v in event["values"].items()]
    return line_end.join(lines)


def compact(record):
    return json.dumps(record, separators=(",", ":"))


def nxlog(event):
    """NXLog since 2020: flat, EventTime local and without a zone."""
    name, guid, channel = provider(event)
    return compact({
        "EventTime": (created(event) + LOCAL).strftime("%Y-%m-%d %H:%M:%S"),
        "Hostname": event["host"], "Keywords": -9223372036854775808, "EventType": "INFO",
        "SeverityValue": 2, "Severity": "INFO", "EventID": event["id"], "SourceName": name,
        "ProviderGuid": guid, "Version": 5, "Task": event["id"], "OpcodeValue": 0,
        "RecordNumber": event["record"], "ExecutionProcessID": event["writer"], "ThreadID": 4608,
        "Channel": channel, "Domain": "NT AUTHORITY", "AccountName": "SYSTEM",
        "UserID": "S-1-5-18", "AccountType": "User", "Message": message(event),
        "Category": "-", "Opcode": "Info", **event["values"],
        "EventReceivedTime": (created(event) + LOCAL).strftime("%Y-%m-%d %H:%M:%S"),
        "SourceModuleName": "eventlog", "SourceModuleType": "im_msvistalog"})


def nxlog_2019(event):
    """NXLog before: one ProcessID for both, and the asking program's only in the text."""
    record = json.loads(nxlog(event))
    record["ProcessID"] = record.pop("ExecutionProcessID")
    if event["id"] < 3000:
        record.pop("ProcessId", None)
    return compact({k: v for k, v in record.items() if v not in ("-", "")})


def forwarded(event):
    """A collector's flat shape, TimeCreated local with a Z that is not true."""
    name, guid, channel = provider(event)
    time = iso(created(event) + LOCAL)
    record = {"@timestamp": time, "TimeCreated": time, "SourceName": name, "ProviderGuid": guid,
              "Channel": channel, "Hostname": event["host"], "EventID": event["id"],
              "Level": "4", "Task": str(event["id"]), "Keywords": "0x8000000000000000",
              "Message": message(event), **event["values"]}
    if event["id"] >= 3000:
        record["ExecutionProcessID"] = event["writer"]
    return compact(record)


def winlogbeat(event):
    name, guid, channel = provider(event)
    return compact({
        "@timestamp": iso(created(event)), "message": message(event, "\n"),
        "event": {"kind": "event", "provider": name, "code": str(event["id"])},
        "host": {"name": event["host"]}, "log": {"level": "information"},
        "agent": {"type": "winlogbeat", "version": "8.15.0"}, "ecs": {"version": "8.0.0"},
        "winlog": {"channel": channel, "provider_name": name, "provider_guid": guid,
                   "event_id": str(event["id"]), "computer_name": event["host"],
                   "record_id": event["record"], "api": "wineventlog", "opcode": "Info",
                   "process": {"pid": event["writer"], "thread": {"id": 4608}},
                   "user": {"identifier": "S-1-5-18"}, "event_data": event["values"]}})


STATUS_TEXTS = {"0": "SUCCESS", "9003": "DNS_ERROR_RCODE_NAME_ERROR",
                "9701": "DNS_ERROR_RECORD_DOES_NOT_EXIST"}
TYPE_TEXTS = {"5": "CNAME", "16": "TXT", "33": "SRV"}


def answers(results):
    out = []
    for item in filter(None, results.split(";")):
        if item.startswith("type:"):
            number, _, data = item[5:].strip().partition(" ")
            answer = {"type": TYPE_TEXTS[number]}
            out.append({**answer, "data": data} if data else answer)
        elif item != "-":
            address = item.replace("::ffff:", "")
            out.append({"type": "AAAA" if ":" in address else "A", "data": address})
    return out


def process_of(values):
    process = {"pid": int(values["ProcessId"]), "entity_id": values["ProcessGuid"],
               "executable": values["Image"], "name": values["Image"].rsplit("\\", 1)[-1]}
    if "CommandLine" in values:
        process["command_line"] = values["CommandLine"]
        process["hash"] = {"sha256": values["Hashes"].split("SHA256=")[1].split(",")[0].lower()}
        process["parent"] = {"pid": int(values["ParentProcessId"]),
                             "entity_id": values["ParentProcessGuid"],
                             "executable": values["ParentImage"],
                             "command_line": values["ParentCommandLine"]}
    return process


def elastic_agent(event):
    """The Elastic Common Schema: the values moved to fields of their own."""
    if event["id"] >= 3000:
        return winlogbeat(event)
    v, record = event["values"], json.loads(winlogbeat(event))
    record["@timestamp"] = iso(event["time"])
    record["event"].update(created=iso(created(event)), module="sysmon")
    record["process"] = process_of(v)
    domain, _, user = v["User"].partition("\\")
    record["user"] = {"id": "S-1-5-18", "domain": domain, "name": user}
    record["winlog"]["event_data"] = {}
    if event["id"] == 22:
        record["dns"] = {"question": {"name": v["QueryName"]},
                         "answers": answers(v["QueryResults"])}
        status = v["QueryStatus"]
        record["sysmon"] = {"dns": {"status": STATUS_TEXTS.get(status, status)}}
    if event["id"] == 3:
        record["network"] = {"transport": v["Protocol"], "direction": "egress", "type": "ipv4"}
        record["source"] = {"ip": v["SourceIp"], "port": int(v["SourcePort"])}
        record["destination"] = {"ip": v["DestinationIp"], "port": int(v["DestinationPort"])}
    return compact(record)


def wazuh(event):
    """Lower camel case, numbers as texts, backslashes doubled once more."""
    name, guid, channel = provider(event)
    values = {k[0].lower() + k[1:]: str(v).replace("\\", "\\\\")
              for k, v in event["values"].items() if v not in ("-", "")}
    return compact({
        "timestamp": iso(created(event) + DELAY).replace("Z", "+0000"),
        "rule": {"level": 3, "id": "61600"}, "agent": {"id": "001", "name": "agent"},
        "manager": {"name": "wazuh"}, "decoder": {"name": "windows_eventchannel"},
        "data": {"win": {"system": {
            "providerName": name, "providerGuid": guid, "eventID": str(event["id"]),
            "version": "5", "level": "4", "task": str(event["id"]), "opcode": "0",
            "keywords": "0x8000000000000000", "systemTime": iso(created(event)),
            "eventRecordID": str(event["record"]), "processID": str(event["writer"]),
            "threadID": "4608", "channel": channel, "computer": event["host"],
            "severityValue": "INFORMATION", "message": message(event)}, "eventdata": values}},
        "location": "EventChannel"})


def xml_system(event, q, end):
    name, guid, channel = provider(event)
    time = created(event).strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z"
    return end.join([
        "<System>", f"<Provider Name={q}{name}{q} Guid={q}{guid.lower()}{q}/>",
        f"<EventID>{event['id']}</EventID>", "<Version>5</Version>", "<Level>4</Level>",
        f"<Task>{event['id']}</Task>", "<Opcode>0</Opcode>",
        "<Keywords>0x8000000000000000</Keywords>", f"<TimeCreated SystemTime={q}{time}{q}/>",
        f"<EventRecordID>{event['record']}</EventRecordID>", "<Correlation/>",
        f"<Execution ProcessID={q}{event['writer']}{q} ThreadID={q}4608{q}/>",
        f"<Channel>{channel}</Channel>", f"<Computer>{event['host']}</Computer>",
        f"<Security UserID={q}S-1-5-18{q}/>", "</System>"])


def xml_event(event, q, end, more=""):
    data = end.join(f"<Data Name={q}{k}{q}>{escape(str(v))}</Data>"
                    for k, v in event["values"].items())
    return end.join([
        f"<Event xmlns={q}http://schemas.microsoft.com/win/2004/08/events/event{q}>",
        xml_system(event, q, end), "<EventData>", data, "</EventData>" + more, "</Event>"])


def xml_line(event):
    """wevtutil, Splunk: one line, single quotes."""
    return xml_event(event, "'", "")


def xml_rendered(event):
    """Forwarded with the text in words behind it: many lines, double quotes."""
    text = escape(message(event))
    return xml_event(event, '"', "\r\n  ", '\r\n  <RenderingInfo Culture="en-US"><Message>' + text
                     + "</Message><Level>Information</Level></RenderingInfo>")


ENCODINGS = {
    "nxlog": ("json", nxlog), "nxlog-2019": ("json", nxlog_2019), "forwarded": ("json", forwarded),
    "winlogbeat": ("json", winlogbeat), "elastic-agent": ("json", elastic_agent),
    "wazuh": ("json", wazuh), "xml-line": ("xml", xml_line), "xml-rendered": ("xml", xml_rendered),
}


def write(events, encoding, f):
    extension, encode = ENCODINGS[encoding]
    if encoding == "xml-rendered":
        f.write("<Events>\n")
    for event in events:
        f.write(encode(event) + "\n")
    if encoding == "xml-rendered":
        f.write("</Events>\n")
    return extension
