/* SPDX-License-Identifier: Apache-2.0 */
/* From message to event; see dns_event.h. */
#include "format/packet/dns_event.h"

#include "record/batch.h"
#include "wire/dns.h"

enum {
	FLAGS_MASK = 0x87f0, /* the second word without opcode and rcode */
	HAS_HEADER = ED_FIELD_TXID | ED_FIELD_OPCODE | ED_FIELD_FLAGS,
	HAS_QUESTION = ED_FIELD_QNAME | ED_FIELD_QNAME_CASE | ED_FIELD_QNAME_BYTES | ED_FIELD_QTYPE,
};

static uint16_t clamp16(uint32_t v)
{
	return (uint16_t)(v > UINT16_MAX ? UINT16_MAX : v);
}

static void fill_answers(const struct ed_dns_message *m, struct ed_dns_answers *ret)
{
	ret->n = clamp16(m->n_answers);
	ret->n_addresses = 0;
	ed_answers_count_addresses(ret, m->n_addresses);
	ret->nowhere = m->nowhere & 15U;
	ret->bytes_opaque = m->bytes_opaque;
	ret->bytes_names = m->bytes_names;
	ret->ttl_min_s = m->ttl_min_s;
	ret->ttl_max_s = m->ttl_max_s;
	ret->first_v4 = m->first_v4;
	ret->hash = (uint32_t)(m->hash ^ m->hash >> 32);
}

static void fill_response(const struct ed_dns_message *m, size_t wire_n, bool records,
			  struct ed_event *ev)
{
	ev->kind = ED_EVENT_DNS_RESPONSE;
	ev->size_response = (uint32_t)wire_n;
	ev->rcode = (uint16_t)(m->rcode_high << 4 | (m->flags & 15));
	ev->has |= ED_FIELD_RCODE | ED_FIELD_SIZE_RESPONSE;
	if (!records)
		return;
	fill_answers(m, &ev->answers);
	ev->has |= ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES;
	if (m->n_ttls > 0)
		ev->has |= ED_FIELD_TTL;
}

int ed_dns_event_read(struct ed_span msg, size_t wire_n, struct ed_event *ev)
{
	struct ed_dns_message m;
	bool cut = wire_n > msg.n;
	int r;

	r = ed_dns_parse(msg, ed_event_name_room(ev), &m);
	if (r != 0)
		return r;
	ev->txid = m.id;
	ev->flags = m.flags & FLAGS_MASK;
	ev->opcode = m.flags >> 11 & 15;
	ev->name_n = m.qname_n;
	ev->qtype = m.qtype;
	ev->qclass = m.qclass;
	ev->edns_size = m.edns_size;
	ev->edns_options_bytes = m.edns_options_bytes;
	ev->has |= HAS_HEADER | (m.qname_n > 0 ? (uint32_t)HAS_QUESTION : 0);
	/* Without an OPT record in sight and with records that cannot be read, EDNS stays unknown.
	 */
	if (m.has_opt || !m.broken)
		ev->has |= ED_FIELD_EDNS;
	if (!cut) {
		ev->trailing_bytes = clamp16(m.trailing_bytes);
		ev->lost |= m.broken ? ED_LOST_WIRE : 0;
	}
	if (m.flags & ED_DNS_QR) {
		fill_response(&m, wire_n, !cut || !m.broken, ev);
	} else {
		ev->kind = ED_EVENT_DNS_QUERY;
		ev->size_query = (uint32_t)wire_n;
		ev->has |= ED_FIELD_SIZE_QUERY;
	}
	return 0;
}
