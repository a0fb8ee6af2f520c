/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Usual JSON lines; see usual.h. Each step takes a field and the text up to the next value,
 * and gives NULL for whatever it does not know. No text that is accepted holds a line end or a
 * zero, so that no step leaves the line.
 *	"trans_id":4711,"rtt":0.0013580322265625,"query":"www.example.net","qclass":...
 */
#include "format/zeek/usual.h"

#include "base/ascii.h"
#include "format/text/addr.h"
#include "format/zeek/flat.h"

enum {
	DECIMALS = 6,      /* of a time, at most */
	RTT_DECIMALS = 14, /* that are looked at; those of a double are nearly always more */
	RTT_DECIMALS_MAX = 24,
	/* Of the eight decimals behind the microseconds: so near a half, rounding is not done here.
	 */
	RTT_HALF = 50000000,
	RTT_NEAR = 10,
};

/* The text behind @s at @p; NULL: something else stands there. */
#define AFTER(p, s) (memcmp((p), (s), sizeof(s) - 1) == 0 ? (p) + sizeof(s) - 1 : NULL)

void ed_zeek_usual_init(struct ed_zeek_usual *u, const struct ed_zeek_keys *k,
			struct ed_zeek_memo *m)
{
	u->memo = m;
	u->server_from = (uint8_t)ed_zeek_keys_number(k, "id.resp_h");
	u->kind_from = (uint8_t)ed_zeek_keys_number(k, "qclass");
}

/*
 * "1790000000.25". As a double such a time is exact to a quarter of a microsecond before 2038, so
 * that whole microseconds are the same as those the double would be rounded to.
 */
static inline const uint8_t *usual_time(struct ed_zeek_usual *u, const uint8_t *p,
					struct ed_zeek_record *r)
{
	uint32_t fraction = 0, d;
	unsigned n = 0;

	if (p[0] == '0' || p[ED_ZEEK_CLOCK_DIGITS] != '.' || !ed_zeek_clock_read(&u->clock, p) ||
	    u->clock.time_ns > INT32_MAX * ED_NS_PER_S)
		return NULL;
	p += ED_ZEEK_CLOCK_DIGITS + 1;
	if (p[DECIMALS] == ',' && ed_digits_six(p, &fraction)) {
		n = DECIMALS;
	} else {
		fraction = 0;
		for (; n < DECIMALS && (d = p[n] - (uint32_t)'0') <= 9; n++)
			fraction = fraction * 10 + d;
		for (unsigned i = n; i < DECIMALS; i++)
			fraction *= 10;
	}
	if (n == 0)
		return NULL;
	r->ev->time_ns = u->clock.time_ns + (int64_t)fraction * 1000;
	ed_zeek_known(r, ED_ZEEK_TS, ED_FIELD_TIME);
	return p + n;
}

/* Behind the quote that ends the string at @p. */
static inline const uint8_t *usual_string(const uint8_t *p, struct ed_span *ret)
{
	const uint8_t *start = p;
	unsigned hits;

	while (!(hits = ed_zeek_flat_special(p)))
		p += ED_LINES_STEP;
	p += (unsigned)__builtin_ctz(hits);
	*ret = ed_span_of(start, (size_t)(p - start));
	return *p == '"' ? p + 1 : NULL;
}

static inline const uint8_t *usual_u16(const uint8_t *p, uint16_t *ret)
{
	uint32_t v = p[0] - (uint32_t)'0', d;
	unsigned n = 1;

	if (v > 9 || (v == 0 && p[1] != ','))
		return NULL;
	for (; n < 5 && (d = p[n] - (uint32_t)'0') <= 9; n++)
		v = v * 10 + d;
	*ret = (uint16_t)v;
	return v <= UINT16_MAX && p[n] == ',' ? p + n : NULL;
}

/*
 * "0.0013580322265625": the microseconds are what stands before the seventh decimal, rounded by
 * what stands behind. The double of the text, times a million, is off by less than a billionth.
 */
static inline const uint8_t *usual_rtt(const uint8_t *p, struct ed_zeek_record *r)
{
	uint32_t us, behind;
	unsigned n = RTT_DECIMALS;

	if (p[0] != '0' || p[1] != '.' || !ed_digits_six(p + 2, &us) ||
	    !ed_digits_read(p + 2 + DECIMALS, RTT_DECIMALS - DECIMALS, &behind) ||
	    (behind > RTT_HALF - RTT_NEAR && behind < RTT_HALF + RTT_NEAR))
		return NULL;
	while (n < RTT_DECIMALS_MAX && ed_is_digit(p[2 + n]))
		n++;
	r->ev->rtt_us = (int32_t)(us + (behind > RTT_HALF));
	ed_zeek_known(r, ED_ZEEK_RTT, ED_FIELD_RTT);
	return AFTER(p + 2 + n, ",\"query\":\"");
}

