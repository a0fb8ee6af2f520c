/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a drill from a template; see text.h. */
#include "drill/text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/time.h"
#include "drill/message.h"

enum { NS_PER_US = 1000, NS_PER_MS = 1000000, BASE64_BITS = 6 };

/* What a line is made of. */
struct source {
	const struct ed_drill_plan *plan;
	const struct ed_drill_lookup *l;
};

/* @fmt of strftime, with %N. */
static void put_stamp(int64_t time_ns, const char *fmt, size_t n, struct ed_buf *out)
{
	time_t s = (time_t)(time_ns / ED_NS_PER_S);
	char own[ED_DRILL_STAMP_MAX], text[ED_DRILL_STAMP_MAX];
	size_t n_own = 0;
	struct tm tm;

	for (size_t i = 0; i < n; i++) {
		assert(n_own + 4 < sizeof(own));
		if (fmt[i] == '%' && i + 1 < n && fmt[i + 1] == 'N') {
			n_own += (size_t)snprintf(own + n_own, sizeof(own) - n_own, "%03d",
						  (int)(time_ns % ED_NS_PER_S / NS_PER_MS));
			i++;
		} else {
			own[n_own++] = fmt[i];
		}
	}
	own[n_own] = '\0';
	(void)gmtime_r(&s, &tm);
	n = strftime(text, sizeof(text), own, &tm);
	ed_buf_put(out, text, n);
}

/* RFC 4648 §4, with padding. */
static void put_base64(const uint8_t *p, size_t n, struct ed_buf *out)
{
	static const char
		digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		uint32_t word = (uint32_t)p[i] << 16;
		char four[4];

		if (i + 1 < n)
			word |= (uint32_t)p[i + 1] << 8;
		if (i + 2 < n)
			word |= p[i + 2];
		for (unsigned k = 0; k < sizeof(four); k++)
			four[k] = digits[word >> ((3 - k) * BASE64_BITS) & 63];
		if (i + 2 >= n)
			four[3] = '=';
		if (i + 1 >= n)
			four[2] = '=';
		ed_buf_put(out, four, sizeof(four));
	}
}

/* ------------------------------------------------------------------ values */

static void put_name(const struct source *s, struct ed_buf *out)
{
	ed_buf_puts(out, s->l->text);
}

static void put_domain(const struct source *s, struct ed_buf *out)
{
	ed_buf_puts(out, s->plan->domain);
}

static void put_mark(const struct source *s, struct ed_buf *out)
{
	char mark[ED_DRILL_MARK_TEXT];

	ed_drill_mark_print(s->plan->id, mark);
	ed_buf_puts(out, mark);
}

static void put_host(const struct source *s, struct ed_buf *out)
{
	ed_buf_puts(out, s->plan->host);
}

static void put_addr(const struct ed_addr *addr, struct ed_buf *out)
{
	char text[ED_ADDR_TEXT_MAX];

	ed_addr_to_text(addr, text);
	ed_buf_puts(out, text);
}

static void put_client(const struct source *s, struct ed_buf *out)
{
	put_addr(&s->plan->client, out);
}

static void put_resolver(const struct source *s, struct ed_buf *out)
{
	put_addr(&s->plan->resolver, out);
}

static void put_port(const struct source *s, struct ed_buf *out)
{
	ed_buf_printf(out, "%u", s->l->client_port);
}

static void put_txid(const struct source *s, struct ed_buf *out)
{
	ed_buf_printf(out, "%u", s->l->txid);
}

static void put_txid_hex(const struct source *s, struct ed_buf *out)
{
	ed_buf_printf(out, "%04x", s->l->txid);
}

static void put_answer(const struct source *s, struct ed_buf *out)
{
	ed_buf_puts(out, s->l->answer);
}

static void put_text_bytes(const struct source *s, struct ed_buf *out)
{
	ed_buf_printf(out, "%zu", strlen(s->l->answer));
}

static void put_index(const struct source *s, struct ed_buf *out)
{
	ed_buf_printf(out, "%" PRIu32, s->l->index);
}

