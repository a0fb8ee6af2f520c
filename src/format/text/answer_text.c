/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers as text; see answer_text.h. Which types count as names and which as free bytes is as in
 * wire/dns.c, so that a log and a capture of the same traffic come to the same.
 *	A 192.0.2.7   CNAME www.example.net   TXT caf\xc3\xa9
 */
#include "format/text/answer_text.h"

#include "base/hash.h"
#include "format/text/addr.h"
#include "format/zeek/text.h"
#include "record/rrtype.h"

enum {
	TYPE_SIG = 24,
	TYPE_DNAME = 39,
	TYPE_RRSIG = 46,
	TYPE_NSEC = 47,
	TYPE_NSEC3 = 50,
	TYPE_NSEC3PARAM = 51,
	TYPE_CDS = 59,
	TYPE_CDNSKEY = 60,
	TYPE_TKEY = 249,
	TYPE_TSIG = 250,
	NAME_WIRE_EXTRA = 2, /* a name in wire form: the first length and the root */
};

bool ed_answer_type(struct ed_span name, uint16_t *ret)
{
	switch (name.n) {
	case 1:
		*ret = ED_RR_A;
		if (name.p[0] == 'A')
			return true;
		break;
	case 3:
		*ret = ED_RR_TXT;
		if (memcmp(name.p, "TXT", 3) == 0)
			return true;
		break;
	case 4:
		*ret = ED_RR_AAAA;
		if (memcmp(name.p, "AAAA", 4) == 0)
			return true;
		break;
	case 5:
		*ret = ED_RR_CNAME;
		if (memcmp(name.p, "CNAME", 5) == 0)
			return true;
		*ret = ED_RR_HTTPS;
		if (memcmp(name.p, "HTTPS", 5) == 0)
			return true;
		break;
	default:
		break;
	}
	*ret = 0;
	return ed_rrtype_from_name(name, ret);
}

static bool is_name(uint16_t type)
{
	switch (type) {
	case ED_RR_NS:
	case ED_RR_CNAME:
	case ED_RR_SOA:
	case ED_RR_PTR:
	case ED_RR_MX:
	case ED_RR_SRV:
	case TYPE_DNAME:
		return true;
	default:
		return false;
	}
}

/* Free bytes, when it is neither an address nor a name; the parts of DNSSEC when asked for. */
static bool is_free(uint16_t type, uint16_t qtype)
{
	switch (type) {
	case ED_RR_OPT:
	case TYPE_TSIG:
	case TYPE_TKEY:
	case TYPE_SIG:
		return false;
	case ED_RR_DS:
	case TYPE_RRSIG:
	case TYPE_NSEC:
	case ED_RR_DNSKEY:
	case TYPE_NSEC3:
	case TYPE_NSEC3PARAM:
	case TYPE_CDS:
	case TYPE_CDNSKEY:
		return type == qtype;
	default:
		return true;
	}
}

/* True when @text is an address. */
static bool take_address(struct ed_dns_answers *sum, struct ed_span text)
{
	struct ed_addr addr;

	if (ed_text_addr_shape(text) == ED_TEXT_SHAPE_V6) {
		ed_answers_count_addresses(sum, 1);
		return true;
	}
	if (!ed_text_addr_read(text, &addr))
		return false;
	ed_answers_add_address(sum, &addr);
	return true;
}

static uint32_t text_bytes(const struct ed_answer *a)
{
	return a->rdata.n > 0 ? (uint32_t)ed_zeek_text_bytes(a->rdata) : 0;
}

static uint32_t name_bytes(const struct ed_answer *a)
{
	if (a->names_bytes > 0)
		return a->names_bytes;
	return text_bytes(a) + NAME_WIRE_EXTRA;
}

static void add_rdata(struct ed_answer_text *s, const struct ed_answer *a, uint16_t qtype)
{
	struct ed_dns_answers *sum = &s->sum;

	s->rdata_known = true;
	if ((a->type == ED_RR_A || a->type == ED_RR_AAAA) && take_address(sum, a->rdata))
		return;
	/* A sum, so that the same records in another order are the same answer. It is no table's
	 * key, which is why the key of the run is not needed. */
	sum->hash += (uint32_t)ed_hash_bytes(a->rdata.p, a->rdata.n, a->type);
	if (is_name(a->type))
		sum->bytes_names += name_bytes(a);
	else if (is_free(a->type, qtype))
		sum->bytes_opaque += text_bytes(a);
}

void ed_answer_add(struct ed_answer_text *s, const struct ed_answer *a, uint16_t qtype)
{
	struct ed_dns_answers *sum = &s->sum;

	if (sum->n < UINT16_MAX)
		sum->n++;
	if (a->has_ttl) {
		if (!s->ttl_known || a->ttl_s < sum->ttl_min_s)
			sum->ttl_min_s = a->ttl_s;
		if (a->ttl_s > sum->ttl_max_s)
			sum->ttl_max_s = a->ttl_s;
		s->ttl_known = true;
	}
	if (a->has_rdata)
		add_rdata(s, a, qtype);
}

void ed_answer_add_other(struct ed_answer_text *s, const struct ed_answer *a, uint16_t qtype)
{
	if (a->has_rdata && a->type != ED_RR_A && a->type != ED_RR_AAAA && !is_name(a->type) &&
	    is_free(a->type, qtype))
		s->sum.bytes_opaque += text_bytes(a);
}

void ed_answer_give(const struct ed_answer_text *s, struct ed_event *ev)
{
	struct ed_dns_answers *to = &ev->answers;
	const struct ed_dns_answers *from = &s->sum;
	uint32_t n = (uint32_t)to->n + from->n;
	bool empty = n == 0;

	to->n = (uint16_t)(n < UINT16_MAX ? n : UINT16_MAX);
	ed_answers_count_addresses(to, from->n_addresses);
	if (to->nowhere == 0)
		to->nowhere = from->nowhere;
	to->bytes_opaque += from->bytes_opaque;
	to->bytes_names += from->bytes_names;
	to->hash += from->hash;
	if (to->first_v4 == 0)
		to->first_v4 = from->first_v4;
	if (s->ttl_known) {
		if (!(ev->has & ED_FIELD_TTL) || from->ttl_min_s < to->ttl_min_s)
			to->ttl_min_s = from->ttl_min_s;
		if (from->ttl_max_s > to->ttl_max_s)
			to->ttl_max_s = from->ttl_max_s;
		ev->has |= ED_FIELD_TTL;
	}
	ev->has |= ED_FIELD_ANSWERS;
	if (empty || s->rdata_known)
		ev->has |= ED_FIELD_RDATA_BYTES;
}
