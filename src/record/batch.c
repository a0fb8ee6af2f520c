/* SPDX-License-Identifier: Apache-2.0 */
/* The batch and its account; see batch.h. */
#include "record/batch.h"

#include "record/hidden_name.h"

struct drop_row {
	const char *name;
	const char *help;
	bool damaged;
};

static const struct drop_row drop_rows[ED_DROP_N] = {
#define DROP_ROW(id, row_name, row_damaged, row_help) \
	[ED_DROP_##id] = { .name = row_name, .help = row_help, .damaged = row_damaged },
	ED_DROPS(DROP_ROW)
#undef DROP_ROW
};

const char *ed_drop_name(unsigned drop)
{
	assert(drop < ED_DROP_N);
	return drop_rows[drop].name;
}

const char *ed_drop_help(unsigned drop)
{
	assert(drop < ED_DROP_N);
	return drop_rows[drop].help;
}

bool ed_drop_is_damage(unsigned drop)
{
	assert(drop < ED_DROP_N);
	return drop_rows[drop].damaged;
}

void ed_tally_init(struct ed_tally *t)
{
	memset(t, 0, sizeof(*t));
	t->first_damage = ED_DROP_N;
}

void ed_tally_drop_n(struct ed_tally *t, enum ed_drop drop, uint64_t offset, uint64_t n)
{
	if (n == 0)
		return;
	t->n_dropped[drop] += n;
	if (!drop_rows[drop].damaged)
		return;
	if (t->first_damage == ED_DROP_N || offset < t->first_damage_offset) {
		t->first_damage = (uint8_t)drop;
		t->first_damage_offset = offset;
	}
}

void ed_tally_drop(struct ed_tally *t, enum ed_drop drop, uint64_t offset)
{
	ed_tally_drop_n(t, drop, offset, 1);
}

void ed_tally_add(struct ed_tally *into, const struct ed_tally *t)
{
	into->n_read += t->n_read;
	into->n_analysed += t->n_analysed;
	for (unsigned i = 0; i < ED_DROP_N; i++)
		into->n_dropped[i] += t->n_dropped[i];
	if (t->first_damage == ED_DROP_N)
		return;
	if (into->first_damage == ED_DROP_N || t->first_damage_offset < into->first_damage_offset) {
		into->first_damage = t->first_damage;
		into->first_damage_offset = t->first_damage_offset;
	}
}

void ed_batch_reset(struct ed_batch *b)
{
	b->used = 0;
	b->n_events = 0;
	b->n_deferred = 0;
	ed_tally_init(&b->tally);
}

static struct ed_event *peek(struct ed_batch *b, size_t room)
{
	struct ed_event *ev;

	if (b->cap - b->used < room)
		return NULL;
	ev = (struct ed_event *)(void *)(b->data + b->used);
	memset(ev, 0, sizeof(*ev));
	return ev;
}

struct ed_event *ed_batch_peek(struct ed_batch *b)
{
	return peek(b, ED_EVENT_MAX_BYTES);
}

struct ed_event *ed_batch_peek_process(struct ed_batch *b)
{
	return peek(b, ED_EVENT_PROCESS_MAX_BYTES);
}

static size_t aligned(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

static void commit(struct ed_batch *b, struct ed_event *ev, size_t n)
{
	assert((uint8_t *)ev == b->data + b->used);
	ev->size_bytes = (uint16_t)aligned(n);
	b->used += ev->size_bytes;
	b->n_events++;
}

void ed_batch_commit(struct ed_batch *b, struct ed_event *ev)
{
	commit(b, ev, sizeof(*ev) + ev->name_n);
}

static void hide_name(struct ed_event *ev)
{
	ed_hidden_name_write(ev->answers.hash, ed_event_name_room(ev));
	ev->name_n = ED_HIDDEN_NAME_BYTES;
	ev->answers.hash = 0;
	ev->has |= ED_FIELD_QNAME;
}

void ed_batch_commit_process(struct ed_batch *b, struct ed_event *ev, const struct ed_process *p,
			     const struct ed_span text[static ED_TEXT_N])
{
	size_t at;

	if ((ev->lost & ED_LOST_NAME) && ev->name_n == 0 && ed_event_is_lookup(ev))
		hide_name(ev);
	at = aligned(sizeof(*ev) + ev->name_n);
	ev->process_off = (uint16_t)at;
	at += ed_process_write(p, text, (struct ed_process *)(void *)((uint8_t *)ev + at),
			       ED_PROCESS_MAX_BYTES);
	commit(b, ev, at);
}
