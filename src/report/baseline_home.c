/* SPDX-License-Identifier: Apache-2.0 */
/* Programs and packages at home; see baseline_home.h. */
#include "report/baseline_home.h"

#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

enum { INDEX_N = 4 * ED_BASELINE_PACKAGES_MAX };
static_assert((int)ED_BASELINE_PROGRAMS_MAX <= (int)ED_BASELINE_PACKAGES_MAX, "one size for both");

struct ed_baseline_home {
	struct ed_baseline *b;
	uint64_t hash_key;
	uint16_t programs[INDEX_N], packages[INDEX_N]; /* number + 1; 0: free */
	bool is_excepted[ED_BASELINE_PROGRAMS_MAX];
};

int ed_baseline_home_new(struct ed_baseline *b, uint64_t hash_key, struct ed_baseline_home **ret)
{
	*ret = ed_mem_zalloc(1, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	(*ret)->b = b;
	(*ret)->hash_key = hash_key;
	return 0;
}

void ed_baseline_home_free(struct ed_baseline_home *h)
{
	ed_mem_free(h);
}

/* A comma would end a pattern of the settings that are made of these names. */
static void image_text(struct ed_span path, char ret[static ED_BASELINE_TEXT_MAX])
{
	struct ed_span base = ed_image_base(path);
	uint8_t lower[ED_TEXT_MAX];

	base.n = base.n < sizeof(lower) ? base.n : sizeof(lower);
	ed_name_lower(base.p, base.n, lower);
	(void)ed_process_print(ed_span_of(lower, base.n), ret, ED_BASELINE_TEXT_MAX);
}

static struct ed_baseline_program *find_program(struct ed_baseline_home *h, uint8_t row,
						struct ed_span path, bool make)
{
	struct ed_baseline_program *p;
	char image[ED_BASELINE_TEXT_MAX];
	uint64_t i;

	image_text(path, image);
	if (!*image)
		return NULL;
	for (i = ed_hash_bytes(image, strlen(image), h->hash_key ^ row) % INDEX_N; h->programs[i];
	     i = (i + 1) % INDEX_N) {
		p = &h->b->programs[h->programs[i] - 1];
		if (p->row == row && strcmp(p->image, image) == 0)
			return p;
	}
	if (!make)
		return NULL;
	if (h->b->n_programs == ED_BASELINE_PROGRAMS_MAX) {
		h->b->is_full = true;
		return NULL;
	}
	p = &h->b->programs[h->b->n_programs++];
	h->programs[i] = (uint16_t)h->b->n_programs;
	p->row = row;
	memcpy(p->image, image, sizeof(image));
	return p;
}

static void note_program(struct ed_baseline_home *h, const struct ed_event *ev,
			 const struct ed_process *who)
{
	struct ed_baseline_program *p = find_program(h, (uint8_t)ed_analytic_row_of(ev->platform),
						     ed_process_text(who, ED_TEXT_IMAGE), true);

	if (!p)
		return;
	p->machines |= UINT64_C(1) << (ed_process_host_hash(who, h->hash_key) & 63);
	p->launch |= who->launch;
	if (ev->kind == ED_EVENT_PROCESS) {
		p->n_starts++;
		return;
	}
	p->n_lookups++;
	p->domains |= UINT64_C(1) << (ed_hash_mix(ev->zone_hash) & 63);
}

static void note_package(struct ed_baseline_home *h, const struct ed_event *ev,
			 const struct ed_process *of)
{
	struct ed_baseline_package new, *p;
	uint64_t i;

	memset(&new, 0, sizeof(new));
	(void)ed_process_print(ed_process_text(of, ED_TEXT_PACKAGE), new.name, sizeof(new.name));
	(void)ed_process_print(ed_process_text(of, ED_TEXT_VERSION), new.version,
			       sizeof(new.version));
	(void)ed_process_print(ed_process_text(of, ED_TEXT_VENDOR), new.vendor, sizeof(new.vendor));
	new.acceptance = ev->package.acceptance;
	if (!new.name[0])
		return;
	for (i = ed_hash_bytes(&new, sizeof(new), h->hash_key) % INDEX_N; h->packages[i];
	     i = (i + 1) % INDEX_N) {
		p = &h->b->packages[h->packages[i] - 1];
		if (memcmp(p, &new, sizeof(new)) == 0)
			return;
	}
	if (h->b->n_packages == ED_BASELINE_PACKAGES_MAX) {
		h->b->is_full = true;
		return;
	}
	h->b->packages[h->b->n_packages++] = new;
	h->packages[i] = (uint16_t)h->b->n_packages;
}

void ed_baseline_home_note(struct ed_baseline_home *h, const struct ed_event *ev)
{
	const struct ed_process *p = ed_event_process(ev);

	if (!p)
		return;
	if (ev->kind == ED_EVENT_PACKAGE) {
		if (ev->package.action == ED_PACKAGE_LISTED ||
		    ev->package.action == ED_PACKAGE_INSTALLED)
			note_package(h, ev, p);
		return;
	}
	if (ev->kind == ED_EVENT_PROCESS || ed_event_is_lookup(ev))
		note_program(h, ev, p);
}

void ed_baseline_home_except(struct ed_baseline_home *h, const struct ed_actor *actor)
{
	const struct ed_baseline_program *p;

	if (!actor->known)
		return;
	p = find_program(h, (uint8_t)ed_analytic_row_of(actor->platform),
			 ed_actor_text(actor, ED_TEXT_IMAGE), false);
	if (p)
		h->is_excepted[p - h->b->programs] = true;
}

static int by_image(const void *a, const void *b)
{
	const struct ed_baseline_program *x = a, *y = b;

	return x->row != y->row ? (int)x->row - (int)y->row : strcmp(x->image, y->image);
}

static int by_package(const void *a, const void *b)
{
	const struct ed_baseline_package *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	c = c ? c : strcmp(x->version, y->version);
	c = c ? c : strcmp(x->vendor, y->vendor);
	return c ? c : (int)x->acceptance - (int)y->acceptance;
}

void ed_baseline_home_finish(struct ed_baseline_home *h)
{
	struct ed_baseline *b = h->b;
	uint32_t n = 0;

	for (uint32_t i = 0; i < b->n_programs; i++) {
		if (!h->is_excepted[i])
			b->programs[n++] = b->programs[i];
	}
	b->n_programs = n;
	qsort(b->programs, b->n_programs, sizeof(*b->programs), by_image);
	qsort(b->packages, b->n_packages, sizeof(*b->packages), by_package);
}
