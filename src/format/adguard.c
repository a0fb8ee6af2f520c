/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AdGuard Home's querylog.json, one lookup a line:
 *	{"T":"2026-11-03T14:02:11.250333+01:00","QH":"www.example.net","QT":"A","QC":"IN","CP":"",
 *	 "Answer":"Qz+BgAAB...","Elapsed":837429,"IP":"192.0.2.10"}
 *
 * "Answer" is the whole response as it was sent, so that everything of it is read from the message;
 * the keys beside it only count where it is missing or cannot be read.
 */
#include <errno.h>
#include <stdlib.h>

#include "format/text/base64.h"
#include "format/packet/dns_event.h"
#include "format/text/logline.h"
#include "wire/json.h"

enum {
	MESSAGE_MAX = 65535,
	PROBE_MAX = 4096,
	FIELDS = ED_LOGLINE_FIELDS | ED_FIELD_TRANSPORT | ED_FIELD_TXID | ED_FIELD_QNAME_CASE |
		 ED_FIELD_QNAME_BYTES | ED_FIELD_OPCODE | ED_FIELD_FLAGS | ED_FIELD_EDNS |
		 ED_FIELD_RCODE | ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES | ED_FIELD_TTL |
		 ED_FIELD_SIZE_RESPONSE | ED_FIELD_RTT,
};

struct adguard {
	struct ed_json_reader *json;
	uint8_t message[MESSAGE_MAX];
};

/* The values of one line; strings are borrowed from the reader. */
struct entry {
	struct ed_span time, name, type, class, protocol, client, answer;
	double elapsed_ns;
	bool has_elapsed;
};

static void adguard_scratch_free(void *scratch)
{
	struct adguard *a = scratch;

	if (a)
		ed_json_reader_free(a->json);
	free(a);
}

static int adguard_scratch_new(void **ret)
{
	struct adguard *a = calloc(1, sizeof(*a));
	int r;

	if (!a)
		return -ENOMEM;
	r = ed_json_reader_new(ED_UNIT_MAX_BYTES, &a->json);
	if (r < 0) {
		adguard_scratch_free(a);
		return r;
	}
	*ret = a;
	return 0;
}

/* All keys of interest but two have one or two letters. */
static struct ed_span *place_of(struct entry *e, struct ed_span key)
{
	if (key.n == 1)
		return key.p[0] == 'T' ? &e->time : NULL;
	if (key.n != 2)
		return ed_span_is(key, "Answer") ? &e->answer : NULL;
	switch (key.p[0] << 8 | key.p[1]) {
	case 'Q' << 8 | 'H':
		return &e->name;
	case 'Q' << 8 | 'T':
		return &e->type;
	case 'Q' << 8 | 'C':
		return &e->class;
	case 'C' << 8 | 'P':
		return &e->protocol;
	case 'I' << 8 | 'P':
		return &e->client;
	default:
		return NULL;
	}
}

static void read_entry(struct ed_json_value *root, struct entry *ret)
{
	struct ed_json_value value = { .type = ED_JSON_NULL };
	struct ed_span key;

	*ret = (struct entry){ .has_elapsed = false };
	while (ed_json_next(&root->walk, &key, &value)) {
		if (value.type == ED_JSON_STRING) {
			struct ed_span *place = place_of(ret, key);

			if (place)
				*place = value.string;
		} else if (value.type == ED_JSON_NUMBER && ed_span_is(key, "Elapsed")) {
			ret->elapsed_ns = value.number;
			ret->has_elapsed = true;
		}
	}
}

/* Decodes into the message; returns its bytes, 0 when @text is not base64 or too long. */
static size_t from_base64(struct adguard *a, struct ed_span text)
{
	while (text.n > 0 && text.p[text.n - 1] == '=')
		text.n--;
	return ed_base64_decode(text, a->message, MESSAGE_MAX - 1);
}

