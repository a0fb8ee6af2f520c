/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pcapng capture file: blocks of type, length, body padded to four bytes, length again.
 *	0a 0d 0d 0a  1c 00 00 00  4d 3c 2b 1a ...   section header: byte order from here on
 *	01 00 00 00  14 00 00 00  01 00 00 00 ...   interface: link type, and how its time counts
 *	06 00 00 00  6c 00 00 00  ...               packet: interface, time, two lengths, bytes
 * Sections and interfaces are the state of frame. A unit ends before either, so that one context
 * serves all of its packets. Blocks that hold no packet are passed over and are not records.
 */
#include "base/cursor.h"
#include "base/time.h"
#include "format/packet/capture.h"
#include "format/format.h"

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET_OLD = 2,
	BLOCK_PACKET_SIMPLE = 3,
	BLOCK_PACKET = 6,
};

/* Of macOS: a process that later packets refer to by its place among these blocks of the section.
 */
static const uint32_t BLOCK_PROCESS = 0x80000001;

enum {
	BLOCK_HEAD_BYTES = 8,
	BLOCK_MIN_BYTES = 12,
	SECTION_MIN_BYTES = 28,
	INTERFACE_MIN_BYTES = 20,
	PROCESS_MIN_BYTES = 16,
	PACKET_HEAD_BYTES = 28, /* head and fields of a packet block, old or new */
	PACKET_SIMPLE_HEAD_BYTES = 12,
	PACKET_BLOCK_MAX = 320 << 10, /* with options; libpcap allows packets of 256 KiB */
	SECTION_BLOCK_MAX = 64 << 10, /* what is read of the options of an interface */
	INTERFACES_MAX = 250,
	PROCESSES_MAX = 4096, /* of a file; packets of those behind it have none */
	PROCESS_NAME_MAX = 28,
	OPTION_END = 0,
	OPTION_TSRESOL = 9,
	OPTION_TSOFFSET = 14,
	OPTION_FLAGS = 2,               /* of a packet: way in the lowest two bits */
	OPTION_PROCESS = 0x8001,        /* of a packet: number of its process */
	OPTION_ASKING_PROCESS = 0x8003, /* on whose behalf that acts */
	OPTION_PROCESS_NAME = 2,        /* of a process */
};

static const uint32_t BYTE_ORDER_MAGIC = 0x1a2b3c4d;

struct interface {
	int64_t offset_s;   /* to be added to the time */
	uint32_t snap_n;    /* 0: none */
	uint8_t layer;      /* ed_layer */
	uint8_t resolution; /* n: 10^-n s; 0x80 | n: 2^-n s */
};

struct process {
	uint32_t pid;
	uint8_t name_n;
	uint8_t name[PROCESS_NAME_MAX - 1];
};

/*
 * Also the context of a unit. The processes stay where they are in the state, and what a unit sees
 * of them is not written again: frame only adds behind them.
 */
struct pcapng_section {
	bool read;
	bool big_endian;
	uint32_t n_interfaces; /* as declared; INTERFACES_MAX are kept */
	uint32_t n_processes;  /* of this section */
	const struct process *processes;
	struct interface interfaces[INTERFACES_MAX];
};

static_assert(sizeof(struct pcapng_section) <= ED_UNIT_CONTEXT_BYTES, "a unit carries its section");

struct pcapng_state {
	struct pcapng_section section;
	struct ed_capture *capture;
	uint64_t skip_n;      /* rest of a block that does not fit the input */
	uint32_t n_processes; /* of all sections */
	struct process processes[PROCESSES_MAX];
};

struct block {
	uint32_t type;
	uint32_t n; /* with head and tail */
};

static uint16_t get16(const struct pcapng_section *s, const uint8_t *p)
{
	return s->big_endian ? ed_get_be16(p) : ed_get_le16(p);
}

static uint32_t get32(const struct pcapng_section *s, const uint8_t *p)
{
	return s->big_endian ? ed_get_be32(p) : ed_get_le32(p);
}

