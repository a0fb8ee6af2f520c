/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that were read before, by the text of their stretch (format/text/memo.h): the server, and
 * the kind of lookup.
 *	1	C_INTERNET	28	AAAA	0	NOERROR	F	F	T	T	0
 * gives class, type, code and flags.
 *
 * A stretch is kept when each value in it could be read, and taken for a record into which none of
 * its group was read yet, so that a hit does exactly what reading would do.
 */
#ifndef ED_FORMAT_ZEEK_MEMO_H
#define ED_FORMAT_ZEEK_MEMO_H

#include "format/text/memo.h"
#include "format/zeek/record.h"

/* Roles that are kept together. */
enum ed_zeek_group {
	ED_ZEEK_GROUP_NONE,
	ED_ZEEK_GROUP_SERVER, /* address, port, protocol */
	ED_ZEEK_GROUP_KIND,   /* class, type, codes, flags */
	ED_ZEEK_GROUP_N
};

struct ed_zeek_memo_entry {
	uint16_t note; /* the format's own */
	uint32_t seen;
	uint32_t has;
	uint8_t transport;
	uint8_t opcode;
	uint16_t resolver_port;
	struct ed_addr resolver;
	uint16_t flags;
	uint16_t qtype;
	uint16_t qclass;
	uint16_t rcode;
	uint16_t qtype_by_name;
	uint16_t rcode_by_name;
};

struct ed_zeek_memo {
	struct ed_text_memo texts;
	struct ed_zeek_memo_entry entry[ED_TEXT_MEMO_PLACES]; /* by place */
};

enum ed_zeek_group ed_zeek_group_of(enum ed_zeek_role role);

/* Makes @m know nothing, whatever memory it is. */
void ed_zeek_memo_clear(struct ed_zeek_memo *m);

/* To be asked before the first value of @group is read: true for the first time in a record. */
static inline bool ed_zeek_memo_may(struct ed_zeek_record *r, enum ed_zeek_group group)
{
	bool began = r->groups >> group & 1;

	r->groups |= (uint8_t)(1U << group);
	return !began;
}

/* Puts what is known of a stretch of @group into @r. */
static inline void ed_zeek_memo_put(const struct ed_zeek_memo_entry *e, unsigned group,
				    struct ed_zeek_record *r)
{
	struct ed_event *ev = r->ev;

	r->seen |= e->seen;
	ev->has |= e->has;
	if (group == ED_ZEEK_GROUP_SERVER) {
		ev->resolver = e->resolver;
		ev->resolver_port = e->resolver_port;
		ev->transport = e->transport;
		return;
	}
	ev->flags = e->flags;
	ev->qtype = e->qtype;
	ev->qclass = e->qclass;
	ev->rcode = e->rcode;
	ev->opcode = e->opcode;
	r->qtype_by_name = e->qtype_by_name;
	r->rcode_by_name = e->rcode_by_name;
}

/*
 * What is known of the stretch that begins at @s->p and lies before @end, put into @r, which may
 * take it; NULL: nothing. As for ed_text_memo_find. The group of @s is an ed_zeek_group.
 */
static inline const struct ed_text_memo_head *ed_zeek_memo_take(struct ed_zeek_memo *m,
								const struct ed_text_stretch *s,
								const uint8_t *end,
								struct ed_zeek_record *r)
{
	const struct ed_text_memo_head *h = ed_text_memo_find(&m->texts, s, end);

	if (h)
		ed_zeek_memo_put(&m->entry[h->place], s->group, r);
	return h;
}

/*
 * Keeps a stretch that ends before @end and was read into @r, of whose group nothing had been read
 * before. It holds no line end.
 */
void ed_zeek_memo_keep(struct ed_zeek_memo *m, const struct ed_text_stretch *s, const uint8_t *end,
		       const struct ed_zeek_record *r, uint16_t note);

#endif