static void put_serial(const struct source *s, struct ed_buf *out)
{
	ed_buf_printf(out, "%" PRIu32, s->l->index + 1);
}

static void put_pid(const struct source *s, struct ed_buf *out)
{
	ed_buf_printf(out, "%" PRIu32, ED_DRILL_FIRST_PID + s->l->index);
}

static void put_epoch(const struct source *s, struct ed_buf *out)
{
	ed_buf_printf(out, "%" PRId64 ".%06" PRId64, s->l->time_ns / ED_NS_PER_S,
		      s->l->time_ns % ED_NS_PER_S / NS_PER_US);
}

static void put_epoch_s(const struct source *s, struct ed_buf *out)
{
	ed_buf_printf(out, "%" PRId64, s->l->time_ns / ED_NS_PER_S);
}

static void put_epoch_ms(const struct source *s, struct ed_buf *out)
{
	ed_buf_printf(out, "%" PRId64, s->l->time_ns / NS_PER_MS);
}

static void put_epoch_ns(const struct source *s, struct ed_buf *out)
{
	ed_buf_printf(out, "%" PRId64, s->l->time_ns);
}

static int64_t rtt_ns(const struct source *s)
{
	return s->l->answer_ns - s->l->time_ns;
}

static void put_rtt(const struct source *s, struct ed_buf *out)
{
	ed_buf_printf(out, "%.6f", (double)rtt_ns(s) / (double)ED_NS_PER_S);
}

static void put_rtt_us(const struct source *s, struct ed_buf *out)
{
	ed_buf_printf(out, "%" PRId64, rtt_ns(s) / NS_PER_US);
}

static void put_rtt_ns(const struct source *s, struct ed_buf *out)
{
	ed_buf_printf(out, "%" PRId64, rtt_ns(s));
}

static void put_query_bytes(const struct source *s, struct ed_buf *out)
{
	uint8_t message[ED_DRILL_MESSAGE_MAX];

	ed_buf_printf(out, "%zu", ed_drill_message(s->l, false, message));
}

static void put_answer_bytes(const struct source *s, struct ed_buf *out)
{
	uint8_t message[ED_DRILL_MESSAGE_MAX];

	ed_buf_printf(out, "%zu", ed_drill_message(s->l, true, message));
}

static void put_message(const struct source *s, struct ed_buf *out)
{
	uint8_t message[ED_DRILL_MESSAGE_MAX];

	put_base64(message, ed_drill_message(s->l, true, message), out);
}

static void put_record(const struct source *s, struct ed_buf *out)
{
	uint8_t record[ED_DRILL_MESSAGE_MAX];

	put_base64(record, ed_drill_record(s->l, record), out);
}

/* (4)kq5n(7)example(3)net(0), as Windows DNS writes it. */
static void put_counted(const struct source *s, struct ed_buf *out)
{
	const struct ed_name *name = &s->l->name;

	for (size_t at = 0; name->wire[at] != 0; at += 1U + name->wire[at]) {
		ed_buf_printf(out, "(%u)", name->wire[at]);
		ed_buf_put(out, name->wire + at + 1, name->wire[at]);
	}
	ed_buf_puts(out, "(0)");
}

/* The labels from the last to the first. */
static void put_reversed(const struct source *s, struct ed_buf *out)
{
	const char *text = s->l->text;
	size_t end = strlen(text);

	while (end > 0) {
		size_t begin = end;

		while (begin > 0 && text[begin - 1] != '.')
			begin--;
		ed_buf_put(out, text + begin, end - begin);
		if (begin > 0)
			ed_buf_puts(out, ".");
		end = begin > 0 ? begin - 1 : 0;
	}
}

/* FNV-1a, 32 bits, of the name in wire form, as mDNSResponder tells it. */
static void put_name_hash(const struct source *s, struct ed_buf *out)
{
	uint32_t hash = 0x811c9dc5;

	for (size_t i = 0; i < s->l->name.n; i++)
		hash = (hash ^ s->l->name.wire[i]) * 0x01000193;
	ed_buf_printf(out, "%08" PRIx32, hash);
}

