/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One lookup as one line of DNS Activity:
 *	{"activity_id":1,"category_uid":4,"class_uid":4003,"type_uid":400301,"time":1793714531250,...
 * What the class has no place for (header flags, sizes, what the answers come to) is in "unmapped".
 */
#include "sink/event_ocsf.h"

#include "base/json_out.h"
#include "base/time.h"
#include "record/rrtype.h"

#include <stdio.h>

enum {
	CLASS_DNS_ACTIVITY = 4003,
	ACTIVITY_QUERY = 1,
	ACTIVITY_RESPONSE = 2,
	ACTIVITY_TRAFFIC = 6,
	SEVERITY_INFORMATIONAL = 1,
	NS_PER_MS = 1000000,
	NS_PER_US = 1000,
	OPCODE_OTHER = 99,
	OPCODE_KNOWN_MAX = 6,
	RCODE_UNASSIGNED = 24,
	RCODE_RESERVED = 25,
	RCODE_RESERVED_MIN = 3841,
	FILE_EXECUTABLE = 8,
	PRINTED_MAX = 4 * ED_TEXT_COMMAND_MAX + 1,
};

/* As the schema spells them. */
static const char *const rcodes[] = {
	[0] = "NoError",     [1] = "FormError", [2] = "ServError", [3] = "NXDomain",
	[4] = "NotImp",      [5] = "Refused",   [6] = "YXDomain",  [7] = "YXRRSet",
	[8] = "NXRRSet",     [9] = "NotAuth",   [10] = "NotZone",  [11] = "DSOTYPENI",
	[16] = "BADVERS",    [17] = "BADKEY",   [18] = "BADTIME",  [19] = "BADMODE",
	[20] = "BADNAME",    [21] = "BADALG",   [22] = "BADTRUNC", [23] = "BADCOOKIE",
	[24] = "Unassigned", [25] = "Reserved",
};

static const char *const protocols[] = {
	[ED_TRANSPORT_UNKNOWN] = NULL, [ED_TRANSPORT_UDP] = "udp",  [ED_TRANSPORT_TCP] = "tcp",
	[ED_TRANSPORT_DOT] = "tcp",    [ED_TRANSPORT_DOH] = "tcp",  [ED_TRANSPORT_DNSCRYPT] = NULL,
	[ED_TRANSPORT_DOQ] = "udp",    [ED_TRANSPORT_LOCAL] = NULL,
};

struct activity {
	unsigned id;
	const char *name;
};

static const struct activity activities[] = {
	[ED_EVENT_DNS_QUERY] = { ACTIVITY_QUERY, "Query" },
	[ED_EVENT_DNS_RESPONSE] = { ACTIVITY_RESPONSE, "Response" },
	[ED_EVENT_DNS_PAIR] = { ACTIVITY_TRAFFIC, "Traffic" },
};

static int64_t ms_of(int64_t time_ns)
{
	return time_ns / NS_PER_MS - (time_ns % NS_PER_MS < 0);
}

/* The number that the schema gives a response code: its own, or that of its kind. */
static unsigned rcode_id(unsigned rcode)
{
	if (rcode >= RCODE_RESERVED_MIN)
		return RCODE_RESERVED;
	if (rcode >= RCODE_UNASSIGNED || !rcodes[rcode])
		return RCODE_UNASSIGNED;
	return rcode;
}

static void put_class(const struct ed_event *ev, struct ed_json *j)
{
	const struct activity *a = &activities[ev->kind];
	char type[48];

	(void)snprintf(type, sizeof(type), "DNS Activity: %s", a->name);
	ed_json_u64(j, "activity_id", a->id);
	ed_json_str(j, "activity_name", a->name);
	ed_json_u64(j, "category_uid", CLASS_DNS_ACTIVITY / 1000);
	ed_json_str(j, "category_name", "Network Activity");
	ed_json_u64(j, "class_uid", CLASS_DNS_ACTIVITY);
	ed_json_str(j, "class_name", "DNS Activity");
	ed_json_u64(j, "type_uid", CLASS_DNS_ACTIVITY * 100 + a->id);
	ed_json_str(j, "type_name", type);
	ed_json_u64(j, "severity_id", SEVERITY_INFORMATIONAL);
	ed_json_str(j, "severity", "Informational");
}

static void put_times(const struct ed_event *ev, struct ed_json *j)
{
	ed_json_i64(j, "time", ms_of(ev->time_ns));
	if (ev->kind == ED_EVENT_DNS_RESPONSE)
		ed_json_i64(j, "response_time", ms_of(ev->time_ns));
	else
		ed_json_i64(j, "query_time", ms_of(ev->time_ns));
	if (ev->kind == ED_EVENT_DNS_PAIR && (ev->has & ED_FIELD_RTT)) {
		ed_json_i64(j, "response_time",
			    ms_of(ev->time_ns + (int64_t)ev->rtt_us * NS_PER_US));
		ed_json_i64(j, "duration", ev->rtt_us / (NS_PER_MS / NS_PER_US));
	}
}

static void put_metadata(const char *format, struct ed_json *j)
{
	ed_json_object(j, "metadata");
	ed_json_str(j, "version", "1.8.0");
	ed_json_str(j, "log_name", format);
	ed_json_object(j, "product");
	ed_json_str(j, "name", "earthdog");
	ed_json_str(j, "vendor_name", "earthdog");
	ed_json_str(j, "version", ED_VERSION);
	ed_json_object_end(j);
	ed_json_object_end(j);
}

static bool put_text(struct ed_json *j, const char *key, struct ed_span text)
{
	char printed[PRINTED_MAX];

	if (ed_process_print(text, printed, sizeof(printed)) == 0)
		return false;
	ed_json_str(j, key, printed);
	return true;
}

static struct ed_span text_of(const struct ed_event *ev, enum ed_text id)
{
	const struct ed_process *p = ed_event_process(ev);

	return p ? ed_process_text(p, id) : ed_span_of(NULL, 0);
}

static void put_addr(struct ed_json *j, const struct ed_addr *addr)
{
	char text[ED_ADDR_TEXT_MAX];

	if (ed_addr_to_text(addr, text) > 0)
		ed_json_str(j, "ip", text);
}

static bool has_source(const struct ed_event *ev)
{
	return (ev->has & ED_FIELD_CLIENT) || text_of(ev, ED_TEXT_HOST).n > 0;
}

static void put_ends(const struct ed_event *ev, struct ed_json *j)
{
	if (has_source(ev)) {
		ed_json_object(j, "src_endpoint");
		if (ev->has & ED_FIELD_CLIENT)
			put_addr(j, &ev->client);
		(void)put_text(j, "hostname", text_of(ev, ED_TEXT_HOST));
		if (ev->has & ED_FIELD_CLIENT_PORT)
			ed_json_u64(j, "port", ev->client_port);
		ed_json_object_end(j);
	}
	if (ev->has & ED_FIELD_RESOLVER) {
		ed_json_object(j, "dst_endpoint");
		put_addr(j, &ev->resolver);
		if (ev->resolver_port > 0)
			ed_json_u64(j, "port", ev->resolver_port);
		ed_json_object_end(j);
	}
	if ((ev->has & ED_FIELD_TRANSPORT) &&
	    ev->transport < sizeof(protocols) / sizeof(*protocols) && protocols[ev->transport]) {
		ed_json_object(j, "connection_info");
		ed_json_u64(j, "direction_id", 0);
		ed_json_str(j, "protocol_name", protocols[ev->transport]);
		ed_json_object_end(j);
	}
}

static void put_class_name(struct ed_json *j, unsigned qclass)
{
	char text[16];

	if (qclass == 1)
		(void)snprintf(text, sizeof(text), "IN");
	else
		(void)snprintf(text, sizeof(text), "CLASS%u", qclass);
	ed_json_str(j, "class", text);
}

static void put_query(const struct ed_event *ev, struct ed_json *j)
{
	char name[ED_NAME_TEXT_MAX + 1], type[ED_RRTYPE_TEXT_MAX];

	if (!(ev->has & ED_FIELD_QNAME) || ed_name_to_text(ed_event_qname(ev), name) == 0)
		return;
	ed_json_object(j, "query");
	ed_json_str(j, "hostname", name);
	if (ev->has & ED_FIELD_QTYPE) {
		(void)ed_rrtype_name(ev->qtype, type);
		ed_json_str(j, "type", type);
	}
	if (ev->qclass > 0)
		put_class_name(j, ev->qclass);
	if (ev->has & ED_FIELD_OPCODE)
		ed_json_u64(j, "opcode_id",
			    ev->opcode <= OPCODE_KNOWN_MAX ? ev->opcode : OPCODE_OTHER);
	if (ev->has & ED_FIELD_TXID)
		ed_json_u64(j, "packet_uid", ev->txid);
	ed_json_object_end(j);
}

static void put_rcode(const struct ed_event *ev, struct ed_json *j)
{
	if (ev->kind == ED_EVENT_DNS_QUERY || !(ev->has & ED_FIELD_RCODE))
		return;
	ed_json_u64(j, "rcode_id", rcode_id(ev->rcode));
	ed_json_str(j, "rcode", rcodes[rcode_id(ev->rcode)]);
}

/* The schema wants a process to have a number; where the log tells none, its path stands for it. */
static void put_process(const struct ed_process *p, struct ed_json *j)
{
	struct ed_span image = ed_process_text(p, ED_TEXT_IMAGE);

	if (p->pid == 0 && image.n == 0)
		return;
	ed_json_object(j, "process");
	if (p->pid > 0 && p->pid <= INT32_MAX)
		ed_json_u64(j, "pid", p->pid);
	else
		(void)put_text(j, "uid", image);
	if (ed_image_base(image).n > 0) {
		ed_json_object(j, "file");
		(void)put_text(j, "name", ed_image_base(image));
		(void)put_text(j, "path", image);
		ed_json_u64(j, "type_id", FILE_EXECUTABLE);
		ed_json_object_end(j);
	}
	(void)put_text(j, "cmd_line", ed_process_text(p, ED_TEXT_COMMAND));
	ed_json_object_end(j);
}

static void put_actor(const struct ed_event *ev, struct ed_json *j)
{
	const struct ed_process *p = ed_event_process(ev);
	bool has_process = p && (p->pid > 0 || text_of(ev, ED_TEXT_IMAGE).n > 0);

	if (!has_process && text_of(ev, ED_TEXT_USER).n == 0)
		return;
	ed_json_object(j, "actor");
	if (has_process)
		put_process(p, j);
	if (text_of(ev, ED_TEXT_USER).n > 0) {
		ed_json_object(j, "user");
		(void)put_text(j, "name", text_of(ev, ED_TEXT_USER));
		ed_json_object_end(j);
	}
	ed_json_object_end(j);
}

static void put_u64_if(struct ed_json *j, bool is_known, const char *key, uint64_t value)
{
	if (is_known)
		ed_json_u64(j, key, value);
}

static void put_unmapped(const struct ed_event *ev, struct ed_json *j)
{
	const uint32_t told = ED_FIELD_FLAGS | ED_FIELD_SIZE_QUERY | ED_FIELD_SIZE_RESPONSE |
			      ED_FIELD_ANSWERS | ED_FIELD_TTL;

	if (!(ev->has & told))
		return;
	ed_json_object(j, "unmapped");
	put_u64_if(j, ev->has & ED_FIELD_FLAGS, "header_flags", ev->flags);
	put_u64_if(j, ev->has & ED_FIELD_SIZE_QUERY, "query_bytes", ev->size_query);
	put_u64_if(j, ev->has & ED_FIELD_SIZE_RESPONSE, "response_bytes", ev->size_response);
	put_u64_if(j, ev->has & ED_FIELD_ANSWERS, "answers", ev->answers.n);
	put_u64_if(j, ev->has & ED_FIELD_TTL, "ttl_min_s", ev->answers.ttl_min_s);
	ed_json_object_end(j);
}

bool ed_event_ocsf(const struct ed_event *ev, const char *format, struct ed_buf *out)
{
	struct ed_json j;

	if (!ed_event_is_lookup(ev) || !(ev->has & ED_FIELD_TIME) ||
	    !(has_source(ev) || (ev->has & ED_FIELD_RESOLVER)))
		return false;
	ed_json_init(&j, out);
	ed_json_object(&j, NULL);
	put_class(ev, &j);
	put_times(ev, &j);
	put_metadata(format, &j);
	put_ends(ev, &j);
	put_query(ev, &j);
	put_rcode(ev, &j);
	put_actor(ev, &j);
	put_unmapped(ev, &j);
	ed_json_object_end(&j);
	return true;
}
