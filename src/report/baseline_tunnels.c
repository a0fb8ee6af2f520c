/* SPDX-License-Identifier: Apache-2.0 */
/* Tunnels that must be caught; see baseline_tunnels.h. */
#include "report/baseline_tunnels.h"

#include <errno.h>
#include <stdlib.h>

void ed_baseline_tunnels_done(struct ed_baseline_tunnels *t)
{
	free(t->v);
	*t = (struct ed_baseline_tunnels){ .v = NULL };
}

static int push(struct ed_baseline_tunnels *t, const struct ed_baseline_tunnel *one)
{
	if (t->n == t->cap) {
		size_t cap = t->cap ? 2 * t->cap : 64;
		struct ed_baseline_tunnel *v = reallocarray(t->v, cap, sizeof(*v));

		if (!v)
			return -ENOMEM;
		t->v = v;
		t->cap = cap;
	}
	t->v[t->n++] = *one;
	return 0;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of @rest; empty: there is none. */
static struct ed_span word(struct ed_span *rest)
{
	size_t n = 0;
	struct ed_span w;

	while (rest->n > 0 && is_blank(rest->p[0]))
		*rest = ed_span_from(*rest, 1);
	while (n < rest->n && !is_blank(rest->p[n]))
		n++;
	w = ed_span_of(rest->p, n);
	*rest = ed_span_from(*rest, n);
	return w;
}

static bool take_domain(struct ed_span text, struct ed_name *ret)
{
	if (ed_name_from_text(text, ED_NAME_MASTER, ret) != 0 || ret->n < 2)
		return false;
	ed_name_lower(ret->wire, ret->n, ret->wire);
	return true;
}

/* 0, -ENOMEM, or 1 when it cannot be read. */
static int take_line(struct ed_span line, struct ed_baseline_tunnels *t)
{
	const uint8_t *comment = line.n > 0 ? memchr(line.p, '#', line.n) : NULL;
	struct ed_span rest = ed_span_of(line.p, comment ? (size_t)(comment - line.p) : line.n);
	struct ed_span first = word(&rest), second = word(&rest);
	struct ed_baseline_tunnel one = { .domain = { .n = 0 } };

	if (first.n == 0)
		return 0;
	if (word(&rest).n > 0)
		return 1;
	if (second.n == 0)
		return take_domain(first, &one.domain) ? push(t, &one) : 1;
	if (!ed_addr_from_text(first, &one.client) ||
	    (!ed_span_is(second, "-") && !take_domain(second, &one.domain)))
		return 1;
	return push(t, &one);
}

int ed_baseline_tunnels_read(struct ed_span text, struct ed_baseline_tunnels *t)
{
	int line = 0, r = 0;

	while (text.n > 0 && r == 0) {
		const uint8_t *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n;

		line++;
		r = take_line(ed_span_of(text.p, n), t);
		text = ed_span_from(text, end ? n + 1 : n);
	}
	return r > 0 ? line : r;
}

int ed_baseline_tunnels_add(struct ed_baseline_tunnels *t, const struct ed_alert *a)
{
	struct ed_baseline_tunnel one = { .client = a->client, .domain = a->domain };

	return a->level >= ED_LEVEL_MEDIUM ? push(t, &one) : 0;
}

static bool is_about(const struct ed_alert *a, const struct ed_baseline_tunnel *t)
{
	if (ed_addr_known(&t->client) && ed_addr_known(&a->client) &&
	    !ed_addr_eq(&t->client, &a->client))
		return false;
	if (t->domain.n == 0)
		return a->domain.n == 0 && ed_addr_eq(&t->client, &a->client);
	return a->domain.n > 0 &&
	       (ed_name_within(ed_name_span(&a->domain), ed_name_span(&t->domain)) ||
		ed_name_within(ed_name_span(&t->domain), ed_name_span(&a->domain)));
}

bool ed_baseline_tunnels_have(const struct ed_baseline_tunnels *t, const struct ed_alert *a)
{
	for (size_t i = 0; i < t->n; i++) {
		if (is_about(a, &t->v[i]))
			return true;
	}
	return false;
}

static bool is_caught(const struct ed_baseline_tunnel *t, const struct ed_alert *alerts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (alerts[i].level >= ED_LEVEL_MEDIUM && is_about(&alerts[i], t))
			return true;
	}
	return false;
}

void ed_baseline_measure(const struct ed_baseline_tunnels *t, const struct ed_alert *alerts,
			 size_t n, struct ed_baseline_effect *ret)
{
	*ret = (struct ed_baseline_effect){ .n_alerts = 0 };
	for (size_t i = 0; i < n; i++) {
		if (alerts[i].level < ED_LEVEL_MEDIUM)
			continue;
		ret->n_alerts++;
		ret->n_others += !ed_baseline_tunnels_have(t, &alerts[i]);
	}
	for (size_t i = 0; i < t->n; i++)
		ret->n_tunnels += is_caught(&t->v[i], alerts, n);
}
