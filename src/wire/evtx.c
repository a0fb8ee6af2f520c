/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk over a chunk of a Windows event log; see evtx.h. A record:
 *
 *   2a 2a 00 00  u32 size  u64 id  u64 time  binary XML ...  u32 size again
 *
 * Records follow one another without a gap. Where one does not begin where the last one ended, the
 * next place that looks like a record, both of its sizes included, is where reading goes on.
 */
#include "wire/evtx.h"

#include "base/cursor.h"
#include "base/hash.h"

enum {
	RECORD_HEAD_BYTES = 24,
	RECORD_MIN_BYTES = 28,
	RECORD_LIKELY_MIN_BYTES = 64, /* no real one is smaller */
	SEEN_WAYS = 8,
	SEEN_SLACK = 1, /* flags in the low bits of a hash */
	SEEN_USED = 2,
};

static const uint8_t record_magic[4] = { '*', '*', 0, 0 };

static uint64_t get_le64(const uint8_t *p)
{
	return (uint64_t)ed_get_le32(p + 4) << 32 | ed_get_le32(p);
}

/* ---------------------------------------------------------------- duplicates */

static uint64_t key_of(const uint8_t *record)
{
	uint64_t h = ed_hash_pair(get_le64(record + 8), get_le64(record + 16));

	return (h & ~(uint64_t)SEEN_SLACK) | SEEN_USED;
}

/* The place of @key, NULL when it was not given. */
static uint64_t *seen_find(struct ed_evtx *e, uint64_t key)
{
	uint64_t *set = e->seen + (key >> 32) % (ED_EVTX_SEEN_N / SEEN_WAYS) * SEEN_WAYS;

	for (unsigned i = 0; i < SEEN_WAYS; i++) {
		if ((set[i] & ~(uint64_t)SEEN_SLACK) == key)
			return &set[i];
	}
	return NULL;
}

/* The newest stands first; the oldest of a full set is forgotten. */
static void seen_add(struct ed_evtx *e, uint64_t key, bool slack)
{
	uint64_t *set = e->seen + (key >> 32) % (ED_EVTX_SEEN_N / SEEN_WAYS) * SEEN_WAYS;

	memmove(set + 1, set, (SEEN_WAYS - 1) * sizeof(*set));
	set[0] = key | (slack ? SEEN_SLACK : 0);
}

/* Whether the record was given before. Two of the written part never count as one. */
static bool is_duplicate(struct ed_evtx *e, uint64_t key, bool slack)
{
	uint64_t *found = seen_find(e, key);

	if (!found || slack)
		return found;
	if (!(*found & SEEN_SLACK))
		return false;
	*found &= ~(uint64_t)SEEN_SLACK;
	return true;
}

/* ------------------------------------------------------------------- records */

static bool is_record(struct ed_span chunk, uint32_t at, uint32_t *ret_n)
{
	const uint8_t *p = chunk.p + at;
	uint32_t n;

	if (chunk.n < at || chunk.n - at < RECORD_MIN_BYTES ||
	    memcmp(p, record_magic, sizeof(record_magic)) != 0)
		return false;
	n = ed_get_le32(p + 4);
	*ret_n = n;
	return n >= RECORD_MIN_BYTES && n <= chunk.n - at && ed_get_le32(p + n - 4) == n;
}

/* The next record at or behind @e->at; the end of the chunk when there is none. */
static uint32_t find_record(const struct ed_evtx *e, uint32_t *ret_n)
{
	struct ed_span chunk = e->chunk;
	uint32_t at = e->at;
	const uint8_t *p;

	while (!is_record(chunk, at, ret_n)) {
		if (at + 1 >= chunk.n)
			return (uint32_t)chunk.n;
		p = memmem(chunk.p + at + 1, chunk.n - at - 1, record_magic, sizeof(record_magic));
		if (!p)
			return (uint32_t)chunk.n;
		at = (uint32_t)(p - chunk.p);
	}
	return at;
}

/* Beginnings of records, whole or not. */
static uint32_t n_magics(struct ed_span bytes)
{
	const uint8_t *p;
	uint32_t n = 0;

	while ((p = memmem(bytes.p, bytes.n, record_magic, sizeof(record_magic)))) {
		n++;
		bytes = ed_span_from(bytes, (size_t)(p - bytes.p) + sizeof(record_magic));
	}
	return n;
}

/* How many records are lost between @e->at and @end, behind which @next_id follows. */
static uint32_t n_lost(const struct ed_evtx *e, uint32_t end, uint64_t next_id)
{
	uint64_t n = next_id - e->before_id - 1, n_max = (end - e->at) / RECORD_LIKELY_MIN_BYTES;
	struct ed_span gap = ed_span_from(e->chunk, e->at);

	if (n == 0 || n > n_max + 1) {
		/* the numbers lie */
		gap.n = gap.n < end - e->at ? gap.n : end - e->at;
		n = n_magics(gap);
	}
	return n > 0 ? (uint32_t)n : 1;
}

/* ------------------------------------------------------------------ the walk */

static bool is_zero(struct ed_span s)
{
	return s.n == 0 || (s.p[0] == 0 && memcmp(s.p, s.p + 1, s.n - 1) == 0);
}

