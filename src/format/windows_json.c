/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows event logs as JSON, of whoever shipped them; Sysmon above all:
 *	{"EventID":22,"SourceName":"Microsoft-Windows-Sysmon","UtcTime":"2026-11-03 14:02:11.250",
 *	 "ProcessId":"6988","QueryName":"www.example.net","QueryStatus":"0",
 *	 "QueryResults":"::ffff:192.0.2.7;","Image":"C:\\Windows\\System32\\svchost.exe", ...}
 * Flat (NXLog, WEF collectors), nested (Winlogbeat, Elastic Agent, Wazuh, EVTX converters).
 *
 * The idea: every shape is rows of a table. Keys are taken by their exact case, because some
 * shippers write two that differ in nothing else: ProcessId is the program that asked, ProcessID
 * the one that wrote the record.
 */
#include "format/json/log.h"
#include "format/windows/clock.h"
#include "format/windows/event.h"

static_assert((int)ED_WINDOWS_SLOTS <= (int)ED_JSON_LOG_RAW, "slots and RAW share a byte");

enum place {
	REC = ED_JSON_LOG_RECORD,
	WINLOG, /* "winlog" of Winlogbeat and Elastic Agent */
	DATA,   /* the event's own values */
	WRITER, /* the process that wrote the record */
	WRITER_USER,
	EVENT,
	HOST,
	PROCESS,
	PARENT,
	HASH,
	USER,
	DNS,
	QUESTION,
	ANSWERS,
	SYSMON,
	SYSMON_DNS,
	SOURCE,
	DEST,
	NETWORK,
	ENVELOPE, /* "data" of Wazuh, and "win" in it */
	SYSTEM,   /* "system" of Wazuh, "System" of EVTX converters */
	SYSTEM_PROVIDER,
	SYSTEM_TIME,
	SYSTEM_OTHER, /* elements with attributes */
};

static_assert((int)SYSTEM_OTHER < (int)ED_JSON_LOG_PLACES, "each place has its row");

enum {
	SLOT_ANSWER_TYPE = ED_WINDOWS_OWN_1,
	SLOT_ANSWER_DATA = ED_WINDOWS_OWN_2,
	INTO = ED_JSON_LOG_INTO,
};

/* A value of the event as flat and nested shippers name it, and as Wazuh does. */
#define VALUE(slot, name)        \
	{ REC, slot, name },     \
	{                        \
		DATA, slot, name \
	}
#define VALUE_WAZUH(slot, name, wazuh) \
	VALUE(slot, name),             \
	{                              \
		DATA, slot, wazuh      \
	}

