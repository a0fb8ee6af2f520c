/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP reassembly for DNS; see tcp.h. The common case, whole messages in a segment that is the next
 * one, is served from the segment itself; only what is left over, and what comes too early, is
 * copied.
 */
#include "wire/tcp.h"

#include "base/cursor.h"
#include "base/hash.h"
#include "wire/dns.h"

/* Streams that hold data, and streams that do not: the latter are the first to go. */
enum { LIST_IDLE = 0, LIST_HOLDING = 1 };

enum {
	LENGTH_BYTES = 2,
	START_BYTES = LENGTH_BYTES + ED_DNS_HEADER_BYTES,
	OPCODE_MAX = 6, /* DSO; beyond, none is assigned */
};

void ed_tcp_init(struct ed_tcp *t, uint64_t hash_key)
{
	t->hash_key = hash_key;
	t->slots = (struct ed_slots){
		.slot = t->slot,
		.buckets = t->buckets,
		.n_buckets = ED_TCP_BUCKETS,
		.n_slots = ED_TCP_STREAMS_MAX,
	};
	ed_pieces_pool_init(&t->pool, t->blocks, ED_TCP_BLOCKS);
}

/* Forgets what stream @i holds and where it is. */
static void give_up(struct ed_tcp *t, uint16_t i, struct ed_reassembly_loss *loss,
		    uint32_t *counter)
{
	struct ed_tcp_stream *s = &t->streams[i];

	ed_reassembly_lose(loss, counter, ed_pieces_drop(&s->pieces, &t->pool), s->first_offset);
	s->synced = false;
}

static void evict(struct ed_tcp *t, uint16_t i, struct ed_reassembly_loss *loss)
{
	give_up(t, i, loss, &loss->n_evicted);
	ed_slots_free(&t->slots, i);
}

static uint16_t find_or_make(struct ed_tcp *t, const struct ed_tcp_segment *seg,
			     struct ed_reassembly_loss *loss)
{
	uint64_t hash = ed_hash_bytes(&seg->key, sizeof(seg->key), t->hash_key);
	struct ed_tcp_stream *s;
	uint16_t i;

	for (i = ed_slots_first(&t->slots, hash); i; i = t->slot[i].chain) {
		if (memcmp(&t->streams[i].key, &seg->key, sizeof(seg->key)) == 0)
			return i;
	}
	i = ed_slots_new(&t->slots, hash, LIST_IDLE);
	if (i == 0) {
		bool idle = t->slots.oldest[LIST_IDLE] != 0;

		evict(t, t->slots.oldest[idle ? LIST_IDLE : LIST_HOLDING], loss);
		i = ed_slots_new(&t->slots, hash, LIST_IDLE);
	}
	s = &t->streams[i];
	*s = (struct ed_tcp_stream){ .key = seg->key, .last_ns = seg->time_ns };
	ed_pieces_init(&s->pieces, 0);
	return i;
}

static void begin_at(struct ed_tcp_stream *s, uint32_t seq)
{
	ed_pieces_init(&s->pieces, seq);
	s->progress_ns = s->last_ns;
	s->synced = true;
	s->tentative = false;
}

/* A SYN begins the stream anew, unless it is the one that began it. */
static void handle_syn(struct ed_tcp *t, uint16_t i, uint32_t first,
		       struct ed_reassembly_loss *loss)
{
	struct ed_tcp_stream *s = &t->streams[i];

	if (s->synced && s->pieces.begin == first)
		return;
	give_up(t, i, loss, &loss->n_given_up);
	begin_at(s, first);
}

/*
 * Could a message begin here? Length, header and what there is of the question have to make sense.
 * Less than a header is more often the tail of a message than the head of one; but the length, or
 * half of it, is often sent by itself.
 */
static bool plausible_start(struct ed_span data)
{
	struct ed_dns_message m;
	uint8_t qname[ED_NAME_MAX];
	size_t n, have;

	if (data.n < LENGTH_BYTES)
		return data.n > 0;
	n = ed_get_be16(data.p);
	if (n < ED_DNS_HEADER_BYTES || (data.n > LENGTH_BYTES && data.n < START_BYTES))
		return false;
	if (data.n == LENGTH_BYTES)
		return true;
	if ((data.p[4] >> 3 & 15) > OPCODE_MAX || ed_get_be16(data.p + 6) > 1)
		return false;
	have = data.n - LENGTH_BYTES;
	if (have >= n)
		return ed_dns_parse(ed_span_of(data.p + LENGTH_BYTES, n), qname, &m) == 0 &&
		       !m.broken;
	/* It goes on in the next segment: one question, and a plain query has no answers. */
	return ed_get_be16(data.p + 6) == 1 &&
	       (data.p[4] >> 3 != 0 || ed_get_be16(data.p + 8) == 0);
}

