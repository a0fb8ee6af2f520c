/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The classic capture file of libpcap, microseconds or nanoseconds, either byte order:
 *	d4 c3 b2 a1  02 00 04 00  00 00 00 00  00 00 00 00  00 00 04 00  01 00 00 00
 *	magic        2.4          zone         accuracy     snap length  link type (low 16 bits)
 *	00 f1 53 65  40 e2 01 00  4b 00 00 00  4b 00 00 00  ...
 *	seconds      fraction     captured     on the wire  the packet
 * Records cannot be found again once one lies about its length, so reading stops there and says so.
 */
#include "base/cursor.h"
#include "base/time.h"
#include "format/packet/capture.h"
#include "format/format.h"

enum {
	FILE_HEADER_BYTES = 24,
	RECORD_BYTES = 16,
	MODIFIED_RECORD_BYTES = 24, /* Kuznetzov's: interface, protocol and packet type behind the
				       lengths */
	PACKET_MAX = 320 << 10,     /* libpcap itself allows 256 KiB */
};

static const uint32_t MAGIC_US = 0xa1b2c3d4, MAGIC_NS = 0xa1b23c4d, MAGIC_MODIFIED = 0xa1b2cd34;

/* Also the context of a unit. */
struct pcap_header {
	bool read;
	bool big_endian;
	bool nanoseconds;
	uint8_t layer; /* ed_layer */
	uint32_t record_bytes;
};

struct pcap_state {
	struct pcap_header header;
	struct ed_capture *capture;
};

static inline uint32_t get32(const struct pcap_header *h, const uint8_t *p)
{
	return h->big_endian ? ed_get_be32(p) : ed_get_le32(p);
}

static bool read_magic(struct ed_span in, struct pcap_header *ret)
{
	uint32_t magic;

	if (in.n < 4)
		return false;
	magic = ed_get_le32(in.p);
	ret->big_endian = magic != MAGIC_US && magic != MAGIC_NS && magic != MAGIC_MODIFIED;
	if (ret->big_endian)
		magic = ed_get_be32(in.p);
	ret->nanoseconds = magic == MAGIC_NS;
	ret->record_bytes = magic == MAGIC_MODIFIED ? MODIFIED_RECORD_BYTES : RECORD_BYTES;
	return magic == MAGIC_US || magic == MAGIC_NS || magic == MAGIC_MODIFIED;
}

static unsigned pcap_probe(struct ed_span head)
{
	struct pcap_header h;

	return read_magic(head, &h) ? 100 : 0;
}

static int pcap_init(void *state)
{
	struct pcap_state *s = state;

	return ed_capture_new(&s->capture);
}

static void pcap_done(void *state)
{
	struct pcap_state *s = state;

	ed_capture_free(s->capture);
}

static enum ed_frame_verdict stop(struct ed_frame *ret, enum ed_drop drop)
{
	ret->n_bytes = 0;
	ret->drop = drop;
	ret->n_dropped = 1;
	return ED_FRAME_STOP;
}

static enum ed_frame_verdict frame_header(struct pcap_state *s, struct ed_span in, bool eof,
					  struct ed_frame *ret)
{
	if (in.n < FILE_HEADER_BYTES)
		return eof ? stop(ret, ED_DROP_CUT) : ED_FRAME_MORE;
	if (!read_magic(in, &s->header))
		return stop(ret, ED_DROP_BAD_LINE);
	s->header.read = true;
	s->header.layer = (uint8_t)ed_packet_layer_of_link(get32(&s->header, in.p + 20) & 0xffff,
							   s->header.big_endian);
	ret->n_bytes = FILE_HEADER_BYTES;
	return ED_FRAME_SKIP;
}

static enum ed_frame_verdict pcap_frame(void *state, struct ed_span in, bool eof, void *context,
					struct ed_frame *ret)
{
	struct pcap_state *s = state;
	uint32_t header_n = s->header.record_bytes;
	bool lies = false;
	size_t at = 0;