void ed_evtx_chunk(struct ed_evtx *e, struct ed_span chunk)
{
	const uint8_t *p = chunk.p;
	uint32_t live_end;

	e->chunk = chunk;
	e->steps_left = ED_EVTX_CHUNK_STEPS_MAX;
	e->text_left_bytes = ED_EVTX_CHUNK_TEXT_MAX_BYTES;
	e->is_cut = chunk.n < ED_EVTX_CHUNK_HEAD_BYTES;
	e->before_id = e->last_id = 0;
	e->told = is_zero(chunk);
	e->has_header = chunk.n >= ED_EVTX_CHUNK_HEAD_BYTES &&
			memcmp(p, ED_EVTX_CHUNK_MAGIC, ED_EVTX_MAGIC_BYTES) == 0;
	live_end = e->has_header ? ed_get_le32(p + 48) : 0;
	if (live_end < ED_EVTX_CHUNK_HEAD_BYTES || live_end > ED_EVTX_CHUNK_BYTES)
		e->has_header = false;
	if (e->has_header) {
		e->before_id = get_le64(p + 24) - 1;
		e->last_id = get_le64(p + 32);
		e->is_cut = live_end > chunk.n;
	}
	/* Without a header whatever looks like a record may be one, from the start. */
	e->live_end = e->has_header ? live_end : (uint32_t)chunk.n;
	e->at = e->has_header ? ED_EVTX_CHUNK_HEAD_BYTES : 0;
}

/* Text of the record at @e->at into @e->line. */
static enum ed_evtx_kind decode(struct ed_evtx *e, uint32_t n, struct ed_evtx_item *ret)
{
	struct ed_xml_out out = { .p = e->line, .cap = ED_EVTX_LINE_MAX_BYTES - 1 };
	uint32_t steps = e->steps_left < ED_EVTX_STEPS_MAX ? e->steps_left : ED_EVTX_STEPS_MAX;
	enum ed_binxml_verdict v;

	if (out.cap > e->text_left_bytes)
		out.cap = e->text_left_bytes;
	e->binxml.steps = steps;
	v = ed_binxml_to_text(&e->binxml, e->chunk, e->at + RECORD_HEAD_BYTES, e->at + n - 4, &out);
	e->steps_left -= steps - e->binxml.steps;
	e->text_left_bytes -= (uint32_t)out.n;
	if (v != ED_BINXML_DONE)
		return v == ED_BINXML_BROKEN ? ED_EVTX_BAD_RECORD : ED_EVTX_TOO_MUCH;
	e->line[out.n] = '\n';
	ret->line = ed_span_of(e->line, out.n + 1);
	return ED_EVTX_RECORD;
}

/* The record of @n bytes at @e->at; false: nothing to tell of it. */
static bool record_next(struct ed_evtx *e, uint32_t n, struct ed_evtx_item *ret)
{
	const uint8_t *p = e->chunk.p + e->at;
	bool slack = e->at >= e->live_end;
	uint64_t key = key_of(p);

	ret->at = e->at;
	ret->n = 1;
	ret->id = get_le64(p + 8);
	ret->kind = ED_EVTX_END;
	if (!is_duplicate(e, key, slack))
		ret->kind = decode(e, n, ret);
	if (ret->kind == ED_EVTX_RECORD)
		seen_add(e, key, slack);
	e->at += n;
	e->before_id = ret->id;
	e->told = true;
	return ret->kind == ED_EVTX_RECORD || (ret->kind != ED_EVTX_END && !slack);
}

/* No record lies between @e->at and @end. False: none is missed either. */
static bool gap_next(struct ed_evtx *e, uint32_t end, struct ed_evtx_item *ret)
{
	uint32_t at = e->at;
	bool at_end = end == e->chunk.n;

	e->at = end;
	if (at >= e->live_end || (!e->has_header && (e->told || !at_end)))
		return false;
	e->told = true;
	ret->kind = at_end && e->is_cut ? ED_EVTX_CUT : ED_EVTX_BAD_LENGTH;
	e->is_cut &= !at_end; /* told */
	ret->at = at;
	return true;
}

/* Records of the written part that are missing before @at, where the next record begins or the
 * chunk ends. */
static uint32_t n_missing(const struct ed_evtx *e, uint32_t at)
{
	if (!e->has_header)
		return 1;
	if (at < e->live_end && at < e->chunk.n)
		return n_lost(e, at, get_le64(e->chunk.p + at + 8));
	return n_lost(e, e->live_end, e->last_id + 1);
}

void ed_evtx_next(struct ed_evtx *e, struct ed_evtx_item *ret)
{
	uint32_t n = 0, at, missing;

	*ret = (struct ed_evtx_item){ .kind = ED_EVTX_END };
	while (e->at < e->chunk.n || (e->is_cut && e->at < e->live_end)) {
		at = e->at < e->chunk.n ? find_record(e, &n) : (uint32_t)e->chunk.n;
		if (at == e->at && at < e->chunk.n) {
			if (record_next(e, n, ret))
				return;
			continue;
		}
		missing = e->at < e->live_end ? n_missing(e, at) : 0;
		if (gap_next(e, at, ret)) {
			ret->n = missing;
			return;
		}
	}
	ret->kind = ED_EVTX_END;
}