static bool is_section_head(struct ed_span in)
{
	return in.n >= 4 && ed_get_be32(in.p) == BLOCK_SECTION;
}

/* The byte order of the section that begins with @in, which holds 12 bytes; false: it is none. */
static bool section_order(struct ed_span in, bool *ret_big_endian)
{
	*ret_big_endian = ed_get_be32(in.p + BLOCK_HEAD_BYTES) == BYTE_ORDER_MAGIC;
	return *ret_big_endian || ed_get_le32(in.p + BLOCK_HEAD_BYTES) == BYTE_ORDER_MAGIC;
}

static unsigned pcapng_probe(struct ed_span head)
{
	bool big_endian;

	return is_section_head(head) && head.n >= BLOCK_MIN_BYTES &&
			       section_order(head, &big_endian) ?
		       100 :
		       0;
}

static int pcapng_init(void *state)
{
	struct pcapng_state *s = state;

	return ed_capture_new(&s->capture);
}

static void pcapng_done(void *state)
{
	struct pcapng_state *s = state;

	ed_capture_free(s->capture);
}

static bool is_packet(uint32_t type)
{
	return type == BLOCK_PACKET || type == BLOCK_PACKET_SIMPLE || type == BLOCK_PACKET_OLD;
}

/* Interface options: code, length, value padded to four. What does not hold together ends the list.
 */
static void read_options(const struct pcapng_section *s, struct ed_span in, struct interface *ret)
{
	while (in.n >= 4) {
		unsigned code = get16(s, in.p);
		size_t n = get16(s, in.p + 2);

		in = ed_span_from(in, 4);
		if (code == OPTION_END || in.n < n)
			return;
		if (code == OPTION_TSRESOL && n == 1)
			ret->resolution = in.p[0];
		if (code == OPTION_TSOFFSET && n == 8) {
			uint64_t high = get32(s, in.p + (s->big_endian ? 0 : 4));

			ret->offset_s = (int64_t)(high << 32 |
						  get32(s, in.p + (s->big_endian ? 4 : 0)));
		}
		in = ed_span_from(in, (n + 3) & ~(size_t)3);
	}
}

static void read_interface(struct pcapng_section *s, struct ed_span block)
{
	struct interface *i;

	if (s->n_interfaces < INTERFACES_MAX) {
		i = &s->interfaces[s->n_interfaces];
		*i = (struct interface){ .resolution = 6 };
		i->layer = (uint8_t)ed_packet_layer_of_link(get16(s, block.p + 8), s->big_endian);
		i->snap_n = get32(s, block.p + 12);
		read_options(s, ed_span_of(block.p + 16, block.n - 20), i);
	}
	if (s->n_interfaces < UINT32_MAX)
		s->n_interfaces++;
}

/* A process beyond what there is room for leaves its packets without one, and so do all behind it.
 */
static void read_process(struct pcapng_state *s, struct ed_span block)
{
	struct ed_span in = ed_span_of(block.p + 12, block.n - 16);
	struct process *p;

	if (s->n_processes == PROCESSES_MAX)
		return;
	p = &s->processes[s->n_processes++];
	if (s->section.n_processes++ == 0)
		s->section.processes = p;
	p->pid = get32(&s->section, block.p + 8);
	p->pid = p->pid > INT32_MAX ? 0 : p->pid;
	while (in.n >= 4) {
		unsigned code = get16(&s->section, in.p);
		size_t n = get16(&s->section, in.p + 2);

		in = ed_span_from(in, 4);
		if (code == OPTION_END || in.n < n)
			return;
		if (code == OPTION_PROCESS_NAME) {
			p->name_n = (uint8_t)strnlen((const char *)in.p,
						     n < sizeof(p->name) ? n : sizeof(p->name));
			memcpy(p->name, in.p, p->name_n);
		}
		in = ed_span_from(in, (n + 3) & ~(size_t)3);
	}
}

