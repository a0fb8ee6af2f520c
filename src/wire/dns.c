/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The DNS message parser; see dns.h. A query for "t.example" TXT with an empty OPT record:
 *	be ef 01 00 00 01 00 00 00 00 00 01         id, flags, four counts
 *	01 't' 07 'e' 'x' 'a' 'm' 'p' 'l' 'e' 00    name
 *	00 10 00 01                                 type, class
 *	00 00 29 10 00 00 00 00 00 00 00            root, OPT, 4096, rcode/version/flags, no options
 */
#include "wire/dns.h"

#include "base/addr.h"
#include "base/cursor.h"
#include "base/hash.h"

enum {
	TYPE_A = 1,
	TYPE_NS = 2,
	TYPE_CNAME = 5,
	TYPE_SOA = 6,
	TYPE_PTR = 12,
	TYPE_MX = 15,
	TYPE_SIG = 24,
	TYPE_AAAA = 28,
	TYPE_SRV = 33,
	TYPE_DNAME = 39,
	TYPE_OPT = 41,
	TYPE_DS = 43,
	TYPE_RRSIG = 46,
	TYPE_NSEC = 47,
	TYPE_DNSKEY = 48,
	TYPE_NSEC3 = 50,
	TYPE_NSEC3PARAM = 51,
	TYPE_CDS = 59,
	TYPE_CDNSKEY = 60,
	TYPE_TKEY = 249,
	TYPE_TSIG = 250,
};

enum { SECTION_ANSWER = 1, SECTION_ADDITIONAL = 3 };

enum { RR_FIXED_BYTES = 10 }; /* type, class, TTL, data length */

struct walk {
	struct ed_span msg;
	size_t off;      /* next byte */
	unsigned n_seen; /* records so far */
	unsigned n_steps;
	struct ed_dns_message *m;
};

struct record {
	uint16_t type;
	uint16_t class;
	uint32_t ttl;
	struct ed_span data;
	size_t data_off;
};

/* Where the name at @off ends in the message, without following pointers; 0 when it is broken. */
static size_t name_skip(struct ed_span msg, size_t off)
{
	while (off < msg.n) {
		uint8_t c = msg.p[off];

		if (c > 0 && c <= ED_LABEL_MAX) {
			off += 1u + c;
			continue;
		}
		if (c == 0)
			return off + 1;
		return c >= 0xc0 && off + 2 <= msg.n ? off + 2 : 0;
	}
	return 0;
}

/*
 * The name at @off, uncompressed, into @ret. Returns its length, 0 when it is broken. Every pointer
 * must lead before the place where the part that holds it began, so the loop ends.
 */
static unsigned name_expand(struct ed_span msg, size_t off, uint8_t *ret, unsigned *n_steps)
{
	size_t part = off;
	unsigned n = 0, n_jumps = 0;

	while (off < msg.n && (*n_steps)++ < ED_DNS_STEPS_MAX) {
		uint8_t c = msg.p[off];

		if (c == 0) {
			ret[n] = 0;
			return n + 1;
		}
		if (c <= ED_LABEL_MAX) {
			if (msg.n - off <= c || n + 1 + c + 1 > ED_NAME_MAX)
				return 0;
			memcpy(ret + n, msg.p + off, 1u + c);
			n += 1u + c;
			off += 1u + c;
			continue;
		}
		if (c < 0xc0 || msg.n - off < 2 || ++n_jumps > ED_DNS_JUMPS_MAX)
			return 0;
		off = ed_get_be16(msg.p + off) & 0x3fff;
		if (off >= part || off < ED_DNS_HEADER_BYTES)
			return 0;
		part = off;
	}
	return 0;
}

/* The first question. Its name is nearly always plain: then it is found first and copied in one
 * piece. */