/* Makes room in the pool for @need blocks; the current stream, the newest of its list, stays. */
static void make_room(struct ed_tcp *t, uint32_t need, struct ed_reassembly_loss *loss)
{
	while (t->pool.n_free < need && t->slots.oldest[LIST_HOLDING] != t->current &&
	       t->slots.oldest[LIST_HOLDING] != 0)
		evict(t, t->slots.oldest[LIST_HOLDING], loss);
}

/* Keeps @data of the current segment for later. Returns the bytes that were new. */
static uint32_t hold(struct ed_tcp *t, uint32_t seq, struct ed_span data,
		     struct ed_reassembly_loss *loss)
{
	struct ed_tcp_stream *s = &t->streams[t->current];
	uint32_t n, prefix_n = s->pieces.prefix_n;

	make_room(t, ed_pieces_blocks_for(&s->pieces, data.n), loss);
	if (s->pieces.n_bytes == 0)
		s->first_offset = t->record_offset;
	n = ed_pieces_insert(&s->pieces, &t->pool, seq, data, t->n_unsettled);
	if (n > 0)
		t->n_unsettled = 0;
	/* The bytes of a stream that held nothing begin to wait now, whether there is a hole or
	 * not. */
	if (s->pieces.prefix_n > prefix_n || s->pieces.n_bytes == n)
		s->progress_ns = s->last_ns;
	return n;
}

/* A position relative to where the next message begins; negative: before it. */
static int64_t relative(const struct ed_tcp_stream *s, uint32_t seq)
{
	return (int32_t)(seq - s->pieces.begin);
}

/* Has the stream lost its place, so that it can only begin anew with this segment? */
static bool is_astray(const struct ed_tcp_stream *s, uint32_t seq, const struct ed_tcp_segment *seg)
{
	int64_t rel = relative(s, seq);

	if (rel > ED_TCP_WINDOW_BYTES || rel < -ED_TCP_WINDOW_BYTES)
		return true;
	if (seg->time_ns - ED_TCP_TIMEOUT_NS > s->last_ns)
		return true;
	/* A hole that is too old, unless this segment fills it. */
	if (s->pieces.n_bytes > s->pieces.prefix_n && rel > s->pieces.prefix_n &&
	    seg->time_ns - ED_TCP_HOLE_NS > s->progress_ns)
		return true;
	/* The next segment of a stream that holds nothing is read where it lies, whatever its size.
	 */
	if (s->pieces.n_bytes == 0 && rel <= 0)
		return false;
	return rel + (int64_t)seg->data.n > s->pieces.prefix_n &&
	       ed_pieces_blocks_for(&s->pieces, seg->data.n) > ED_TCP_STREAM_BLOCKS;
}

/*
 * The stream began with less than a header: does it still look like the beginning of a message with
 * what this segment adds? Without that, the tail of one message would pass for the head of another.
 */
static bool still_plausible(struct ed_tcp *t, struct ed_tcp_stream *s, uint32_t seq,
			    struct ed_span data)
{
	uint32_t n = s->pieces.prefix_n;

	if (relative(s, seq) != n || data.n == 0)
		return true;
	if (data.n > sizeof(t->message) - n)
		data.n = sizeof(t->message) - n;
	ed_pieces_peek(&s->pieces, &t->pool, n, t->message);
	memcpy(t->message + n, data.p, data.n);
	s->tentative = n + data.n < START_BYTES;
	return s->tentative || plausible_start(ed_span_of(t->message, n + data.n));
}

/* Finds the place of the segment in its stream; false when the stream cannot begin with it. */
static bool find_place(struct ed_tcp *t, const struct ed_tcp_segment *seg, uint32_t seq,
		       struct ed_reassembly_loss *loss)
{
	struct ed_tcp_stream *s = &t->streams[t->current];

	if (seg->syn) {
		handle_syn(t, t->current, seq, loss);
		s->last_ns = seg->time_ns;
	}
	if (s->synced &&
	    (is_astray(s, seq, seg) || (s->tentative && !still_plausible(t, s, seq, seg->data))))
		give_up(t, t->current, loss, &loss->n_given_up);
	s->last_ns = seg->time_ns;
	if (s->synced)
		return true;
	if (!plausible_start(seg->data))
		return false;
	begin_at(s, seq);
	s->tentative = seg->data.n < START_BYTES;
	return true;
}

enum ed_tcp_result ed_tcp_feed(struct ed_tcp *t, const struct ed_tcp_segment *seg,
			       struct ed_reassembly_loss *loss)
{
	uint32_t seq = seg->seq + seg->syn;
	struct ed_span data = seg->data;
	struct ed_tcp_stream *s;
	int64_t rel;

