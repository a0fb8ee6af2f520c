/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values of JSON logs that several formats have in the same way; see log.h.
 *	"2026-11-03T14:02:11Z"   1793714531250   "10 mx.example."   "\"v=spf1\" \"-all\""
 */
#include "format/json/log.h"

#include "base/ascii.h"
#include "base/time.h"
#include "format/text/logline.h"

enum {
	DIGITS_S = 11,
	DIGITS_MS = 14,
	DIGITS_US = 17,
	DIGITS_NS = 19,
};

/* Digits at the front of @text, up to 19, as a number. Returns how many; 0: none, or too many. */
static size_t take_digits(struct ed_span text, uint64_t *ret)
{
	uint64_t v = 0;
	size_t n = 0;

	for (; n < text.n && ed_is_digit(text.p[n]); n++) {
		if (n == DIGITS_NS)
			return 0;
		v = v * 10 + (text.p[n] - (unsigned)'0');
	}
	*ret = v;
	return n;
}

static bool time_from_number(struct ed_span text, int64_t *ret_ns)
{
	uint64_t v, unit = 1;
	size_t n = take_digits(text, &v);

	if (n == 0)
		return false;
	if (n <= DIGITS_S)
		return ed_time_from_epoch_text(text, ret_ns);
	if (n <= DIGITS_MS)
		unit = 1000 * 1000;
	else if (n <= DIGITS_US)
		unit = 1000;
	if (n != text.n || v > INT64_MAX / unit)
		return false;
	*ret_ns = (int64_t)(v * unit);
	return true;
}

bool ed_json_log_time(struct ed_json_log_record *r, struct ed_span text, struct ed_event *ev)
{
	struct ed_logtime_read time;

	if (text.n == 0)
		return false;
	if (time_from_number(text, &ev->time_ns)) {
		ev->time_quality = ED_TIME_EXACT_UTC;
		ev->has |= ED_FIELD_TIME;
		return true;
	}
	if (ed_logtime_read(r->time, text, &time) != text.n || time.quality > ED_TIME_ZONE_ASSUMED)
		return false;
	ed_logline_time(&time, ev);
	if (text.p[text.n - 1] == 'Z')
		ev->time_quality = ED_TIME_EXACT_UTC;
	return true;
}

static uint16_t port_of(struct ed_span text)
{
	uint32_t v;

	return ed_json_text_number(text, UINT16_MAX, &v) ? (uint16_t)v : 0;
}

bool ed_json_log_client(struct ed_span addr, struct ed_span port, struct ed_event *ev)
{
	if (!ed_logline_client(addr, ev))
		return false;
	ev->client_port = port_of(port);
	if (ev->client_port > 0)
		ev->has |= ED_FIELD_CLIENT_PORT;
	return true;
}

void ed_json_log_resolver(struct ed_span addr, struct ed_span port, struct ed_event *ev)
{
	uint16_t none = 0;

	if (addr.n == 0 || !ed_logline_endpoint(addr, '\n', &ev->resolver, &none))
		return;
	ev->resolver_port = port_of(port);
	ev->has |= ED_FIELD_RESOLVER;
}

void ed_json_log_name(struct ed_span text, struct ed_event *ev)
{
	ed_logline_name_kept(text, ED_NAME_MASTER, ev);
}

void ed_json_log_transport(struct ed_span text, struct ed_event *ev)
{
	static const struct {
		char name[8];
		enum ed_transport transport;
	} names[] = {
		{ "udp", ED_TRANSPORT_UDP },   { "tcp", ED_TRANSPORT_TCP },
		{ "tls", ED_TRANSPORT_DOT },   { "dot", ED_TRANSPORT_DOT },
		{ "https", ED_TRANSPORT_DOH }, { "doh", ED_TRANSPORT_DOH },
		{ "quic", ED_TRANSPORT_DOQ },
	};
	char lower[8] = { 0 };

	if (text.n == 0 || text.n >= sizeof(lower))
		return;
	ed_name_lower(text.p, text.n, (uint8_t *)lower);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (memcmp(lower, names[i].name, sizeof(lower)) == 0) {
			ev->transport = (uint8_t)names[i].transport;
			ev->has |= ED_FIELD_TRANSPORT;
			return;
		}
	}
}

void ed_json_log_size_query(struct ed_span text, struct ed_event *ev)
{
	if (ed_json_text_number(text, UINT16_MAX, &ev->size_query))
		ev->has |= ED_FIELD_SIZE_QUERY;
}

void ed_json_log_size_response(struct ed_span text, struct ed_event *ev)
{
	if (ed_json_text_number(text, UINT16_MAX, &ev->size_response))
		ev->has |= ED_FIELD_SIZE_RESPONSE;
}

/* What is between the quotes of "one" "two", escapes undone; @text begins with a quote. */
static struct ed_span unquote(struct ed_json_log_record *r, struct ed_span text)
{
	struct ed_span inner = ed_span_of(text.p + 1, text.n - 1);
	const uint8_t *end = memchr(inner.p, '"', inner.n);
	bool inside = false;
	size_t n = 0;

	/* one string without an escape, which nearly all are */
	if (end == text.p + text.n - 1 && !memchr(inner.p, '\\', inner.n))
		return ed_span_of(inner.p, inner.n - 1);
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		unsigned d[3];

		if (c == '"') {
			inside = !inside;
			continue;
		}
		if (c == '\\' && i + 1 < text.n) {
			c = text.p[++i];
			for (unsigned k = 0; k < 3; k++)
				d[k] = i + k < text.n ? text.p[i + k] - (unsigned)'0' : 10;
			if (d[0] <= 2 && d[1] <= 9 && d[2] <= 9) {
				c = (uint8_t)(d[0] * 100 + d[1] * 10 + d[2]);
				i += 2;
			}
		}
		if (inside)
			r->space[n++] = c;
	}
	return ed_span_of(r->space, n);
}

/* The name in data like "10 mx.example." */
static struct ed_span last_word(struct ed_span text)
{
	const uint8_t *blank = text.n > 0 ? memrchr(text.p, ' ', text.n) : NULL;

	return blank ? ed_span_from(text, (size_t)(blank - text.p) + 1) : text;
}

void ed_json_log_answer(struct ed_json_log_record *r, const struct ed_answer *answer,
			uint16_t qtype)
{
	struct ed_answer a = *answer;

	if (a.has_rdata && a.rdata.n > 0 && a.rdata.p[0] == '"')
		a.rdata = unquote(r, a.rdata);
	else if (a.type == ED_RR_MX || a.type == ED_RR_SRV)
		a.rdata = last_word(a.rdata);
	ed_answer_add(&r->answers, &a, qtype);
}

void ed_json_log_rtt(struct ed_span text, int64_t unit_us, struct ed_event *ev)
{
	int64_t nano; /* thousand millionths of the unit */

	if (text.n == 0 || !ed_time_from_epoch_text(text, &nano) || nano < 0 ||
	    nano / ED_NS_PER_S >= INT32_MAX / unit_us)
		return;
	ev->rtt_us = (int32_t)(nano / 1000 * unit_us / (1000 * 1000));
	ev->has |= ED_FIELD_RTT;
}
