/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of JSON logs of Linux machines; see json.h.
 *	"ARGV":["dig","+short","TXT","mfrggzdf.t.example.com"]
 */
#include "format/linux/json.h"

#include "base/time.h"
#include "format/text/logline.h"

void ed_linux_argv_add(struct ed_json_log_record *r, unsigned slot)
{
	struct ed_span text = r->value[slot];
	size_t used = r->answers.sum.bytes_opaque;

	/* with its quotes and comma it took more than this of its line, which fits in the space */
	if (text.n > 0)
		memcpy(r->space + used, text.p, text.n);
	r->space[used + text.n] = '\0';
	r->answers.sum.bytes_opaque = (uint32_t)(used + text.n + 1);
}

unsigned ed_linux_argv_get(struct ed_json_log_record *r,
			   struct ed_span ret[static ED_ARGV_WORDS_MAX],
			   struct ed_span *ret_command)
{
	size_t used = r->answers.sum.bytes_opaque, at = 0;
	unsigned n = 0;

	while (at < used) {
		const uint8_t *end = memchr(r->space + at, '\0', used - at);
		size_t len = end ? (size_t)(end - r->space) - at : used - at;

		if (n < ED_ARGV_WORDS_MAX)
			ret[n++] = ed_span_of(r->space + at, len);
		/* the borders become the blanks of the command */
		r->space[at + len] = ' ';
		at += len + 1;
	}
	*ret_command = ed_span_of(r->space, used > 0 ? used - 1 : 0);
	return n;
}

uint32_t ed_linux_number(struct ed_span text)
{
	uint32_t v;

	return ed_json_text_number(text, UINT32_MAX, &v) ? v : 0;
}

bool ed_linux_begin(struct ed_json_log_record *r, struct ed_span text, struct ed_linux_record *ret)
{
	struct ed_event ev = { .time_ns = 0 };

	memset(ret, 0, sizeof(*ret));
	if (!ed_json_log_time(r, text, &ev))
		return false;
	ret->time_ns = ev.time_ns;
	ret->time_quality = ev.time_quality;
	ret->offset = r->offset;
	ret->source = r->source;
	return true;
}

bool ed_linux_addr(struct ed_span text, struct ed_addr *ret)
{
	uint16_t none = 0;

	return text.n > 0 && ed_logline_endpoint(text, '\n', ret, &none);
}

enum ed_transport ed_linux_transport(struct ed_span text)
{
	if (ed_span_starts(text, "IPPROTO_"))
		text = ed_span_from(text, 8);
	if (text.n < 3)
		return ED_TRANSPORT_UNKNOWN;
	if ((text.p[0] | 0x20) == 'u' && (text.p[1] | 0x20) == 'd')
		return ED_TRANSPORT_UDP;
	if ((text.p[0] | 0x20) == 't' && (text.p[1] | 0x20) == 'c')
		return ED_TRANSPORT_TCP;
	return ED_TRANSPORT_UNKNOWN;
}
