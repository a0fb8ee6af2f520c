/* SPDX-License-Identifier: Apache-2.0 */
/* Values by the text of their stretch; see memo.h. */
#include "format/zeek/memo.h"

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
	ed_text_memo_clear(&m->texts);
}

void ed_zeek_memo_keep(struct ed_zeek_memo *m, const struct ed_text_stretch *s, const uint8_t *end,
		       const struct ed_zeek_record *r, uint16_t note)
{
	const struct ed_event *ev = r->ev;
	int place;

	if (r->bad & group_roles[s->group])
		return;
	place = ed_text_memo_keep(&m->texts, s, end);
	if (place < 0)
		return;
	m->entry[place] = (struct ed_zeek_memo_entry){
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
}