/* clang-format off */
static const struct ed_json_log_row rows[] = {
	/* flat */
	{ REC, ED_WINDOWS_EVENT_ID, "EventID" },
	{ REC, ED_WINDOWS_EVENT_ID, "event_id" },
	{ REC, ED_WINDOWS_PROVIDER, "SourceName" },
	{ REC, ED_WINDOWS_PROVIDER, "source_name" },
	{ REC, ED_WINDOWS_PROVIDER, "ProviderName" },
	{ REC, ED_WINDOWS_PROVIDER_GUID, "ProviderGuid" },
	{ REC, ED_WINDOWS_CHANNEL, "Channel" },
	{ REC, ED_WINDOWS_CHANNEL, "log_name" },
	{ REC, ED_WINDOWS_HOST, "Hostname" },
	{ REC, ED_WINDOWS_HOST, "Computer" },
	{ REC, ED_WINDOWS_HOST, "ComputerName" },
	{ REC, ED_WINDOWS_HOST, "computer_name" },
	{ REC, ED_WINDOWS_HOST, "MachineName" },
	{ REC, ED_WINDOWS_STAMP, "@timestamp" },
	{ REC, ED_WINDOWS_STAMP, "timestamp" },
	{ REC, ED_WINDOWS_LOCAL, "EventTime" },
	{ REC, ED_WINDOWS_LOCAL, "TimeCreated" },
	{ REC, ED_WINDOWS_HEADER_PID, "ExecutionProcessID" },
	{ REC, ED_WINDOWS_HEADER_PID, "ProcessID" },
	{ REC, ED_WINDOWS_HEADER_USER, "UserID" },
	{ REC, ED_WINDOWS_MESSAGE | ED_JSON_LOG_RAW, "Message" },
	{ REC, ED_WINDOWS_MESSAGE | ED_JSON_LOG_RAW, "message" },
	/* Winlogbeat */
	{ REC, INTO | WINLOG, "winlog" },
	{ REC, INTO | DATA, "event_data" },
	{ WINLOG, INTO | DATA, "event_data" },
	{ WINLOG, ED_WINDOWS_EVENT_ID, "event_id" },
	{ WINLOG, ED_WINDOWS_PROVIDER, "provider_name" },
	{ WINLOG, ED_WINDOWS_PROVIDER_GUID, "provider_guid" },
	{ WINLOG, ED_WINDOWS_CHANNEL, "channel" },
	{ WINLOG, ED_WINDOWS_HOST, "computer_name" },
	{ WINLOG, ED_WINDOWS_CREATED, "time_created" },
	{ WINLOG, INTO | WRITER, "process" },
	{ WINLOG, ED_WINDOWS_HEADER_PID, "process_id" },
	{ WINLOG, INTO | WRITER_USER, "user" },
	{ WRITER, ED_WINDOWS_HEADER_PID, "pid" },
	{ WRITER_USER, ED_WINDOWS_HEADER_USER, "identifier" },
	/* the Elastic Common Schema */
	{ REC, INTO | EVENT, "event" },
	{ EVENT, ED_WINDOWS_EVENT_ID, "code" },
	{ EVENT, ED_WINDOWS_PROVIDER, "provider" },
	{ EVENT, ED_WINDOWS_RECEIVED, "created" },
	{ REC, INTO | HOST, "host" },
	{ HOST, ED_WINDOWS_HOST_ALT, "name" },
	{ REC, INTO | PROCESS, "process" },
	{ PROCESS, ED_WINDOWS_GUID, "entity_id" },
	{ PROCESS, ED_WINDOWS_PID, "pid" },
	{ PROCESS, ED_WINDOWS_IMAGE, "executable" },
	{ PROCESS, ED_WINDOWS_COMMAND, "command_line" },
	{ PROCESS, INTO | HASH, "hash" },
	{ HASH, ED_WINDOWS_HASHES, "md5" },
	{ HASH, ED_WINDOWS_HASHES, "sha1" },
	{ HASH, ED_WINDOWS_HASHES, "sha256" },
	{ PROCESS, INTO | PARENT, "parent" },
	{ PARENT, ED_WINDOWS_PARENT_GUID, "entity_id" },
	{ PARENT, ED_WINDOWS_PARENT_PID, "pid" },
	{ PARENT, ED_WINDOWS_PARENT, "executable" },
	{ PARENT, ED_WINDOWS_PARENT_COMMAND, "command_line" },
	{ REC, INTO | USER, "user" },
	{ USER, ED_WINDOWS_USER_DOMAIN, "domain" },
	{ USER, ED_WINDOWS_USER_NAME, "name" },
	{ REC, INTO | DNS, "dns" },
	{ DNS, INTO | QUESTION, "question" },
	{ QUESTION, ED_WINDOWS_QUERY_NAME, "name" },
	{ DNS, INTO | ANSWERS, "answers" },
	{ ANSWERS, SLOT_ANSWER_TYPE, "type" },
	{ ANSWERS, SLOT_ANSWER_DATA, "data" },
	{ REC, INTO | SYSMON, "sysmon" },
	{ SYSMON, INTO | SYSMON_DNS, "dns" },
	{ SYSMON_DNS, ED_WINDOWS_QUERY_STATUS, "status" },
	{ REC, INTO | SOURCE, "source" },
	{ SOURCE, ED_WINDOWS_SOURCE_IP, "ip" },
	{ SOURCE, ED_WINDOWS_SOURCE_PORT, "port" },
	{ REC, INTO | DEST, "destination" },
	{ DEST, ED_WINDOWS_DEST_IP, "ip" },
	{ DEST, ED_WINDOWS_DEST_PORT, "port" },
	{ REC, INTO | NETWORK, "network" },
	{ NETWORK, ED_WINDOWS_PROTOCOL, "transport" },
	{ NETWORK, ED_WINDOWS_INITIATED, "direction" },
	/* Wazuh */
	{ REC, INTO | ENVELOPE, "data" },
	{ ENVELOPE, INTO | ENVELOPE, "win" },
	{ ENVELOPE, INTO | SYSTEM, "system" },
	{ ENVELOPE, INTO | DATA, "eventdata" },
	{ SYSTEM, ED_WINDOWS_EVENT_ID, "eventID" },
	{ SYSTEM, ED_WINDOWS_PROVIDER, "providerName" },
	{ SYSTEM, ED_WINDOWS_PROVIDER_GUID, "providerGuid" },
	{ SYSTEM, ED_WINDOWS_CHANNEL, "channel" },
	{ SYSTEM, ED_WINDOWS_HOST, "computer" },
	{ SYSTEM, ED_WINDOWS_CREATED, "systemTime" },
	{ SYSTEM, ED_WINDOWS_HEADER_PID, "processID" },
	/* EVTX converters */
	{ REC, INTO | REC, "Event" },
	{ REC, INTO | SYSTEM, "System" },
	{ REC, INTO | DATA, "EventData" },
	{ SYSTEM, ED_WINDOWS_EVENT_ID, "EventID" },
	{ SYSTEM, ED_WINDOWS_CHANNEL, "Channel" },
	{ SYSTEM, ED_WINDOWS_HOST, "Computer" },
	{ SYSTEM, INTO | SYSTEM_PROVIDER, "Provider" },
	{ SYSTEM_PROVIDER, INTO | SYSTEM_PROVIDER, "#attributes" },
	{ SYSTEM_PROVIDER, ED_WINDOWS_PROVIDER, "Name" },
	{ SYSTEM_PROVIDER, ED_WINDOWS_PROVIDER_GUID, "Guid" },
	{ SYSTEM, INTO | SYSTEM_TIME, "TimeCreated" },
	{ SYSTEM_TIME, INTO | SYSTEM_TIME, "#attributes" },
	{ SYSTEM_TIME, ED_WINDOWS_CREATED, "SystemTime" },
	{ SYSTEM, INTO | SYSTEM_OTHER, "Execution" },
	{ SYSTEM, INTO | SYSTEM_OTHER, "Security" },
	{ SYSTEM_OTHER, INTO | SYSTEM_OTHER, "#attributes" },
	{ SYSTEM_OTHER, ED_WINDOWS_HEADER_PID, "ProcessID" },
	{ SYSTEM_OTHER, ED_WINDOWS_HEADER_USER, "UserID" },
	/* the events' own values */
	VALUE_WAZUH(ED_WINDOWS_UTC, "UtcTime", "utcTime"),
	VALUE_WAZUH(ED_WINDOWS_GUID, "ProcessGuid", "processGuid"),
	VALUE_WAZUH(ED_WINDOWS_PID, "ProcessId", "processId"),
	VALUE_WAZUH(ED_WINDOWS_IMAGE, "Image", "image"),
	VALUE_WAZUH(ED_WINDOWS_USER, "User", "user"),
	VALUE_WAZUH(ED_WINDOWS_COMMAND, "CommandLine", "commandLine"),
	VALUE_WAZUH(ED_WINDOWS_HASHES, "Hashes", "hashes"),
	VALUE_WAZUH(ED_WINDOWS_PARENT_GUID, "ParentProcessGuid", "parentProcessGuid"),
	VALUE_WAZUH(ED_WINDOWS_PARENT_PID, "ParentProcessId", "parentProcessId"),
	VALUE_WAZUH(ED_WINDOWS_PARENT, "ParentImage", "parentImage"),
	VALUE_WAZUH(ED_WINDOWS_PARENT_COMMAND, "ParentCommandLine", "parentCommandLine"),
	VALUE_WAZUH(ED_WINDOWS_QUERY_NAME, "QueryName", "queryName"),
	VALUE_WAZUH(ED_WINDOWS_QUERY_STATUS, "QueryStatus", "queryStatus"),
	VALUE_WAZUH(ED_WINDOWS_QUERY_RESULTS, "QueryResults", "queryResults"),
	VALUE_WAZUH(ED_WINDOWS_QUERY_TYPE, "QueryType", "queryType"),
	VALUE_WAZUH(ED_WINDOWS_PROTOCOL, "Protocol", "protocol"),
	VALUE_WAZUH(ED_WINDOWS_INITIATED, "Initiated", "initiated"),
	VALUE_WAZUH(ED_WINDOWS_SOURCE_IP, "SourceIp", "sourceIp"),
	VALUE_WAZUH(ED_WINDOWS_SOURCE_PORT, "SourcePort", "sourcePort"),
	VALUE_WAZUH(ED_WINDOWS_DEST_IP, "DestinationIp", "destinationIp"),
	VALUE_WAZUH(ED_WINDOWS_DEST_PORT, "DestinationPort", "destinationPort"),
	VALUE(ED_WINDOWS_SERVER_SOURCE, "Source"),
	VALUE(ED_WINDOWS_SERVER_DEST, "Destination"),
	VALUE(ED_WINDOWS_SERVER_ADDR, "InterfaceIP"),
	VALUE(ED_WINDOWS_SERVER_PORT, "Port"),
	VALUE(ED_WINDOWS_SERVER_TCP, "TCP"),
	VALUE(ED_WINDOWS_PACKET, "PacketData"),
	/* of no use, but known keys are stepped over faster */
	{ REC, 0, "@version" },
	{ REC, 0, "AccountName" },
	{ REC, 0, "AccountType" },
	{ REC, 0, "Category" },
	{ REC, 0, "Company" },
	{ REC, 0, "CurrentDirectory" },
	{ REC, 0, "Description" },
	{ REC, 0, "DestinationHostname" },
	{ REC, 0, "DestinationIsIpv6" },
	{ REC, 0, "DestinationPortName" },
	{ REC, 0, "Domain" },
	{ REC, 0, "EventReceivedTime" },
	{ REC, 0, "EventType" },
	{ REC, 0, "FileVersion" },
	{ REC, 0, "IntegrityLevel" },
	{ REC, 0, "Keywords" },
	{ REC, 0, "Level" },
	{ REC, 0, "LogonGuid" },
	{ REC, 0, "LogonId" },
	{ REC, 0, "Opcode" },
	{ REC, 0, "OpcodeValue" },
	{ REC, 0, "OriginalFileName" },
	{ REC, 0, "ParentUser" },
	{ REC, 0, "Product" },
	{ REC, 0, "RecordNumber" },
	{ REC, 0, "RuleName" },
	{ REC, 0, "Severity" },
	{ REC, 0, "SeverityValue" },
	{ REC, 0, "SourceHostname" },
	{ REC, 0, "SourceIsIpv6" },
	{ REC, 0, "SourceModuleName" },
	{ REC, 0, "SourceModuleType" },
	{ REC, 0, "SourcePortName" },
	{ REC, 0, "Task" },
	{ REC, 0, "TerminalSessionId" },
	{ REC, 0, "ThreadID" },
	{ REC, 0, "Version" },
	{ 0, 0, NULL },
};
/* clang-format on */

