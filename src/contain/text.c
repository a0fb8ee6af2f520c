/* SPDX-License-Identifier: Apache-2.0 */
/* Names and addresses for the writers; see text.h. */
#include "contain/text.h"

#include "base/ascii.h"

/* True when @is holds for every byte of every label. */
static bool all_bytes(const struct ed_name *name, bool (*is)(uint8_t c))
{
	for (size_t i = 0; i < name->n && name->wire[i]; i += name->wire[i] + 1U) {
		for (size_t k = 1; k <= name->wire[i]; k++) {
			if (!is(name->wire[i + k]))
				return false;
		}
	}
	return true;
}

static bool is_no_dot(uint8_t c)
{
	return c != '.';
}

bool ed_contain_is_plain(const struct ed_name *name)
{
	return all_bytes(name, ed_is_host) && ed_name_labels(ed_span_of(name->wire, name->n)) >= 2;
}

bool ed_contain_has_inner_dot(const struct ed_name *name)
{
	return !all_bytes(name, is_no_dot);
}

void ed_contain_put_name(const struct ed_name *name, const char *escape, struct ed_buf *out)
{
	for (size_t i = 0; i < name->n && name->wire[i]; i += name->wire[i] + 1U) {
		if (i > 0)
			ed_buf_put(out, ".", 1);
		for (size_t k = 1; k <= name->wire[i]; k++) {
			uint8_t c = name->wire[i + k];

			if (ed_is_host(c))
				ed_buf_put(out, &c, 1);
			else
				ed_buf_printf(out, "%s%03u", escape, c);
		}
	}
}

void ed_contain_put_addr(const struct ed_addr *a, struct ed_buf *out)
{
	char text[ED_ADDR_TEXT_MAX];

	ed_addr_to_text(a, text);
	ed_buf_puts(out, text);
}

void ed_contain_put_host_net(const struct ed_addr *a, struct ed_buf *out)
{
	ed_contain_put_addr(a, out);
	ed_buf_puts(out, ed_addr_is_v4(a) ? "/32" : "/128");
}