	t->current = find_or_make(t, seg, loss);
	s = &t->streams[t->current];
	ed_slots_touch(&t->slots, t->current, t->slot[t->current].list);
	t->rest = ed_span_of(NULL, 0);
	t->n_unsettled = seg->n_packets;
	t->record_offset = seg->record_offset;
	t->cut = seg->wire_n > seg->data.n;
	t->cut_at = seq + (uint32_t)seg->data.n;
	t->cut_end = seq + (uint32_t)seg->wire_n;
	if (!find_place(t, seg, seq, loss)) {
		ed_slots_touch(&t->slots, t->current, LIST_IDLE);
		return ED_TCP_LOST;
	}
	rel = relative(s, seq);
	if (seg->wire_n > 0 && rel + (int64_t)seg->wire_n <= (int64_t)s->pieces.prefix_n)
		return ED_TCP_DUPLICATE;
	if (rel < 0) {
		data = ed_span_from(data, (size_t)-rel);
		seq = s->pieces.begin;
	}
	if (seq == s->pieces.begin && s->pieces.n_bytes == 0)
		t->rest = data;
	else if (data.n > 0 && hold(t, seq, data, loss) == 0 && !t->cut)
		return ED_TCP_DUPLICATE;
	return ED_TCP_TAKEN;
}

/* A message whole within the segment. */
static bool next_in_place(struct ed_tcp *t, struct ed_tcp_stream *s, struct ed_tcp_message *ret)
{
	size_t n;

	if (t->rest.n < LENGTH_BYTES)
		return false;
	n = LENGTH_BYTES + ed_get_be16(t->rest.p);
	if (t->rest.n < n)
		return false;
	ret->data = ed_span_of(t->rest.p + LENGTH_BYTES, n - LENGTH_BYTES);
	ret->n_packets = 0;
	t->rest = ed_span_from(t->rest, n);
	s->pieces.begin += (uint32_t)n;
	return true;
}

/* A message put together from pieces. */
static bool next_of_pieces(struct ed_tcp *t, struct ed_tcp_stream *s, struct ed_tcp_message *ret)
{
	size_t n;

	if (s->pieces.prefix_n < LENGTH_BYTES)
		return false;
	ed_pieces_peek(&s->pieces, &t->pool, LENGTH_BYTES, t->message);
	n = LENGTH_BYTES + ed_get_be16(t->message);
	if (s->pieces.prefix_n < n)
		return false;
	ret->n_packets = ed_pieces_take(&s->pieces, &t->pool, n, t->message);
	ret->data = ed_span_of(t->message + LENGTH_BYTES, n - LENGTH_BYTES);
	return true;
}

/*
 * The rest of the segment was not captured. The message that was going on is given out as far as it
 * goes; the stream goes on when it ends with the segment, and is lost otherwise.
 */
static bool next_cut(struct ed_tcp *t, struct ed_tcp_stream *s, struct ed_tcp_message *ret,
		     struct ed_reassembly_loss *loss)
{
	uint32_t begin = s->pieces.begin;
	size_t have = t->cut_at - begin, n = 0;

	t->cut = false;
	*ret = (struct ed_tcp_message){ .cut = true };
	if (t->rest.n > 0)
		(void)hold(t, begin, t->rest, loss);
	t->rest = ed_span_of(NULL, 0);
	if (have == s->pieces.prefix_n)
		ret->n_packets = ed_pieces_take(&s->pieces, &t->pool, have, t->message);
	else
		have = 0;
	if (have >= LENGTH_BYTES) {
		ret->wire_n = ed_get_be16(t->message);
		ret->data = ed_span_of(t->message + LENGTH_BYTES, have - LENGTH_BYTES);
		n = LENGTH_BYTES + ret->wire_n;
	}
	ret->n_packets += t->n_unsettled;
	t->n_unsettled = 0;
	give_up(t, t->current, loss, &loss->n_given_up);
	if (n > 0 && begin + (uint32_t)n == t->cut_end)
		begin_at(s, t->cut_end);
	return ret->n_packets > 0 || ret->data.n > 0;
}

bool ed_tcp_next(struct ed_tcp *t, struct ed_tcp_message *ret, struct ed_reassembly_loss *loss)
{
	struct ed_tcp_stream *s = &t->streams[t->current];
	bool held = s->pieces.n_bytes > 0;

	if (t->current == 0)
		return false;
	if (held ? next_of_pieces(t, s, ret) : next_in_place(t, s, ret)) {
		ret->wire_n = ret->data.n;
		ret->cut = false;
		ret->n_packets += t->n_unsettled;
		t->n_unsettled = 0;
		return true;
	}
	if (t->cut)
		return next_cut(t, s, ret, loss);
	if (t->rest.n > 0)
		(void)hold(t, s->pieces.begin, t->rest, loss);
	t->rest = ed_span_of(NULL, 0);
	ed_slots_touch(&t->slots, t->current, s->pieces.n_bytes > 0 ? LIST_HOLDING : LIST_IDLE);
	t->current = 0;
	return false;
}

void ed_tcp_close(struct ed_tcp *t, struct ed_reassembly_loss *loss)
{
	for (unsigned list = LIST_IDLE; list <= LIST_HOLDING; list++) {
		while (t->slots.oldest[list] != 0) {
			uint16_t i = t->slots.oldest[list];

			give_up(t, i, loss, &loss->n_given_up);
			ed_slots_free(&t->slots, i);
		}
	}
}