/* An answer of the Elastic Common Schema. */
static void take_element(struct ed_json_log_record *r, unsigned place)
{
	struct ed_span *type = &r->value[SLOT_ANSWER_TYPE], *data = &r->value[SLOT_ANSWER_DATA];
	struct ed_answer a = { .rdata = *data, .has_rdata = data->n > 0 };

	if (place != ANSWERS)
		return;
	if (ed_answer_type(*type, &a.type) && r->answers.sum.n_addresses == 0 &&
	    r->value[ED_WINDOWS_QUERY_TYPE].n == 0 && ed_windows_is_asked_for(a.type))
		r->value[ED_WINDOWS_QUERY_TYPE] = *type;
	ed_answer_add(&r->answers, &a, 0);
	ed_json_log_clear(r, SLOT_ANSWER_TYPE);
	ed_json_log_clear(r, SLOT_ANSWER_DATA);
}

static bool windows_json_is_own(const struct ed_json_log_record *r)
{
	return ed_windows_is_event(r->value);
}

/* True when a value without which the record tells little is not there. */
static bool lacks_values(const struct ed_span *value)
{
	struct ed_span id = value[ED_WINDOWS_EVENT_ID];

	if (value[ED_WINDOWS_PID].n == 0 || value[ED_WINDOWS_IMAGE].n == 0)
		return true;
	if (ed_span_is(id, "22"))
		return value[ED_WINDOWS_QUERY_NAME].n == 0;
	return ed_span_is(id, "3") && value[ED_WINDOWS_DEST_IP].n == 0;
}