/* What frame finds at one place. */
enum found {
	FOUND_PACKET,
	FOUND_CONTEXT, /* a section, an interface or a process */
	FOUND_OTHER,
	FOUND_PART, /* of a block; more input may help */
	FOUND_LIE,
};

static enum found find_block(const struct pcapng_section *s, struct ed_span in, struct block *ret)
{
	struct pcapng_section order = { .big_endian = s->big_endian };
	uint32_t min = BLOCK_MIN_BYTES, max = UINT32_MAX;
	enum found found = FOUND_OTHER;

	if (in.n < BLOCK_MIN_BYTES)
		return FOUND_PART;
	ret->type = get32(s, in.p);
	if (is_section_head(in)) {
		ret->type = BLOCK_SECTION;
		min = SECTION_MIN_BYTES;
		found = FOUND_CONTEXT;
		if (!section_order(in, &order.big_endian))
			return FOUND_LIE;
	} else if (!s->read) {
		return FOUND_LIE;
	} else if (ret->type == BLOCK_INTERFACE) {
		min = INTERFACE_MIN_BYTES;
		max = SECTION_BLOCK_MAX;
		found = FOUND_CONTEXT;
	} else if (ret->type == BLOCK_PROCESS) {
		min = PROCESS_MIN_BYTES;
		max = SECTION_BLOCK_MAX;
		found = FOUND_CONTEXT;
	} else if (is_packet(ret->type)) {
		max = PACKET_BLOCK_MAX;
		found = FOUND_PACKET;
	}
	ret->n = get32(&order, in.p + 4);
	if (ret->n < min || ret->n > max || ret->n % 4 != 0)
		return FOUND_LIE;
	if (ret->n > in.n)
		return found == FOUND_OTHER || ret->type == BLOCK_SECTION ? found : FOUND_PART;
	return get32(&order, in.p + ret->n - 4) == ret->n ? found : FOUND_LIE;
}

static enum ed_frame_verdict stop(struct ed_frame *ret, enum ed_drop drop)
{
	ret->n_bytes = 0;
	ret->drop = drop;
	ret->n_dropped = 1;
	return ED_FRAME_STOP;
}

/* Passes over @n bytes, of which @in may hold only a part. */
static enum ed_frame_verdict skip(struct pcapng_state *s, struct ed_span in, bool eof, uint64_t n,
				  struct ed_frame *ret)
{
	ret->n_bytes = n < in.n ? (size_t)n : in.n;
	s->skip_n = n - ret->n_bytes;
	if (s->skip_n > 0 && eof) {
		/* It may have been a lie about the length that ate what followed. */
		ret->drop = ED_DROP_CUT;
		ret->n_dropped = 1;
	}
	return ED_FRAME_SKIP;
}

/* The first block of the input is not one for decode. */
static enum ed_frame_verdict frame_context(struct pcapng_state *s, struct ed_span in, bool eof,
					   const struct block *b, struct ed_frame *ret)
{
	if (b->type == BLOCK_SECTION) {
		memset(&s->section, 0, sizeof(s->section));
		(void)section_order(in, &s->section.big_endian);
		s->section.read = true;
	} else if (b->type == BLOCK_INTERFACE) {
		read_interface(&s->section, ed_span_of(in.p, b->n));
	} else if (b->type == BLOCK_PROCESS) {
		read_process(s, ed_span_of(in.p, b->n));
	}
	return skip(s, in, eof, b->n, ret);
}

static enum ed_frame_verdict pcapng_frame(void *state, struct ed_span in, bool eof, void *context,
					  struct ed_frame *ret)
{
	struct pcapng_state *s = state;
	enum found found = FOUND_PACKET;
	struct block b = { 0 };
	size_t at = 0;

