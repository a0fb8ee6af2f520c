/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ClientHello; see tls_hello.h.
 *	16 0301 0200  01 0001fc 0303 <random 32> 20 <session> <suites> <compression>
 *	<extensions: 0000 0010  000e 00 000b "example.net">
 */
#include "wire/tls_hello.h"

#include "base/cursor.h"

enum {
	RECORD_HANDSHAKE = 0x16,
	VERSION_MAJOR = 3,
	VERSION_MINOR_MAX = 4,
	CLIENT_HELLO = 1,
	RECORD_BYTES = 5,
	HELLO_BYTES = 4,   /* type and length */
	RANDOM_BYTES = 34, /* with the version before it */
	EXTENSION_SERVER_NAME = 0,
	NAME_HOST = 0,
	EXTENSIONS_MAX = 64, /* a browser sends about 18 */
};

/* "000e 00 000b example.net": the first name of the list, which may have only one of a kind. */
static struct ed_span host_name(struct ed_span extension)
{
	struct ed_cursor c = ed_cursor_from(extension);
	unsigned type;
	size_t n;

	ed_cursor_skip(&c, 2);
	type = ed_cursor_u8(&c);
	n = ed_cursor_be16(&c);
	return type == NAME_HOST ? ed_cursor_bytes(&c, n) : ed_span_of(NULL, 0);
}

/* Up to the extensions. */
static void skip_head(struct ed_cursor *c)
{
	ed_cursor_skip(c, HELLO_BYTES + RANDOM_BYTES);
	ed_cursor_skip(c, ed_cursor_u8(c));
	ed_cursor_skip(c, ed_cursor_be16(c));
	ed_cursor_skip(c, ed_cursor_u8(c));
	ed_cursor_skip(c, 2);
}

bool ed_tls_hello_read(struct ed_span segment, struct ed_span *ret_name)
{
	struct ed_cursor c = ed_cursor_from(ed_span_from(segment, RECORD_BYTES));

	*ret_name = ed_span_of(NULL, 0);
	if (segment.n <= RECORD_BYTES || segment.p[0] != RECORD_HANDSHAKE ||
	    segment.p[1] != VERSION_MAJOR || segment.p[2] > VERSION_MINOR_MAX ||
	    segment.p[RECORD_BYTES] != CLIENT_HELLO)
		return false;
	skip_head(&c);
	for (unsigned i = 0; i < EXTENSIONS_MAX && !c.failed; i++) {
		unsigned type = ed_cursor_be16(&c);
		struct ed_span body = ed_cursor_bytes(&c, ed_cursor_be16(&c));

		if (c.failed || type != EXTENSION_SERVER_NAME)
			continue;
		*ret_name = host_name(body);
		break;
	}
	return true;
}