static bool read_question(struct walk *w, uint8_t *qname)
{
	size_t end = name_skip(w->msg, w->off);
	size_t n = end - w->off;
	unsigned n_steps = 0;

	if (end == 0 || w->msg.n - end < 4)
		return false;
	if (w->msg.p[end - 1] == 0 && n <= ED_NAME_MAX && (n < 2 || w->msg.p[end - 2] < 0xc0)) {
		memcpy(qname, w->msg.p + w->off, n);
	} else {
		n = name_expand(w->msg, w->off, qname, &n_steps);
		if (n == 0)
			return false;
	}
	w->m->qname_n = (uint8_t)n;
	w->m->qtype = ed_get_be16(w->msg.p + end);
	w->m->qclass = ed_get_be16(w->msg.p + end + 2);
	w->off = end + 4;
	return true;
}

/* Questions behind the first are passed over; nobody asks two. */
static bool skip_questions(struct walk *w)
{
	for (unsigned i = 1; i < w->m->n_claimed[0]; i++) {
		size_t end = name_skip(w->msg, w->off);

		if (end == 0 || w->msg.n - end < 4)
			return false;
		w->off = end + 4;
	}
	return true;
}

static bool read_record(struct walk *w, struct record *ret)
{
	size_t end = name_skip(w->msg, w->off);
	const uint8_t *p = w->msg.p + end;
	size_t data_n;

	if (end == 0 || w->msg.n - end < RR_FIXED_BYTES)
		return false;
	data_n = ed_get_be16(p + 8);
	if (w->msg.n - end - RR_FIXED_BYTES < data_n)
		return false;
	ret->type = ed_get_be16(p);
	ret->class = ed_get_be16(p + 2);
	ret->ttl = ed_get_be32(p + 4);
	ret->data_off = end + RR_FIXED_BYTES;
	ret->data = ed_span_of(p + RR_FIXED_BYTES, data_n);
	w->off = ret->data_off + data_n;
	return true;
}

static bool is_address(const struct record *r)
{
	return (r->type == TYPE_A && r->data.n == 4) || (r->type == TYPE_AAAA && r->data.n == 16);
}

/* Bytes before the name in the data of types that carry one; -1: the type carries none. */
static int bytes_before_name(uint16_t type)
{
	switch (type) {
	case TYPE_NS:
	case TYPE_CNAME:
	case TYPE_SOA:
	case TYPE_PTR:
	case TYPE_DNAME:
		return 0;
	case TYPE_MX:
		return 2;
	case TYPE_SRV:
		return 6;
	default:
		return -1;
	}
}

/*
 * Is the data of a record that is no address free bytes? All but names and what keeps DNS itself
 * running. Records of DNSSEC come along with honest answers; they count when they are what was
 * asked for.
 */
static bool is_opaque(uint16_t type, uint16_t qtype)
{
	switch (type) {
	case TYPE_TSIG:
	case TYPE_TKEY:
	case TYPE_SIG:
		return false;
	case TYPE_DS:
	case TYPE_RRSIG:
	case TYPE_NSEC:
	case TYPE_DNSKEY:
	case TYPE_NSEC3:
	case TYPE_NSEC3PARAM:
	case TYPE_CDS:
	case TYPE_CDNSKEY:
		return type == qtype;
	default:
		return bytes_before_name(type) < 0;
	}
}

/* A record that carries a name: its length, and a hash that does not depend on compression or case.
 */
static uint64_t digest_name(struct walk *w, const struct record *r, unsigned n_before)
{
	uint8_t buf[8 + ED_NAME_MAX];
	uint8_t *name = buf + n_before;
	size_t end = 0;
	unsigned n = 0;

	if (r->data.n > n_before)
		n = name_expand(w->msg, r->data_off + n_before, name, &w->n_steps);
	if (n > 0)
		end = name_skip(w->msg, r->data_off + n_before);
	if (n == 0 || end > r->data_off + r->data.n) {
		w->m->broken = true;
		w->m->bytes_opaque += (uint32_t)r->data.n;
		return ed_hash_bytes(r->data.p, r->data.n, r->type);
	}
	w->m->bytes_names += n;
	/* Nothing has a place behind the name, but in SOA. */
	if (r->type != TYPE_SOA)
		w->m->bytes_opaque += (uint32_t)(r->data_off + r->data.n - end);
	memcpy(buf, r->data.p, n_before);
	ed_name_lower(name, n, name);
	return ed_hash_bytes(buf, n_before + n, r->type);
}

