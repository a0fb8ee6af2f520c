/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of stretches; see zeek_memo.h. Two words of the text choose a set of a few, which are
 * tried by how often they were met. A new one takes the place of the last and costs all others a
 * part of their credit, so that what is no longer met makes room.
 */
#include "format/zeek_memo.h"

enum { FADE_BITS = 3 }; /* a new stretch costs the others an eighth */

#define BIT(role) (UINT32_C(1) << ED_ZEEK_##role)

static const uint32_t group_roles[ED_ZEEK_GROUP_N] = {
	[ED_ZEEK_GROUP_SERVER] = BIT(RESP_H) | BIT(RESP_P) | BIT(PROTO),
	[ED_ZEEK_GROUP_KIND] = BIT(QCLASS) | BIT(QTYPE) | BIT(QTYPE_NAME) | BIT(RCODE) |
			       BIT(RCODE_NAME) | BIT(AA) | BIT(TC) | BIT(RD) | BIT(RA) | BIT(Z) |
			       BIT(OPCODE),
};

/* The fields of the event that a group makes known. */
static const uint32_t group_fields[ED_ZEEK_GROUP_N] = {
	[ED_ZEEK_GROUP_SERVER] = ED_FIELD_RESOLVER | ED_FIELD_TRANSPORT,
	[ED_ZEEK_GROUP_KIND] = ED_FIELD_QTYPE | ED_FIELD_RCODE | ED_FIELD_FLAGS | ED_FIELD_OPCODE,
};

enum ed_zeek_group ed_zeek_group_of(enum ed_zeek_role role)
{
	for (unsigned g = 0; g < ED_ZEEK_GROUP_N; g++) {
		if (role < ED_ZEEK_ROLE_N && (group_roles[g] & ed_zeek_bit(role)))
			return (enum ed_zeek_group)g;
	}
	return ED_ZEEK_GROUP_NONE;
}

void ed_zeek_memo_clear(struct ed_zeek_memo *m)
{
	memset(m->head, 0, sizeof(m->head));
	for (unsigned s = 0; s < ED_ZEEK_MEMO_SETS; s++) {
		for (unsigned i = 0; i < ED_ZEEK_MEMO_WAYS; i++)
			m->head[s][i].entry = (s * ED_ZEEK_MEMO_WAYS + i);
	}
}

const struct ed_zeek_memo_entry *ed_zeek_memo_search(struct ed_zeek_memo *m,
						     const struct ed_zeek_stretch *s,
						     const uint8_t *end, uint32_t hash)
{
	struct ed_zeek_memo_head *set = m->head[ed_zeek_memo_set(hash)];
	uint32_t tag = ed_zeek_memo_tag(s, hash);
	size_t room = (size_t)(end - s->p);

	for (unsigned i = 1; i < ED_ZEEK_MEMO_WAYS; i++) {
		struct ed_zeek_memo_head h = set[i];

		if (h.tag != tag || h.n - 1U >= room ||
		    !ed_zeek_memo_equal(m->entry[h.entry].text, s->p, h.n))
			continue;
		set[i].credit = ++h.credit;
		if (h.credit > set[i - 1].credit) {
			set[i] = set[i - 1];
			set[i - 1] = h;
		}
		return &m->entry[h.entry];
	}
	return NULL;
}

void ed_zeek_memo_keep(struct ed_zeek_memo *m, const struct ed_zeek_stretch *s, const uint8_t *end,
		       const struct ed_zeek_record *r, uint16_t note)
{
	uint32_t hash = ed_zeek_memo_hash(s);
	struct ed_zeek_memo_head *set = m->head[ed_zeek_memo_set(hash)];
	struct ed_zeek_memo_head *last = &set[ED_ZEEK_MEMO_WAYS - 1];
	struct ed_zeek_memo_entry *e = &m->entry[last->entry];
	const struct ed_event *ev = r->ev;
	size_t n = (size_t)(end - s->p);

	/* The words must lie within: otherwise what is behind would decide where it is found. */
	if (n > ED_ZEEK_MEMO_TEXT_MAX || n < s->word[0] + 8U || n < s->word[1] + 8U ||
	    (r->bad & group_roles[s->group]))
		return;
	for (unsigned i = 0; i < ED_ZEEK_MEMO_WAYS; i++)
		set[i].credit -= set[i].credit >> FADE_BITS;
	last->tag = ed_zeek_memo_tag(s, hash);
	last->n = (uint32_t)n;
	last->credit = 0;
	*e = (struct ed_zeek_memo_entry){
		.n = (uint16_t)n,
		.seen = r->seen & group_roles[s->group],
		.has = ev->has & group_fields[s->group],
		.note = note,
		.transport = ev->transport,
		.opcode = ev->opcode,
		.resolver_port = ev->resolver_port,
		.resolver = ev->resolver,
		.flags = ev->flags,
		.qtype = ev->qtype,
		.qclass = ev->qclass,
		.rcode = ev->rcode,
		.qtype_by_name = r->qtype_by_name,
		.rcode_by_name = r->rcode_by_name,
	};
	memcpy(e->text, s->p, n);
}
