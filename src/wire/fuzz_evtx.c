/* SPDX-License-Identifier: Apache-2.0 */
/* Chunks of an event log, at most two: what comes out is lines of well-formed markup, bounded, and
 * the same when it is read again. */
#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "wire/evtx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Every '<' has its '>' and nothing cannot stand in a line; tags are told apart by depth alone. */
static void check_line(struct ed_span line)
{
	bool in_tag = false;
	long depth = 0;

	assert(line.n > 1 && line.n <= ED_EVTX_LINE_MAX_BYTES && line.p[line.n - 1] == '\n');
	for (size_t i = 0; i + 1 < line.n; i++) {
		uint8_t c = line.p[i];

		assert(c >= ' ' && c != 0x7f);
		assert(c != '<' || !in_tag);
		assert(c != '>' || in_tag);
		if (c == '<') {
			in_tag = true;
			depth += line.p[i + 1] == '/' ? -1 : 1;
		} else if (c == '>') {
			in_tag = false;
			depth -= line.p[i - 1] == '/';
		}
		assert(depth >= 0);
	}
	assert(!in_tag && depth == 0);
}

/* Reads the chunk; the sum of what came of it. */
static uint64_t walk(struct ed_evtx *reader, struct ed_span chunk)
{
	struct ed_evtx_item item;
	uint64_t sum = 0, text_bytes = 0;
	uint32_t at = 0, n_items = 0;

	ed_evtx_chunk(reader, chunk);
	for (;;) {
		ed_evtx_next(reader, &item);
		if (item.kind == ED_EVTX_END)
			break;
		assert(item.at >= at && item.at <= chunk.n);
		assert(item.n > 0 && item.n <= ED_EVTX_CHUNK_BYTES / 4);
		assert(n_items++ < ED_EVTX_CHUNK_BYTES / 4);
		at = item.at;
		if (item.kind == ED_EVTX_RECORD) {
			check_line(item.line);
			text_bytes += item.line.n;
		}
		sum = sum * 31 + item.kind * 7 + item.n + item.line.n;
	}
	assert(text_bytes <= ED_EVTX_CHUNK_TEXT_MAX_BYTES + ED_EVTX_CHUNK_BYTES);
	return sum;
}

/*
 * Both chunks by a new reader; chunks of the exact size, so that a read behind one is seen. The
 * reader comes from mmap: of its 9 MiB only what is touched has to be cleared then.
 */
static uint64_t read_all(struct ed_span log)
{
	struct ed_evtx *reader = mmap(NULL, sizeof(*reader), PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t sum = 0;

	for (unsigned i = 0; reader != MAP_FAILED && i < 2; i++) {
		size_t n = log.n < ED_EVTX_CHUNK_BYTES ? log.n : ED_EVTX_CHUNK_BYTES;
		uint8_t *copy = malloc(n ? n : 1);

		if (!copy)
			break;
		memcpy(copy, log.p, n);
		sum = sum * 31 + walk(reader, ed_span_of(copy, n));
		free(copy);
		log = ed_span_from(log, n);
	}
	if (reader != MAP_FAILED)
		(void)munmap(reader, sizeof(*reader));
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	assert(read_all(ed_span_of(data, n)) == read_all(ed_span_of(data, n)));
	return 0;
}