	if (in.n == 0)
		return ED_FRAME_SKIP;
	if (!s->header.read)
		return frame_header(s, in, eof, ret);
	while (at < ED_UNIT_TARGET_BYTES && in.n - at >= header_n) {
		uint32_t n = get32(&s->header, in.p + at + 8);

		lies = n > PACKET_MAX;
		if (lies || in.n - at - header_n < n)
			break;
		at += header_n + n;
	}
	if (at > 0) {
		memcpy(context, &s->header, sizeof(s->header));
		ret->n_bytes = at;
		return ED_FRAME_UNIT;
	}
	if (lies)
		return stop(ret, ED_DROP_BAD_LENGTH);
	return eof ? stop(ret, ED_DROP_CUT) : ED_FRAME_MORE;
}

/* The record at @at in @unit. Returns its length, 0 when no whole record is left. */
static size_t read_record(const struct pcap_header *h, const struct ed_unit *unit, size_t at,
			  struct ed_capture_record *ret)
{
	const uint8_t *p = unit->bytes.p + at;
	uint32_t seconds, fraction, captured_n, wire_n;
	size_t left = unit->bytes.n - at;

	if (left < h->record_bytes)
		return 0;
	seconds = get32(h, p);
	fraction = get32(h, p + 4);
	captured_n = get32(h, p + 8);
	wire_n = get32(h, p + 12);
	if (left - h->record_bytes < captured_n)
		return 0;
	ret->data = ed_span_of(p + h->record_bytes, captured_n);
	/* Some writers leave the second length out. */
	ret->wire_n = wire_n > captured_n ? wire_n : captured_n;
	ret->time_ns = seconds * ED_NS_PER_S + (h->nanoseconds ? 1 : 1000) * (int64_t)fraction;
	ret->unit_offset = (uint32_t)at;
	ret->offset = unit->offset + at;
	return h->record_bytes + captured_n;
}

static struct ed_capture_record begin_record(const struct pcap_header *h,
					     const struct ed_unit *unit)
{
	return (struct ed_capture_record){ .source = unit->source,
					   .layer = (enum ed_layer)h->layer };
}

static void pcap_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	const struct pcap_header *h = unit->context;
	struct ed_capture_record r = begin_record(h, unit);
	size_t at = 0, n;

	(void)scratch;
	if (unit->bytes.n == 0)
		return;
	while ((n = read_record(h, unit, at, &r)) > 0) {
		ed_capture_decode(&r, out);
		at += n;
	}
}

static void pcap_resolve(void *state, const struct ed_unit *unit, struct ed_batch *out)
{
	const struct pcap_header *h = unit->context;
	struct ed_capture_record r = begin_record(h, unit);
	struct pcap_state *s = state;

	for (uint32_t i = 0; i < out->n_deferred; i++) {
		if (read_record(h, unit, out->deferred[i], &r) > 0)
			ed_capture_resolve(s->capture, &r, out);
	}
	if (unit->last)
		ed_capture_close(s->capture, out);
}

const struct ed_format ed_format_pcap = {
	.name = "pcap",
	.help = "packet capture (libpcap), microseconds or nanoseconds",
	.platforms = 1u << ED_PLATFORM_MACOS | 1u << ED_PLATFORM_NETWORK,
	.fields = ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT | ED_FIELD_RESOLVER |
		  ED_FIELD_TRANSPORT | ED_FIELD_TXID | ED_FIELD_QNAME | ED_FIELD_QNAME_CASE |
		  ED_FIELD_QNAME_BYTES | ED_FIELD_QTYPE | ED_FIELD_OPCODE | ED_FIELD_FLAGS |
		  ED_FIELD_EDNS | ED_FIELD_RCODE | ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES |
		  ED_FIELD_TTL | ED_FIELD_SIZE_QUERY | ED_FIELD_SIZE_RESPONSE | ED_FIELD_PROCESS |
		  ED_FIELD_IMAGE,
	.state_bytes = sizeof(struct pcap_state),
	.context_bytes = sizeof(struct pcap_header),
	.probe = pcap_probe,
	.init = pcap_init,
	.done = pcap_done,
	.frame = pcap_frame,
	.decode = pcap_decode,
	.resolve = pcap_resolve,
};