/* What the message tells; false: there is none, or it is broken. */
static bool take_message(struct adguard *a, struct ed_span answer, struct ed_event *ev)
{
	size_t n = answer.n > 0 ? from_base64(a, answer) : 0;
	struct ed_event before = *ev;

	if (n > 0 && ed_dns_event_read(ed_span_of(a->message, n), n, ev) == 0 &&
	    ev->kind == ED_EVENT_DNS_RESPONSE && ev->name_n > 0)
		return true;
	*ev = before;
	return false;
}

static bool take_keys(const struct entry *e, struct ed_event *ev)
{
	if (e->name.n == 0 || !ed_logline_name(e->name, ED_NAME_MASTER, ev))
		return false;
	ev->lost |= ED_LOST_CASE;
	(void)ed_logline_type(e->type, ev);
	(void)ed_logline_class(e->class, ev);
	ev->kind = ED_EVENT_DNS_QUERY;
	return true;
}

static void take_protocol(struct ed_span name, struct ed_event *ev)
{
	static const struct {
		const char *name;
		enum ed_transport transport;
	} names[] = { { "doh", ED_TRANSPORT_DOH },
		      { "dot", ED_TRANSPORT_DOT },
		      { "doq", ED_TRANSPORT_DOQ },
		      { "dnscrypt", ED_TRANSPORT_DNSCRYPT } };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (ed_span_is(name, names[i].name)) {
			ev->transport = (uint8_t)names[i].transport;
			ev->has |= ED_FIELD_TRANSPORT;
		}
	}
}

static unsigned take_entry(struct adguard *a, const struct entry *e, struct ed_logtime *t,
			   struct ed_event *ev)
{
	struct ed_logtime_read time;

	if (e->time.n == 0 || e->client.n == 0)
		return ED_DROP_NO_FIELDS;
	if (ed_logtime_read(t, e->time, &time) != e->time.n || !ed_logline_client(e->client, ev))
		return ED_DROP_BAD_LINE;
	ed_logline_time(&time, ev);
	if (take_message(a, e->answer, ev))
		ev->kind = ED_EVENT_DNS_PAIR;
	else if (!take_keys(e, ev))
		return e->name.n > 0 ? ED_DROP_BAD_LINE : ED_DROP_NO_FIELDS;
	take_protocol(e->protocol, ev);
	if (e->has_elapsed && e->elapsed_ns >= 0 && e->elapsed_ns < 1000.0 * INT32_MAX) {
		ev->rtt_us = (int32_t)(e->elapsed_ns / 1000);
		ev->has |= ED_FIELD_RTT;
	}
	ev->vantage = ED_VANTAGE_RESOLVER;
	return ED_LOGLINE_EVENT;
}

static unsigned adguard_line(struct ed_logline_reader *r, struct ed_span line, struct ed_event *ev)
{
	struct adguard *a = r->scratch;
	struct ed_json_value root;
	struct entry e;

	if (ed_json_read(a->json, line, &root) != 0 || root.type != ED_JSON_OBJECT)
		return ED_DROP_BAD_LINE;
	read_entry(&root, &e);
	return take_entry(a, &e, &r->time, ev);
}

/* Sure when the first line has the keys that only this log has. */
static unsigned adguard_probe(struct ed_span head)
{
	static const char *const keys[] = { "\"QH\":", "\"QT\":", "\"QC\":", "\"IP\":", "\"T\":" };
	struct ed_span line;

	head = ed_lines_skip_bom(head);
	if (!ed_lines_next(&head, &line) || line.n == 0 || line.p[0] != '{')
		return 0;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (!memmem(line.p, line.n < PROBE_MAX ? line.n : PROBE_MAX, keys[i],
			    strlen(keys[i])))
			return 0;
	}
	return 95;
}

static void adguard_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	ed_logline_decode(adguard_line, scratch, unit, out);
}

const struct ed_format ed_format_adguard = {
	.name = "adguard",
	.help = "AdGuard Home querylog.json",
	.fields = FIELDS,
	.state_bytes = sizeof(struct ed_logline_state),
	.context_bytes = sizeof(struct ed_logline_context),
	.probe = adguard_probe,
	.frame = ed_logline_frame,
	.scratch_new = adguard_scratch_new,
	.scratch_free = adguard_scratch_free,
	.decode = adguard_decode,
};