/* The resolver's port 53 as the kernel has a socket address, in hexadecimal digits. */
static void put_sockaddr(const struct source *s, struct ed_buf *out)
{
	enum { V4_AT = 12 };
	const struct ed_addr *a = &s->plan->resolver;
	bool is_v4 = ed_addr_is_v4(a);

	ed_buf_puts(out, is_v4 ? "02000035" : "0A00003500000000");
	for (size_t i = is_v4 ? V4_AT : 0; i < sizeof(a->b); i++)
		ed_buf_printf(out, "%02X", a->b[i]);
	ed_buf_puts(out, is_v4 ? "0000000000000000" : "00000000");
}

static const struct {
	const char *name;
	void (*put)(const struct source *s, struct ed_buf *out);
} values[] = {
	{ "name", put_name },
	{ "domain", put_domain },
	{ "mark", put_mark },
	{ "host", put_host },
	{ "client", put_client },
	{ "resolver", put_resolver },
	{ "port", put_port },
	{ "txid", put_txid },
	{ "txid-hex", put_txid_hex },
	{ "answer", put_answer },
	{ "text-bytes", put_text_bytes },
	{ "index", put_index },
	{ "serial", put_serial },
	{ "pid", put_pid },
	{ "epoch", put_epoch },
	{ "epoch-s", put_epoch_s },
	{ "epoch-ms", put_epoch_ms },
	{ "epoch-ns", put_epoch_ns },
	{ "rtt", put_rtt },
	{ "rtt-us", put_rtt_us },
	{ "rtt-ns", put_rtt_ns },
	{ "query-bytes", put_query_bytes },
	{ "answer-bytes", put_answer_bytes },
	{ "message", put_message },
	{ "record", put_record },
	{ "counted", put_counted },
	{ "reversed", put_reversed },
	{ "name-hash", put_name_hash },
	{ "sockaddr", put_sockaddr },
};

enum { N_VALUES = sizeof(values) / sizeof(values[0]) };

/* What the word of @n bytes stands for. */
static void put_word(const struct source *s, const char *word, size_t n, struct ed_buf *out)
{
	static const char time[] = "time:", answered[] = "answered:";
	size_t i = 0;

	if (n == 0) {
		ed_buf_puts(out, "@");
		return;
	}
	if (n > sizeof(time) && memcmp(word, time, sizeof(time) - 1) == 0) {
		n -= sizeof(time) - 1;
		put_stamp(s->l->time_ns, word + sizeof(time) - 1, n, out);
		return;
	}
	if (n > sizeof(answered) && memcmp(word, answered, sizeof(answered) - 1) == 0) {
		n -= sizeof(answered) - 1;
		put_stamp(s->l->answer_ns, word + sizeof(answered) - 1, n, out);
		return;
	}
	while (i < N_VALUES &&
	       (strlen(values[i].name) != n || memcmp(values[i].name, word, n) != 0))
		i++;
	assert(i < N_VALUES);
	values[i].put(s, out);
}

void ed_drill_fill(const struct ed_drill_plan *plan, const struct ed_drill_lookup *l,
		   const char *template, struct ed_buf *out)
{
	const struct source s = { .plan = plan, .l = l };

	while (*template) {
		size_t n = strcspn(template, "@");

		ed_buf_put(out, template, n);
		template += n;
		if (*template == '\0')
			return;
		n = strcspn(template + 1, "@");
		assert(template[1 + n] == '@');
		put_word(&s, template + 1, n, out);
		template += n + 2;
	}
}

void ed_drill_fill_at(const struct ed_drill_plan *plan, int64_t time_ns, const char *template,
		      struct ed_buf *out)
{
	struct ed_drill_lookup l;

	memset(&l, 0, sizeof(l));
	l.time_ns = l.answer_ns = time_ns;
	ed_drill_fill(plan, &l, template, out);
}