/* Behind the comma behind the bracket. */
static inline const uint8_t *usual_answers(const uint8_t *p, struct ed_zeek_record *r)
{
	struct ed_span item;

	do {
		if (*p != '"' || !(p = usual_string(p + 1, &item)))
			return NULL;
		ed_zeek_put_answer(r, item);
	} while (*p++ == ',');
	return p[-1] == ']' && *p == ',' ? p + 1 : NULL;
}

/* "60.0,60.0],": the records of one answer mostly have one TTL, and twice the same is once. */
static inline const uint8_t *usual_ttls(const uint8_t *p, struct ed_zeek_record *r)
{
	const uint8_t *last = NULL;
	unsigned n = 0, all = 0;
	uint32_t ttl_s;

	do {
		if (last && (ed_lines_equal(last, p) & all) == all &&
		    (p[n] == ',' || p[n] == ']')) {
			p += n;
			continue;
		}
		n = (unsigned)__builtin_ctz(ed_lines_match(p, '.') | 1U << ED_LINES_STEP);
		if (n > 8 || !ed_digits_read(p, n, &ttl_s) || (*p == '0' && n > 1) ||
		    p[n + 1] != '0')
			return NULL;
		ed_zeek_put_ttl(r, ttl_s);
		last = p;
		n += 2;
		all = (1U << n) - 1;
		p += n;
	} while (*p++ == ',');
	return p[-1] == ']' && *p == ',' ? p + 1 : NULL;
}

/* A stretch that is known, from its first value to behind its last comma. */
static inline const uint8_t *usual_stretch(struct ed_zeek_usual *u, unsigned group,
					   const uint8_t *p, const uint8_t *end,
					   struct ed_zeek_record *r)
{
	bool server = group == ED_ZEEK_GROUP_SERVER;
	struct ed_text_stretch s = ed_zeek_keys_stretch(p, group,
							server ? u->server_from : u->kind_from);
	const struct ed_text_memo_head *h = ed_zeek_memo_take(u->memo, &s, end, r);

	return h ? p + h->n : NULL;
}

/* From the time to the value behind "id.resp_h". */
static inline const uint8_t *usual_flow(struct ed_zeek_usual *u, const uint8_t *p,
					struct ed_zeek_record *r)
{
	struct ed_event *ev = r->ev;
	struct ed_span uid;
	uint32_t v4;
	size_t n;

	if (!(p = AFTER(p, "{\"ts\":")) || !(p = usual_time(u, p, r)) ||
	    !(p = AFTER(p, ",\"uid\":\"")) || !(p = usual_string(p, &uid)) ||
	    !(p = AFTER(p, ",\"id.orig_h\":\"")))
		return NULL;
	n = ed_text_v4_scan(p, &v4);
	if (n == 0 || !(p = AFTER(p + n, "\",\"id.orig_p\":")) ||
	    !(p = usual_u16(p, &ev->client_port)))
		return NULL;
	ed_text_v4_put(v4, &ev->client);
	return AFTER(p, ",\"id.resp_h\":");
}

/* From "trans_id" to the value behind "qclass". */
static inline const uint8_t *usual_query(const uint8_t *p, struct ed_zeek_record *r)
{
	const uint8_t *rtt;

	if (!(p = AFTER(p, "\"trans_id\":")) || !(p = usual_u16(p, &r->ev->txid)))
		return NULL;
	rtt = AFTER(p, ",\"rtt\":");
	p = rtt ? usual_rtt(rtt, r) : AFTER(p, ",\"query\":\"");
	if (!p || !(p = usual_string(p, &r->query)))
		return NULL;
	return AFTER(p, ",\"qclass\":");
}

/* From behind the stretch of the kind to the end of the object. */
static inline const uint8_t *usual_reply(const uint8_t *p, struct ed_zeek_record *r)
{
	const uint8_t *value;

	if ((value = AFTER(p, "\"answers\":[")) && !(p = usual_answers(value, r)))
		return NULL;
	if ((value = AFTER(p, "\"TTLs\":[")) && !(p = usual_ttls(value, r)))
		return NULL;
	if (!(p = AFTER(p, "\"rejected\":")))
		return NULL;
	return *p == 'f' ? AFTER(p, "false}") : AFTER(p, "true}");
}

bool ed_zeek_usual_read(struct ed_zeek_usual *u, struct ed_span line, struct ed_zeek_record *r)
{
	const uint8_t *end = line.p + line.n;
	const uint8_t *p;

	if (!(p = usual_flow(u, line.p, r)) ||
	    !(p = usual_stretch(u, ED_ZEEK_GROUP_SERVER, p, end, r)) || !(p = usual_query(p, r)) ||
	    !(p = usual_stretch(u, ED_ZEEK_GROUP_KIND, p, end, r)) || usual_reply(p, r) != end)
		return false;
	r->seen |= ed_zeek_bit(ED_ZEEK_ORIG_H) | ed_zeek_bit(ED_ZEEK_ORIG_P) |
		   ed_zeek_bit(ED_ZEEK_TRANS_ID) | ed_zeek_bit(ED_ZEEK_QUERY);
	r->ev->has |= ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT | ED_FIELD_TXID;
	return true;
}
