/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the rows of programs_table.c for one client. */
#include "programs.h"

#include <stdio.h>
#include <string.h>

/* In an invented world nobody has heard of any vendor: a list of known services is of no help. */
void programs_zone(const struct world *w, const char *zone, char *ret)
{
	if (strcmp(zone, "=") == 0)
		put(ret, "%s", w->company);
	else if (w->invented && *zone)
		lexicon_brand(key_text(w->seed ^ 0xbad, zone), ret);
	else
		put(ret, "%s", zone);
}

static uint32_t office_vendor(const struct world *w)
{
	return 1 + (uint32_t)(mix(w->seed ^ 0xa5) % N_VENDORS);
}

/*
 * What the whole office runs may have any name. What one guest or one machine runs keeps its real
 * one: a product that nobody else has and that no list knows cannot be told from a tunnel, because
 * it is one.
 */
static void row_zone(const struct world *w, uint32_t row, char *ret)
{
	const struct program *p = &programs[row];
	bool of_few = p->vendor ? p->vendor != office_vendor(w) : p->roles == 1U << ROLE_BACKUP;

	if (of_few && strcmp(p->zone, "=") != 0)
		put(ret, "%s", p->zone);
	else
		programs_zone(w, p->zone, ret);
}

static uint32_t vendor_of(const struct client *c)
{
	if (c->role != ROLE_GUEST)
		return office_vendor(c->w);
	return c->key % 10 < 3 ? 1 + (uint32_t)(c->key >> 8) % N_VENDORS : 0;
}

static bool has(const struct client *c, uint32_t row)
{
	const struct program *p = &programs[row];

	if (!(p->roles >> c->role & 1))
		return false;
	if (p->vendor)
		return p->vendor == vendor_of(c);
	return key2(c->key, row) % 100 < p->percent;
}

/* The random parts' source: what is the same for all, for this client, or for nobody. */
static struct rng parts(struct client *c, uint32_t row)
{
	const struct program *p = &programs[row];
	double u = uniform(&c->rng);

	if (p->scope == OWN)
		return (struct rng){ key2(key2(c->key, row + 1000), below(&c->rng, p->pool)) };
	if (p->scope == COMMON)
		return (struct rng){ key2(key_text(p->class, p->template),
					  (uint64_t)(u * u * u * p->pool)) };
	return (struct rng){ next(&c->rng) };
}

static void ask(struct client *c, uint32_t row, int64_t at_us, struct wishes *ws)
{
	static const uint16_t types[] = {
		[ASK_A] = T_A,   [ASK_TXT] = T_TXT, [ASK_SRV] = T_SRV, [ASK_PTR] = T_PTR,
		[ASK_MX] = T_MX, [ASK_SOA] = T_SOA, [ASK_NS] = T_NS
	};
	const struct program *p = &programs[row];
	char name[NAME_BYTES], zone[NAME_BYTES];
	struct rng r = parts(c, row);

	expand(c, p->template, &r, name);
	row_zone(c->w, row, zone);
	if (*zone)
		put(name + strlen(name), ".%s", zone);
	if (p->ask == ASK_HOST && p->answer == ANS_HOST) {
		wish_host(c, at_us, name, p->ttl_s, ws);
		return;
	}
	wish(c, at_us, name, p->ask == ASK_HOST ? T_A : types[p->ask], p->answer, p->ttl_s, ws);
	if (p->ask == ASK_HOST)
		wish(c, at_us, name, T_AAAA, p->answer == ANS_NX ? ANS_NX : ANS_EMPTY, p->ttl_s,
		     ws);
}

static void burst(struct client *c, uint32_t row, int64_t at_us, struct wishes *ws)
{
	for (uint32_t i = 0; i < programs[row].burst; i++)
		ask(c, row, at_us + (int64_t)exponential(&c->rng, i * 80e3), ws);
}

static void run(struct client *c, uint32_t row, struct wishes *ws)
{
	const struct program *p = &programs[row];
	double every_us = p->when == PERIOD_S ? p->rate * 1e6 :
						HOUR_US / (p->rate * (double)c->activity);
	int64_t at_us = c->from_us, to_us = c->to_us;

	if (p->when == AT_START) {
		for (uint32_t i = 0; i < (uint32_t)p->rate; i++) {
			burst(c, row, at_us, ws);
			at_us += (int64_t)exponential(&c->rng, 3.0 * HOUR_US);
		}
		return;
	}
	at_us += (int64_t)(uniform(&c->rng) * every_us);
	while (at_us < to_us) {
		burst(c, row, at_us, ws);
		if (p->when == PERIOD_S)
			at_us += (int64_t)(every_us * (0.98 + 0.04 * uniform(&c->rng)));
		else
			at_us += (int64_t)exponential(&c->rng, every_us);
	}
}

void programs_run(struct client *c, struct wishes *ws)
{
	for (uint32_t row = 0; row < n_programs; row++) {
		if (programs[row].when != PER_PAGE && has(c, row))
			run(c, row, ws);
	}
}

void programs_page(struct client *c, int64_t at_us, struct wishes *ws)
{
	for (uint32_t row = 0; row < n_programs; row++) {
		if (programs[row].when != PER_PAGE || !has(c, row))
			continue;
		if (uniform(&c->rng) < programs[row].rate)
			burst(c, row, at_us, ws);
	}
}

void programs_truth(const struct world *w, void *file)
{
	char zone[NAME_BYTES];

	for (uint32_t row = 0; row < n_programs; row++) {
		row_zone(w, row, zone);
		if (*zone)
			truth_domain(zone, programs[row].class, file);
	}
}
