/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A baseline file of any bytes: it is refused, or what is read is written and read again as the
 * same. Input: the lines between the first and the checksum; both are put round them, or nothing
 * would ever get past the checksum. What is none of it is tried as it is, too.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/hash.h"
#include "report/baseline.h"
#include "report/baseline_show.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { ROWS_MAX = 256 };

static void check(const struct ed_baseline *b)
{
	struct ed_baseline_row *rows = calloc(ROWS_MAX, sizeof(*rows));
	char error[ED_BASELINE_ERROR_MAX];
	struct ed_baseline *again;
	struct ed_buf one, two;

	assert(rows);
	ed_buf_init(&one, ED_BASELINE_FILE_MAX_BYTES);
	ed_buf_init(&two, ED_BASELINE_FILE_MAX_BYTES);
	ed_baseline_write(b, &one);
	assert(ed_baseline_read(ed_span_of(one.p, one.n), &again, error) == 0);
	ed_baseline_write(again, &two);
	assert(one.n == two.n && memcmp(one.p, two.p, one.n) == 0);
	assert(ed_baseline_compare(b, again, true, rows, ROWS_MAX) <= ROWS_MAX);
	ed_baseline_free(again);
	ed_buf_done(&one);
	ed_buf_done(&two);
	free(rows);
}

static void run(struct ed_span text)
{
	char error[ED_BASELINE_ERROR_MAX] = "";
	struct ed_baseline *b;
	int r = ed_baseline_read(text, &b, error);

	assert(r >= 0);
	assert((r == 0) == (b != NULL));
	assert(r == 0 || error[0]);
	if (b)
		check(b);
	ed_baseline_free(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char head[] = "earthdog-baseline\t1\n";
	struct ed_buf text;

	run(ed_span_of(data, n));
	ed_buf_init(&text, n + 256);
	ed_buf_puts(&text, head);
	ed_buf_put(&text, data, n);
	if (n > 0 && data[n - 1] != '\n')
		ed_buf_puts(&text, "\n");
	ed_buf_printf(&text, "sum\t%016" PRIx64 "\n",
		      ed_hash_bytes(text.p, text.n, UINT64_C(0x6261736c696e6531)));
	run(ed_span_of(text.p, text.n));
	ed_buf_done(&text);
	return 0;
}
