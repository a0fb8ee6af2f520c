/* SPDX-License-Identifier: Apache-2.0 */
/* IP reassembly; see frag.h. One list in order of arrival serves both expiry and eviction. */
#include "wire/frag.h"

#include "base/hash.h"

enum { LIST = 0 };

void ed_reassembly_lose(struct ed_reassembly_loss *loss, uint32_t *counter, uint32_t n,
			uint64_t offset)
{
	if (n == 0)
		return;
	if (loss->n_given_up + loss->n_evicted == 0 || offset < loss->offset)
		loss->offset = offset;
	*counter += n;
}

void ed_frag_init(struct ed_frag *t, uint64_t hash_key)
{
	t->hash_key = hash_key;
	t->slots = (struct ed_slots){
		.slot = t->slot,
		.buckets = t->buckets,
		.n_buckets = ED_FRAG_BUCKETS,
		.n_slots = ED_FRAG_DATAGRAMS_MAX,
	};
	ed_pieces_pool_init(&t->pool, t->blocks, ED_FRAG_BLOCKS);
}

/* Frees entry @i; its packets go to @counter (NULL: their fate is known to the caller). */
static void discard(struct ed_frag *t, uint16_t i, struct ed_reassembly_loss *loss,
		    uint32_t *counter)
{
	struct ed_frag_entry *e = &t->entries[i];
	uint32_t n = ed_pieces_drop(&e->pieces, &t->pool);

	if (counter)
		ed_reassembly_lose(loss, counter, n, e->first_offset);
	ed_slots_free(&t->slots, i);
}

static void expire(struct ed_frag *t, int64_t now_ns, struct ed_reassembly_loss *loss)
{
	uint16_t i;

	while ((i = t->slots.oldest[LIST]) != 0) {
		if (now_ns - ED_FRAG_TIMEOUT_NS <= t->entries[i].first_ns)
			return;
		discard(t, i, loss, &loss->n_given_up);
	}
}

static uint16_t find_or_make(struct ed_frag *t, const struct ed_frag_piece *piece,
			     struct ed_reassembly_loss *loss)
{
	uint64_t hash = ed_hash_bytes(&piece->key, sizeof(piece->key), t->hash_key);
	struct ed_frag_entry *e;
	uint16_t i;

	for (i = ed_slots_first(&t->slots, hash); i; i = t->slot[i].chain) {
		if (memcmp(&t->entries[i].key, &piece->key, sizeof(piece->key)) == 0)
			return i;
	}
	i = ed_slots_new(&t->slots, hash, LIST);
	if (i == 0) {
		discard(t, t->slots.oldest[LIST], loss, &loss->n_evicted);
		i = ed_slots_new(&t->slots, hash, LIST);
	}
	e = &t->entries[i];
	*e = (struct ed_frag_entry){ .key = piece->key,
				     .first_ns = piece->time_ns,
				     .first_offset = piece->record_offset };
	ed_pieces_init(&e->pieces, 0);
	return i;
}

/* Makes room in the pool for @need blocks; entry @keep stays. */
static void make_room(struct ed_frag *t, uint16_t keep, uint32_t need,
		      struct ed_reassembly_loss *loss)
{
	uint16_t i = t->slots.oldest[LIST];

	while (t->pool.n_free < need && i != 0) {
		uint16_t newer = t->slot[i].newer;

		if (i != keep)
			discard(t, i, loss, &loss->n_evicted);
		i = newer;
	}
}

/* Does it agree with what is known of the datagram's end? */
static bool note_end(struct ed_frag_entry *e, const struct ed_frag_piece *piece)
{
	uint32_t end = piece->offset + (uint32_t)piece->data.n;

	if (e->total_n > 0)
		return piece->more ? end <= e->total_n : end == e->total_n;
	if (!piece->more)
		e->total_n = end;
	return true;
}

static enum ed_frag_result add_unwanted(struct ed_frag *t, uint16_t i,
					const struct ed_frag_piece *piece)
{
	struct ed_frag_entry *e = &t->entries[i];

	(void)note_end(e, piece);
	e->unwanted_n += (uint32_t)piece->data.n;
	if (e->total_n > 0 && e->unwanted_n >= e->total_n)
		ed_slots_free(&t->slots, i);
	return ED_FRAG_UNWANTED;
}

enum ed_frag_result ed_frag_add(struct ed_frag *t, const struct ed_frag_piece *piece,
				struct ed_datagram *ret, struct ed_reassembly_loss *loss)
{
	struct ed_frag_entry *e;
	uint32_t need;
	uint16_t i;

	expire(t, piece->time_ns, loss);
	i = find_or_make(t, piece, loss);
	e = &t->entries[i];
	if (e->unwanted)
		return add_unwanted(t, i, piece);
	need = ed_pieces_blocks_for(&e->pieces, piece->data.n);
	if (!note_end(e, piece) || need > (uint32_t)ED_FRAG_DATAGRAM_BLOCKS)
		return ED_FRAG_REFUSED;
	make_room(t, i, need, loss);
	if (ed_pieces_insert(&e->pieces, &t->pool, piece->offset, piece->data, piece->n_packets) ==
	    0)
		return ED_FRAG_DUPLICATE;
	if (e->total_n == 0 || e->pieces.prefix_n < e->total_n)
		return ED_FRAG_WAITS;
	/* Bytes claimed behind the end, by fragments that came before the last one, stay unread. */
	ret->data = ed_span_of(t->datagram, e->total_n);
	ed_pieces_peek(&e->pieces, &t->pool, e->total_n, t->datagram);
	ret->n_packets = ed_pieces_drop(&e->pieces, &t->pool);
	ed_slots_free(&t->slots, i);
	return ED_FRAG_DONE;
}

uint32_t ed_frag_ignore(struct ed_frag *t, const struct ed_frag_piece *piece,
			struct ed_reassembly_loss *loss)
{
	struct ed_frag_entry *e;
	uint32_t n;
	uint16_t i;

	expire(t, piece->time_ns, loss);
	i = find_or_make(t, piece, loss);
	e = &t->entries[i];
	e->unwanted_n += e->pieces.n_bytes;
	e->unwanted = true;
	n = ed_pieces_drop(&e->pieces, &t->pool);
	(void)add_unwanted(t, i, piece);
	return n;
}

void ed_frag_close(struct ed_frag *t, struct ed_reassembly_loss *loss)
{
	while (t->slots.oldest[LIST] != 0)
		discard(t, t->slots.oldest[LIST], loss, &loss->n_given_up);
}