/* The classic text, which is only read where it is needed. Returns the bytes of space it took. */
static size_t read_message(struct ed_json_log_record *r)
{
	struct ed_span message = r->value[ED_WINDOWS_MESSAGE], text;
	struct ed_json_text t = { .p = message.p, .room = r->space };

	if (message.n == 0 || message.p[-1] != '"' || !lacks_values(r->value))
		return 0;
	if (!ed_json_text_unescape(&t, &text))
		return 0;
	ed_windows_message(text, r->value);
	return text.n;
}

static enum ed_drop windows_json_emit(struct ed_json_log_record *r, struct ed_batch *out)
{
	size_t used = read_message(r);
	struct ed_windows_record record = {
		.value = r->value,
		.answers = &r->answers,
		.time = r->time,
		.space = r->space + used,
		.offset = r->offset,
		.source = r->source,
		.stamp_is_utc = (r->places & 1U << WINLOG) != 0,
		.slashes_twice = (r->places & 1U << ENVELOPE) != 0,
	};

	return ed_windows_emit(&record, out);
}

/* What frame and resolve keep, each its part. */
struct state {
	struct ed_lines lines; /* first: it is all that the shared frame knows */
	struct ed_windows_clock clock;
};

static void windows_json_resolve(void *state, const struct ed_unit *unit, struct ed_batch *out)
{
	struct state *s = state;

	(void)unit;
	ed_windows_clock_resolve(&s->clock, out);
}

static const struct ed_json_log_kind kind = {
	.rows = rows,
	.element = take_element,
	.is_own = windows_json_is_own,
	.emit = windows_json_emit,
};

static unsigned windows_json_probe(struct ed_span head)
{
	return ed_json_log_probe(&kind, head);
}

static int windows_json_scratch_new(void **ret)
{
	return ed_json_log_scratch_new(&kind, ret);
}

const struct ed_format ed_format_windows_json = {
	.name = "windows-json",
	.help = "Windows events as JSON: Sysmon, DNS client and server, by any shipper",
	.platforms = 1u << ED_PLATFORM_WINDOWS | 1u << ED_PLATFORM_LINUX |
		     1u << ED_PLATFORM_NETWORK,
	.fields = ED_WINDOWS_FIELDS,
	.state_bytes = sizeof(struct state),
	.probe = windows_json_probe,
	.frame = ed_json_log_frame,
	.scratch_new = windows_json_scratch_new,
	.scratch_free = ed_json_log_scratch_free,
	.decode = ed_json_log_decode,
	.resolve = windows_json_resolve,
};