	if (in.n == 0)
		return ED_FRAME_SKIP;
	if (s->skip_n > 0)
		return skip(s, in, eof, s->skip_n, ret);
	while (at < ED_UNIT_TARGET_BYTES) {
		found = find_block(&s->section, ed_span_from(in, at), &b);
		if (found != FOUND_PACKET && (found != FOUND_OTHER || at == 0 || b.n > in.n - at))
			break;
		at += b.n;
	}
	if (at > 0) {
		memcpy(context, &s->section, sizeof(s->section));
		ret->n_bytes = at;
		return ED_FRAME_UNIT;
	}
	if (found == FOUND_LIE)
		return stop(ret, ED_DROP_BAD_LENGTH);
	if (found == FOUND_PART)
		return eof ? stop(ret, ED_DROP_CUT) : ED_FRAME_MORE;
	return frame_context(s, in, eof, &b, ret);
}

/* Ticks since 1970 to nanoseconds; 0 (unknown) when the result is before 1970 or past 2262. */
static int64_t time_of(const struct interface *i, uint64_t ticks)
{
	unsigned n = i->resolution & 0x7f;
	unsigned __int128 ns = ticks;
	__int128 sum;

	if (i->resolution & 0x80) {
		ns = ns * (uint64_t)ED_NS_PER_S >> n;
	} else {
		/* 19 digits are more than 64 bits of ticks can fill. */
		for (unsigned d = n; d < 9; d++)
			ns *= 10;
		for (unsigned d = 9; d < n && d < 29; d++)
			ns /= 10;
	}
	sum = (__int128)ns + (__int128)i->offset_s * ED_NS_PER_S;
	return sum > 0 && sum <= INT64_MAX ? (int64_t)sum : ED_TIME_UNKNOWN_NS;
}

/* Fields of a packet block that differ between its three kinds. */
struct packet_fields {
	uint32_t interface;
	size_t head_n;
	uint32_t captured_n;
	uint32_t wire_n;
	uint64_t ticks;
	bool timed;
};

static void read_fields(const struct pcapng_section *s, uint32_t type, struct ed_span block,
			struct packet_fields *ret)
{
	const uint8_t *p = block.p;

	*ret = (struct packet_fields){ .head_n = PACKET_HEAD_BYTES };
	if (type == BLOCK_PACKET_SIMPLE) {
		uint32_t snap_n = s->interfaces[0].snap_n;

		ret->head_n = PACKET_SIMPLE_HEAD_BYTES;
		ret->wire_n = get32(s, p + 8);
		ret->captured_n = snap_n > 0 && snap_n < ret->wire_n ? snap_n : ret->wire_n;
		return;
	}
	if (block.n < PACKET_HEAD_BYTES + 4)
		return;
	ret->interface = type == BLOCK_PACKET ? get32(s, p + 8) : get16(s, p + 8);
	ret->ticks = (uint64_t)get32(s, p + 12) << 32 | get32(s, p + 16);
	ret->captured_n = get32(s, p + 20);
	ret->wire_n = get32(s, p + 24);
	ret->timed = true;
}

/* The options of a packet block: which way it went, and whose it was. */
static __attribute__((noinline)) void read_program(const struct pcapng_section *s,
						   struct ed_span in, struct ed_packet_program *ret)
{
	uint32_t number = UINT32_MAX;
	bool asks = false;

	while (in.n >= 4) {
		unsigned code = get16(s, in.p);
		size_t n = get16(s, in.p + 2);

		in = ed_span_from(in, 4);
		if (code == OPTION_END || in.n < n)
			break;
		if (code == OPTION_FLAGS && n == 4)
			ret->way = get32(s, in.p) & 3;
		if (n == 4 &&
		    (code == OPTION_ASKING_PROCESS || (code == OPTION_PROCESS && !asks))) {
			asks = code == OPTION_ASKING_PROCESS;
			number = get32(s, in.p);
		}
		in = ed_span_from(in, (n + 3) & ~(size_t)3);
	}
	if (number < s->n_processes) {
		ret->pid = s->processes[number].pid;
		ret->name = ed_span_of(s->processes[number].name, s->processes[number].name_n);
	}
}

