/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One event as one line:
 *	{"kind":"query","file":"dns.pcap","offset":24,"format":"pcap","time":"2026-11-03T14:02:11.250...
 */
#include "sink/event_json.h"

#include "base/hex.h"
#include "base/time.h"
#include "record/rrtype.h"

#include <inttypes.h>
#include <stdio.h>

enum { TIME_TEXT_MAX = ED_TIME_TEXT_MAX + 16 };

static const char *const kinds[ED_EVENT_N] = {
	[ED_EVENT_DNS_QUERY] = "query", [ED_EVENT_DNS_RESPONSE] = "response",
	[ED_EVENT_DNS_PAIR] = "pair",   [ED_EVENT_NOT_DNS] = "not-dns",
	[ED_EVENT_FLOW] = "flow",       [ED_EVENT_PROCESS] = "process",
	[ED_EVENT_PACKAGE] = "package",
};

/* By value; what is not in a list has no key in the output. */
struct names {
	const char *const *v;
	size_t n;
};

#define NAMES(list) ((struct names){ list, sizeof(list) / sizeof((list)[0]) })

static const char *const time_qualities[] = {
	[ED_TIME_EXACT_UTC] = "utc",
	[ED_TIME_OFFSET_KNOWN] = "offset-known",
	[ED_TIME_ZONE_ASSUMED] = "zone-assumed",
	[ED_TIME_YEAR_ASSUMED] = "year-assumed",
	[ED_TIME_RECEIVED] = "received",
	[ED_TIME_NONE] = "none",
};

static const char *const vantages[] = {
	[ED_VANTAGE_UNKNOWN] = NULL,
	[ED_VANTAGE_ENDPOINT] = "endpoint",
	[ED_VANTAGE_CLIENT_SIDE] = "client-side",
	[ED_VANTAGE_RESOLVER] = "resolver",
	[ED_VANTAGE_UPSTREAM] = "upstream",
};

static const char *const transports[] = {
	[ED_TRANSPORT_UNKNOWN] = NULL, [ED_TRANSPORT_UDP] = "udp",
	[ED_TRANSPORT_TCP] = "tcp",    [ED_TRANSPORT_DOT] = "dot",
	[ED_TRANSPORT_DOH] = "doh",    [ED_TRANSPORT_DNSCRYPT] = "dnscrypt",
	[ED_TRANSPORT_DOQ] = "doq",    [ED_TRANSPORT_LOCAL] = "local",
};

static const char *const services[] = {
	[ED_FLOW_OTHER] = "other", [ED_FLOW_DNS] = "dns", [ED_FLOW_DOT] = "dot",
	[ED_FLOW_HTTPS] = "https", [ED_FLOW_DOH] = "doh",
};

static const char *const counted[] = {
	[ED_COUNTED_UNKNOWN] = NULL,
	[ED_COUNTED_PAYLOAD] = "payload",
	[ED_COUNTED_IP] = "ip",
	[ED_COUNTED_FRAME] = "frame",
};

static const char *const attributions[] = {
	[ED_ATTRIBUTION_NONE] = NULL,         [ED_ATTRIBUTION_WEAK] = "weak",
	[ED_ATTRIBUTION_COMMAND] = "command", [ED_ATTRIBUTION_SOCKET] = "socket",
	[ED_ATTRIBUTION_STUB] = "stub",       [ED_ATTRIBUTION_DIRECT] = "direct",
};

static const char *const actions[] = {
	[ED_PACKAGE_LISTED] = "listed",
	[ED_PACKAGE_INSTALLED] = "installed",
	[ED_PACKAGE_REMOVED] = "removed",
	[ED_PACKAGE_LEVEL_SET] = "level-set",
};

static const char *const acceptances[] = {
	[ED_ACCEPTANCE_UNKNOWN] = NULL,          [ED_ACCEPTANCE_CERTIFIED] = "certified",
	[ED_ACCEPTANCE_ACCEPTED] = "accepted",   [ED_ACCEPTANCE_PARTNER] = "partner",
	[ED_ACCEPTANCE_COMMUNITY] = "community",
};

static const char *const texts[ED_TEXT_N] = {
	[ED_TEXT_HOST] = "host",
	[ED_TEXT_IMAGE] = "image",
	[ED_TEXT_COMMAND] = "command",
	[ED_TEXT_PARENT] = "parent",
	[ED_TEXT_PARENT_COMMAND] = "parent_command",
	[ED_TEXT_USER] = "user",
	[ED_TEXT_HASHES] = "hashes",
	[ED_TEXT_SIGNER] = "signer",
	[ED_TEXT_UNIT] = "unit",
	[ED_TEXT_PACKAGE] = "package",
	[ED_TEXT_VERSION] = "version",
	[ED_TEXT_VENDOR] = "vendor",
};

struct bit_name {
	unsigned bit;
	const char *name;
};

static const struct bit_name flags[] = {
	{ ED_DNS_AA, "aa" }, { ED_DNS_TC, "tc" }, { ED_DNS_RD, "rd" }, { ED_DNS_RA, "ra" },
	{ 0x0040, "z" },     { ED_DNS_AD, "ad" }, { ED_DNS_CD, "cd" }, { 0, NULL },
};

static const struct bit_name losses[] = {
	{ ED_LOST_CASE, "case" },       { ED_LOST_LABELS, "labels" },
	{ ED_LOST_ESCAPES, "escapes" }, { ED_LOST_BYTES, "bytes" },
	{ ED_LOST_NAME, "name" },       { ED_LOST_TAIL, "tail" },
	{ ED_LOST_WIRE, "wire" },       { 0, NULL },
};

static const struct bit_name launches[] = {
	{ ED_LAUNCH_CRON, "cron" },         { ED_LAUNCH_SERVICE, "service" },
	{ ED_LAUNCH_TERMINAL, "terminal" }, { ED_LAUNCH_REMOTE, "remote" },
	{ ED_LAUNCH_SOCKET, "socket" },     { ED_LAUNCH_WEB, "web" },
	{ ED_LAUNCH_OFFICE, "office" },     { 0, NULL },
};

static void put_name(struct ed_json *j, const char *key, struct names list, unsigned value)
{
	if (value < list.n && list.v[value])
		ed_json_str(j, key, list.v[value]);
}

static void put_bits(struct ed_json *j, const char *key, const struct bit_name *list, unsigned bits)
{
	ed_json_array(j, key);
	for (; list->name; list++) {
		if (bits & list->bit)
			ed_json_str(j, NULL, list->name);
	}
	ed_json_array_end(j);
}

static void put_addr(struct ed_json *j, const char *key, const struct ed_addr *addr)
{
	char text[ED_ADDR_TEXT_MAX];

	(void)ed_addr_to_text(addr, text);
	ed_json_str(j, key, text);
}

static void put_domain(struct ed_json *j, const char *key, struct ed_span wire)
{
	char text[ED_NAME_TEXT_MAX + 1];

	(void)ed_name_to_text(wire, text);
	ed_json_str(j, key, text);
}

/* With all the digits a capture has: 2026-11-03T14:02:11.250000123Z. */
static void put_time(struct ed_json *j, const char *key, int64_t time_ns)
{
	char text[TIME_TEXT_MAX];
	int64_t ns = time_ns % ED_NS_PER_S;
	char *point;

	(void)ed_time_to_text(time_ns, text);
	point = strchr(text, '.');
	if (!point) {
		ed_json_time(j, key, time_ns);
		return;
	}
	if (ns < 0)
		ns += ED_NS_PER_S;
	(void)snprintf(point, sizeof(text) - (size_t)(point - text), ".%09" PRId64 "Z", ns);
	ed_json_str(j, key, text);
}

static void put_net(const struct ed_event *ev, struct ed_json *j)
{
	enum { VNI = 1 << 30, VLAN_BITS = 12, VLAN_MASK = 0xfff }; /* as wire/packet.h has it */

	if (ev->net_tag & VNI) {
		ed_json_u64(j, "vni", ev->net_tag & ~(uint32_t)VNI);
		return;
	}
	if (ev->net_tag & VLAN_MASK)
		ed_json_u64(j, "vlan", ev->net_tag & VLAN_MASK);
	if (ev->net_tag >> VLAN_BITS)
		ed_json_u64(j, "inner_vlan", ev->net_tag >> VLAN_BITS);
}

static void put_head(const struct ed_event *ev, const char *path, const char *format,
		     struct ed_json *j)
{
	put_name(j, "kind", NAMES(kinds), ev->kind);
	ed_json_str(j, "file", path);
	ed_json_u64(j, "offset", ev->offset);
	ed_json_str(j, "format", format);
	if (ev->has & ED_FIELD_TIME)
		put_time(j, "time", ev->time_ns);
	put_name(j, "time_quality", NAMES(time_qualities), ev->time_quality);
	put_name(j, "vantage", NAMES(vantages), ev->vantage);
	if (ev->platform != ED_PLATFORM_UNKNOWN)
		ed_json_str(j, "platform", ed_platform_name(ev->platform));
}

static void put_ends(const struct ed_event *ev, struct ed_json *j)
{
	if (ev->has & ED_FIELD_CLIENT)
		put_addr(j, "client", &ev->client);
	if (ev->has & ED_FIELD_CLIENT_PORT)
		ed_json_u64(j, "client_port", ev->client_port);
	if (ev->has & ED_FIELD_RESOLVER)
		put_addr(j, "resolver", &ev->resolver);
	if (ev->resolver_port > 0)
		ed_json_u64(j, "resolver_port", ev->resolver_port);
	if (ev->has & ED_FIELD_TRANSPORT)
		put_name(j, "transport", NAMES(transports), ev->transport);
	put_net(ev, j);
}

static void put_question(const struct ed_event *ev, struct ed_json *j)
{
	char type[ED_RRTYPE_TEXT_MAX];

	if (ev->has & ED_FIELD_QNAME)
		put_domain(j, ev->kind == ED_EVENT_FLOW ? "server_name" : "qname",
			   ed_event_qname(ev));
	if (ev->lost)
		put_bits(j, "lost", losses, ev->lost);
	if (!(ev->has & ED_FIELD_QTYPE))
		return;
	(void)ed_rrtype_name(ev->qtype, type);
	ed_json_str(j, "qtype", type);
	if (ev->qclass > 0)
		ed_json_u64(j, "qclass", ev->qclass);
}

static void put_header(const struct ed_event *ev, struct ed_json *j)
{
	if (ev->has & ED_FIELD_TXID)
		ed_json_u64(j, "txid", ev->txid);
	if (ev->has & ED_FIELD_OPCODE)
		ed_json_u64(j, "opcode", ev->opcode);
	if (ev->has & ED_FIELD_FLAGS)
		put_bits(j, "flags", flags, ev->flags);
	if (ev->has & ED_FIELD_RCODE)
		ed_json_u64(j, "rcode", ev->rcode);
	if (!(ev->has & ED_FIELD_EDNS))
		return;
	ed_json_u64(j, "edns_size", ev->edns_size);
	if (ev->edns_size > 0 || ev->edns_options_bytes > 0)
		ed_json_u64(j, "edns_options_bytes", ev->edns_options_bytes);
}

static void put_answers(const struct ed_event *ev, struct ed_json *j)
{
	const struct ed_dns_answers *a = &ev->answers;

	if (ev->has & ED_FIELD_ANSWERS) {
		ed_json_u64(j, "answers", a->n);
		ed_json_u64(j, "answer_addresses", a->n_addresses);
	}
	if (ev->has & ED_FIELD_RDATA_BYTES) {
		ed_json_u64(j, "answer_bytes_opaque", a->bytes_opaque);
		ed_json_u64(j, "answer_bytes_names", a->bytes_names);
	}
	if (ev->has & ED_FIELD_TTL) {
		ed_json_u64(j, "ttl_min", a->ttl_min_s);
		ed_json_u64(j, "ttl_max", a->ttl_max_s);
	}
}

static void put_sizes(const struct ed_event *ev, struct ed_json *j)
{
	if (ev->has & ED_FIELD_SIZE_QUERY)
		ed_json_u64(j, "size_query", ev->size_query);
	if (ev->has & ED_FIELD_SIZE_RESPONSE)
		ed_json_u64(j, "size_response", ev->size_response);
	if (ev->trailing_bytes > 0)
		ed_json_u64(j, "trailing_bytes", ev->trailing_bytes);
	if (ev->has & ED_FIELD_RTT)
		ed_json_i64(j, "rtt_us", ev->rtt_us);
}

static void put_foreign(const struct ed_foreign_payload *f, struct ed_json *j)
{
	char hex[2 * ED_FOREIGN_FIRST_BYTES + 1];
	size_t n = f->n_first < ED_FOREIGN_FIRST_BYTES ? f->n_first : ED_FOREIGN_FIRST_BYTES;

	*ed_hex_put(f->first, n, hex) = '\0';
	ed_json_str(j, "first_bytes", hex);
}

static void put_flow(const struct ed_flow *f, struct ed_json *j)
{
	ed_json_object(j, "flow");
	put_name(j, "service", NAMES(services), f->service);
	ed_json_u64(j, "packets_up", f->packets_up);
	ed_json_u64(j, "packets_down", f->packets_down);
	ed_json_u64(j, "duration_ms", f->duration_ms);
	put_name(j, "counted", NAMES(counted), f->counted);
	if (f->sample_rate > 1)
		ed_json_u64(j, "sample_rate", f->sample_rate);
	ed_json_object_end(j);
}

static void put_package(const struct ed_package *p, struct ed_json *j)
{
	put_name(j, "action", NAMES(actions), p->action);
	put_name(j, "acceptance", NAMES(acceptances), p->acceptance);
	if (p->is_forced)
		ed_json_bool(j, "forced", true);
}

static void put_process(const struct ed_process *p, struct ed_json *j)
{
	ed_json_object(j, "process");
	if (p->pid)
		ed_json_u64(j, "pid", p->pid);
	if (p->ppid)
		ed_json_u64(j, "ppid", p->ppid);
	if (p->start_ns != ED_TIME_UNKNOWN_NS)
		put_time(j, "start", p->start_ns);
	put_name(j, "attribution", NAMES(attributions), p->attribution);
	if (p->launch)
		put_bits(j, "launch", launches, p->launch);
	for (unsigned i = 0; i < ED_TEXT_N; i++) {
		if (p->text_n[i] > 0)
			ed_json_span(j, texts[i], ed_process_text(p, (enum ed_text)i));
	}
	if (p->is_cut)
		ed_json_bool(j, "cut", true);
	ed_json_object_end(j);
}

void ed_event_json(const struct ed_event *ev, const char *path, const char *format,
		   struct ed_buf *out)
{
	struct ed_json j;

	ed_json_init(&j, out);
	ed_json_object(&j, NULL);
	put_head(ev, path, format, &j);
	put_ends(ev, &j);
	put_question(ev, &j);
	put_header(ev, &j);
	put_sizes(ev, &j);
	if (ev->kind == ED_EVENT_NOT_DNS)
		put_foreign(&ev->foreign, &j);
	else if (ev->kind == ED_EVENT_FLOW)
		put_flow(&ev->flow, &j);
	else if (ev->kind == ED_EVENT_PACKAGE)
		put_package(&ev->package, &j);
	else
		put_answers(ev, &j);
	if (ed_event_process(ev))
		put_process(ed_event_process(ev), &j);
	ed_json_object_end(&j);
}
