/* SPDX-License-Identifier: Apache-2.0 */
/* The registry of containment writers, and what all of them have in common. */
#include "contain/contain.h"

#include <stdio.h>

const struct ed_contain_writer *const ed_contain_writers[] = {
#define CONTAIN(id) &ed_contain_##id,
#include "contain/contain.def"
#undef CONTAIN
	NULL,
};

static const char *const fault_texts[ED_CONTAIN_FAULTS] = {
	[ED_CONTAIN_NEEDS_NAME] = "it blocks names, and there is none",
	[ED_CONTAIN_NEEDS_ADDRESS] = "it sees addresses only, and there is no client and no server",
	[ED_CONTAIN_FOR_ALL_ONLY] = "it blocks a name for all clients, never for one",
	[ED_CONTAIN_BAD_NAME] = "the name has bytes that cannot be written there",
	[ED_CONTAIN_TOO_LONG] = "the name is too long for it",
	[ED_CONTAIN_NEEDS_RESOLVER] =
		"the client would resolve nothing: name the resolvers that stay open (--resolver)",
};

const struct ed_contain_writer *ed_contain_find(const char *name)
{
	for (size_t i = 0; ed_contain_writers[i]; i++) {
		if (strcmp(ed_contain_writers[i]->name, name) == 0)
			return ed_contain_writers[i];
	}
	return NULL;
}

int ed_contain_check(const struct ed_contain_writer *w, const struct ed_contain_entry *e,
		     const struct ed_contain_frame *frame)
{
	if (!(w->takes & ED_CONTAIN_NAME)) {
		if (!ed_addr_known(&e->client) && !ed_addr_known(&e->server))
			return ED_CONTAIN_NEEDS_ADDRESS;
	} else if (e->domain.n < 2) {
		return ED_CONTAIN_NEEDS_NAME;
	}
	if (ed_addr_known(&e->client) && !(w->takes & ED_CONTAIN_CLIENT))
		return ED_CONTAIN_FOR_ALL_ONLY;
	return w->fault ? w->fault(e, frame) : 0;
}

const char *ed_contain_fault_text(int fault)
{
	return fault > 0 && fault < ED_CONTAIN_FAULTS ? fault_texts[fault] : "unknown";
}

bool ed_contain_same(const struct ed_contain_entry *a, const struct ed_contain_entry *b)
{
	return a->domain.n == b->domain.n &&
	       memcmp(a->domain.wire, b->domain.wire, a->domain.n) == 0 &&
	       ed_addr_eq(&a->client, &b->client) && ed_addr_eq(&a->server, &b->server);
}

void ed_contain_reason(const char *text, char ret[static ED_CONTAIN_REASON_MAX])
{
	enum { DOTS = 3, ESCAPE = 4 };
	size_t n = 0;

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (n + ESCAPE + DOTS >= ED_CONTAIN_REASON_MAX) {
			memcpy(ret + n, "...", DOTS);
			n += DOTS;
			break;
		}
		if (c >= 0x20 && c < 0x7f)
			ret[n++] = (char)c;
		else
			n += (size_t)snprintf(ret + n, ESCAPE + 1, "\\x%02x", c);
	}
	ret[n] = '\0';
}