static uint64_t digest(struct walk *w, const struct record *r)
{
	int n_before = bytes_before_name(r->type);

	if (n_before >= 0)
		return digest_name(w, r, (unsigned)n_before);
	return ed_hash_bytes(r->data.p, r->data.n, r->type);
}

static void look_at_answer(struct walk *w, const struct record *r)
{
	struct ed_dns_message *m = w->m;
	uint32_t ttl_s = r->ttl > INT32_MAX ? 0 : r->ttl; /* RFC 2181 §8 */

	if (m->n_ttls == 0 || ttl_s < m->ttl_min_s)
		m->ttl_min_s = ttl_s;
	if (ttl_s > m->ttl_max_s)
		m->ttl_max_s = ttl_s;
	m->n_ttls++;
	if (!is_address(r))
		m->hash += digest(w, r);
	else if (r->data.n == 4 && m->first_v4 == 0)
		m->first_v4 = ed_get_be32(r->data.p);
	else if (r->data.n == 16 && m->nowhere == 0)
		m->nowhere = (uint8_t)ed_addr_nowhere(r->data.p);
}

static void note_opt(struct ed_dns_message *m, const struct record *r)
{
	size_t n = m->edns_options_bytes + r->data.n;

	if (!m->has_opt) {
		m->has_opt = true;
		m->edns_size = r->class;
		m->rcode_high = (uint8_t)(r->ttl >> 24);
	}
	m->edns_options_bytes = (uint16_t)(n > UINT16_MAX ? UINT16_MAX : n);
}

static bool read_section(struct walk *w, unsigned section)
{
	struct ed_dns_message *m = w->m;
	struct record r;

	for (unsigned i = 0; i < m->n_claimed[section]; i++) {
		if (!read_record(w, &r))
			return false;
		w->n_seen++;
		if (r.type == TYPE_OPT) {
			note_opt(m, &r);
			continue;
		}
		if (is_address(&r))
			m->n_addresses += section == SECTION_ANSWER;
		else if (is_opaque(r.type, m->qtype))
			m->bytes_opaque += (uint32_t)r.data.n;
		if (section != SECTION_ANSWER)
			continue;
		m->n_answers++;
		if (w->n_seen <= ED_DNS_RECORDS_MAX)
			look_at_answer(w, &r);
	}
	return true;
}

static bool read_records(struct walk *w)
{
	if (!skip_questions(w))
		return false;
	for (unsigned section = SECTION_ANSWER; section <= SECTION_ADDITIONAL; section++) {
		if (w->m->n_claimed[section] > 0 && !read_section(w, section))
			return false;
	}
	return true;
}

int ed_dns_parse(struct ed_span msg, uint8_t qname[static ED_NAME_MAX], struct ed_dns_message *ret)
{
	struct walk w = { .msg = msg, .off = ED_DNS_HEADER_BYTES, .m = ret };

	if (msg.n < ED_DNS_HEADER_BYTES)
		return ED_DNS_MALFORMED;
	memset(ret, 0, sizeof(*ret));
	ret->id = ed_get_be16(msg.p);
	ret->flags = ed_get_be16(msg.p + 2);
	for (unsigned i = 0; i < 4; i++)
		ret->n_claimed[i] = ed_get_be16(msg.p + 4 + 2 * i);
	if (ret->n_claimed[0] > 0 && !read_question(&w, qname))
		return ED_DNS_MALFORMED;
	if (!read_records(&w))
		ret->broken = true;
	ret->trailing_bytes = (uint32_t)(msg.n - w.off);
	return 0;
}
