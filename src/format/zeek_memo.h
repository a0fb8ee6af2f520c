/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was read before. Some values of a record stand side by side and vary little: the server, and
 * the kind of lookup. The text of such a stretch, separators included, is looked up as a whole and
 * gives all its values at once.
 *	1	C_INTERNET	28	AAAA	0	NOERROR	F	F	T	T	0
 * gives class, type, code and flags.
 *
 * It is a cache and never seen in a result: a stretch is kept when each value in it could be read,
 * and taken for a record into which none of its group was read yet, so that a hit does exactly what
 * reading would do. The table has a fixed size; a search looks at ED_ZEEK_MEMO_WAYS texts.
 */
#ifndef ED_FORMAT_ZEEK_MEMO_H
#define ED_FORMAT_ZEEK_MEMO_H

#include "format/lines.h"
#include "format/zeek.h"

enum {
	ED_ZEEK_MEMO_TEXT_MAX = 192,
	ED_ZEEK_MEMO_SETS = 32, /* a power of two */
	ED_ZEEK_MEMO_WAYS = 4,
	ED_ZEEK_MEMO_SLACK_BYTES = 64, /* readable behind every text, whatever they hold */
};

/* Roles that are kept together. */
enum ed_zeek_group {
	ED_ZEEK_GROUP_NONE,
	ED_ZEEK_GROUP_SERVER, /* address, port, protocol */
	ED_ZEEK_GROUP_KIND,   /* class, type, codes, flags */
	ED_ZEEK_GROUP_N
};

/* Of a stretch, what is looked at first; those of a set in the order of their credit. */
struct ed_zeek_memo_head {
	uint32_t tag;    /* a hash, in its lowest byte `from` itself */
	uint32_t credit; /* hits, fading */
	uint32_t n;      /* bytes of the text; 0: free */
	uint32_t entry;
};

struct ed_zeek_memo_entry {
	uint8_t text[ED_ZEEK_MEMO_TEXT_MAX];
	uint16_t n;    /* bytes of the text */
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
	struct ed_zeek_memo_head head[ED_ZEEK_MEMO_SETS][ED_ZEEK_MEMO_WAYS];
	struct ed_zeek_memo_entry entry[ED_ZEEK_MEMO_SETS * ED_ZEEK_MEMO_WAYS];
};

/*
 * A stretch that begins at @p. The format's number of the column or key there says what it means;
 * two words of its text, where they begin, what tells it from others of its group. They end within
 * the shortest stretch that is kept.
 */
struct ed_zeek_stretch {
	const uint8_t *p;
	uint8_t group;
	uint8_t from;
	uint8_t word[2];
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

/* Multiply and add; an attacker who finds collisions gains a slower cache. */
static inline uint32_t ed_zeek_memo_hash(const struct ed_zeek_stretch *s)
{
	uint64_t a = ed_load_8(s->p + s->word[0]) * 0x9e3779b97f4a7c15U;
	uint64_t b = ed_load_8(s->p + s->word[1]);

	return (uint32_t)((((a ^ a >> 32) + b) * 0xd6e8feb86659fd93U) >> 32);
}

static inline uint32_t ed_zeek_memo_tag(const struct ed_zeek_stretch *s, uint32_t hash)
{
	return (hash & ~UINT32_C(0xff)) | s->from;
}

static inline unsigned ed_zeek_memo_set(uint32_t hash)
{
	return hash >> 8 & (ED_ZEEK_MEMO_SETS - 1);
}

/*
 * True when the first @n bytes at @a and @b are alike, of which as many more are readable as lie
 * behind every text. How long a stretch is varies, so up to 64 bytes are compared at once whatever
 * @n is.
 */
static inline bool ed_zeek_memo_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
	uint64_t same = 0;

	if (n > 4 * ED_LINES_STEP)
		return memcmp(a, b, n) == 0;
	for (unsigned i = 0; i < 4; i++)
		same |= (uint64_t)ed_lines_equal(a + i * ED_LINES_STEP, b + i * ED_LINES_STEP)
			<< i * ED_LINES_STEP;
	return n == 0 || ~same << (64 - n) == 0;
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

/* The rest of ed_zeek_memo_take: those behind the first of a set. */
const struct ed_zeek_memo_entry *ed_zeek_memo_search(struct ed_zeek_memo *m,
						     const struct ed_zeek_stretch *s,
						     const uint8_t *end, uint32_t hash);

/*
 * What is known of the stretch that begins at @s->p and lies before @end, put into @r, which may
 * take it; NULL: nothing. Valid until the next ed_zeek_memo_keep.
 */
static inline const struct ed_zeek_memo_entry *ed_zeek_memo_take(struct ed_zeek_memo *m,
								 const struct ed_zeek_stretch *s,
								 const uint8_t *end,
								 struct ed_zeek_record *r)
{
	uint32_t hash = ed_zeek_memo_hash(s);
	struct ed_zeek_memo_head *h = m->head[ed_zeek_memo_set(hash)];
	const struct ed_zeek_memo_entry *e = &m->entry[h->entry];

	if (h->tag == ed_zeek_memo_tag(s, hash) && h->n - 1U < (size_t)(end - s->p) &&
	    ed_zeek_memo_equal(e->text, s->p, h->n))
		h->credit++;
	else if (!(e = ed_zeek_memo_search(m, s, end, hash)))
		return NULL;
	ed_zeek_memo_put(e, s->group, r);
	return e;
}

/*
 * Keeps a stretch that ends before @end and was read into @r, of whose group nothing had been read
 * before. It holds no line end.
 */
void ed_zeek_memo_keep(struct ed_zeek_memo *m, const struct ed_zeek_stretch *s, const uint8_t *end,
		       const struct ed_zeek_record *r, uint16_t note);

#endif