/* One block of a unit. Returns its length; 0 at the end. A block without packet leaves data.p NULL.
 */
static size_t read_block(const struct pcapng_section *s, const struct ed_unit *unit, size_t at,
			 struct ed_capture_record *ret)
{
	struct ed_span in = ed_span_from(unit->bytes, at);
	struct packet_fields f;
	uint32_t type, n;

	*ret = (struct ed_capture_record){ .source = unit->source, .offset = unit->offset + at };
	if (in.n < BLOCK_MIN_BYTES)
		return 0;
	type = get32(s, in.p);
	n = get32(s, in.p + 4);
	if (n < BLOCK_MIN_BYTES || n > in.n)
		return 0;
	if (!is_packet(type))
		return n;
	in.n = n - 4;
	read_fields(s, type, ed_span_of(in.p, n), &f);
	ret->unit_offset = (uint32_t)at;
	/* A block too short for its packet: what there is of it. */
	ret->data = ed_span_from(in, f.head_n);
	if (f.captured_n < ret->data.n)
		ret->data.n = f.captured_n;
	ret->wire_n = f.wire_n > ret->data.n ? f.wire_n : ret->data.n;
	if (f.interface < INTERFACES_MAX && f.interface < s->n_interfaces) {
		ret->layer = (enum ed_layer)s->interfaces[f.interface].layer;
		if (f.timed)
			ret->time_ns = time_of(&s->interfaces[f.interface], f.ticks);
	}
	if (s->n_processes > 0 && type == BLOCK_PACKET)
		read_program(s,
			     ed_span_from(in, f.head_n + (((size_t)f.captured_n + 3) & ~(size_t)3)),
			     &ret->program);
	return n;
}

static void pcapng_decode(void *scratch, const struct ed_unit *unit, struct ed_batch *out)
{
	struct ed_capture_record r;
	size_t at = 0, n;

	(void)scratch;
	if (unit->bytes.n == 0)
		return;
	while ((n = read_block(unit->context, unit, at, &r)) > 0) {
		if (r.data.p)
			ed_capture_decode(&r, out);
		at += n;
	}
}

static void pcapng_resolve(void *state, const struct ed_unit *unit, struct ed_batch *out)
{
	struct pcapng_state *s = state;
	struct ed_capture_record r;

	for (uint32_t i = 0; i < out->n_deferred; i++) {
		if (read_block(unit->context, unit, out->deferred[i], &r) > 0)
			ed_capture_resolve(s->capture, &r, out);
	}
	if (unit->last)
		ed_capture_close(s->capture, out);
}

const struct ed_format ed_format_pcapng = {
	.name = "pcapng",
	.help = "packet capture (pcapng), several sections and interfaces",
	.platforms = 1u << ED_PLATFORM_MACOS | 1u << ED_PLATFORM_NETWORK,
	.fields = ED_FIELD_TIME | ED_FIELD_CLIENT | ED_FIELD_CLIENT_PORT | ED_FIELD_RESOLVER |
		  ED_FIELD_TRANSPORT | ED_FIELD_TXID | ED_FIELD_QNAME | ED_FIELD_QNAME_CASE |
		  ED_FIELD_QNAME_BYTES | ED_FIELD_QTYPE | ED_FIELD_OPCODE | ED_FIELD_FLAGS |
		  ED_FIELD_EDNS | ED_FIELD_RCODE | ED_FIELD_ANSWERS | ED_FIELD_RDATA_BYTES |
		  ED_FIELD_TTL | ED_FIELD_SIZE_QUERY | ED_FIELD_SIZE_RESPONSE | ED_FIELD_PROCESS |
		  ED_FIELD_IMAGE,
	.state_bytes = sizeof(struct pcapng_state),
	.context_bytes = sizeof(struct pcapng_section),
	.probe = pcapng_probe,
	.init = pcapng_init,
	.done = pcapng_done,
	.frame = pcapng_frame,
	.decode = pcapng_decode,
	.resolve = pcapng_resolve,
};
