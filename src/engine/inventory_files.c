/* SPDX-License-Identifier: Apache-2.0 */
/* The inventory of a run; see inventory_files.h. */
#include "engine/inventory_files.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

enum {
	PATH_SHOWN_MAX = 128, /* its end: the reason must fit too */
	PLACE_MAX = ED_INVENTORY_NAME_MAX + 24,
	WHAT_MAX = 256,
};

/* --------------------------------------------------------------------- loading */

static int add_file(struct ed_inventory *inv, const char *path, char error[static 256])
{
	struct ed_inventory_fault fault = { .text = "" };
	int why = ed_inventory_add_file(inv, path, &fault);
	size_t n = strlen(path);

	if (n > PATH_SHOWN_MAX)
		path += n - PATH_SHOWN_MAX;
	if (why < 0)
		(void)snprintf(error, 256, "inventory %.128s: %s", path, strerror(-why));
	else if (why > 0 && fault.line > 0)
		(void)snprintf(error, 256, "inventory %.128s:%" PRIu64 ": %s", path, fault.line,
			       fault.text);
	else if (why > 0)
		(void)snprintf(error, 256, "inventory %.128s: %s", path, fault.text);
	return why > 0 ? -EINVAL : why;
}

static int add_files(struct ed_inventory *inv, const char *list, char error[static 256])
{
	char path[PATH_MAX];
	int why = 0;

	while (*list && why == 0) {
		size_t n = strcspn(list, ",");

		if (n >= sizeof(path)) {
			(void)snprintf(error, 256, "inventory: the path is too long");
			return -ENAMETOOLONG;
		}
		memcpy(path, list, n);
		path[n] = '\0';
		list += n + (list[n] == ',');
		if (n > 0)
			why = add_file(inv, path, error);
	}
	return why;
}

int ed_inventory_files_load(const struct ed_scan_config *conf, struct ed_inventory **ret,
			    char error[static 256])
{
	struct ed_inventory *inv;
	int why;

	*ret = NULL;
	if (conf->n_inventory == 0)
		return 0;
	why = ed_inventory_new(conf->seed, &inv);
	for (size_t i = 0; i < conf->n_inventory && why == 0; i++)
		why = add_files(inv, conf->inventory[i], error);
	if (why == 0)
		why = ed_inventory_build(inv);
	if (why == 0)
		*ret = inv;
	else
		ed_inventory_free(inv);
	return why;
}

/* --------------------------------------------------------------------- telling */

static const char *place_of(const struct ed_inventory_file *file, uint64_t line,
			    char ret[static PLACE_MAX])
{
	if (line > 0)
		(void)snprintf(ret, PLACE_MAX, "%s:%" PRIu64, file->name, line);
	else
		(void)snprintf(ret, PLACE_MAX, "%s", file->name);
	return ret;
}

static void tell(const struct ed_scan_hooks *hooks, const char *place, const char *what, uint64_t n)
{
	hooks->trouble(hooks->arg,
		       &(struct ed_scan_trouble){ .path = place, .what = what, .n = n });
}

static void tell_file(const struct ed_inventory_file *file, const struct ed_scan_hooks *hooks)
{
	char place[PLACE_MAX], what[WHAT_MAX];

	if (file->n_bad > 0) {
		(void)snprintf(what, sizeof(what), "left out of the inventory: %s",
			       file->first_bad.text);
		tell(hooks, place_of(file, file->first_bad.line, place), what, file->n_bad);
	}
	if (file->n_odd_roles > 0)
		tell(hooks, place_of(file, file->first_odd_role, place),
		     "a role that is not known; taken for none", file->n_odd_roles);
	if (file->n_cut > 0)
		tell(hooks, place_of(file, 0, place), "more addresses than a record may have",
		     file->n_cut);
}

static void tell_conflicts(const struct ed_inventory *inv, const struct ed_scan_hooks *hooks)
{
	const struct ed_inventory_conflict *c;
	char place[2][PLACE_MAX], addr[ED_ADDR_TEXT_MAX], what[WHAT_MAX];

	if (ed_inventory_n_conflicts(inv) == 0)
		return;
	c = ed_inventory_conflict(inv, 0);
	for (unsigned i = 0; i < 2; i++)
		(void)place_of(ed_inventory_file(inv, c->by[i].file), c->by[i].line, place[i]);
	(void)ed_addr_to_text(&c->addr, addr);
	(void)snprintf(what, sizeof(what), "%s is another machine's too, by %s", addr, place[1]);
	tell(hooks, place[0], what, ed_inventory_n_conflicts(inv));
}

void ed_inventory_files_tell(const struct ed_inventory *inv, const struct ed_scan_hooks *hooks)
{
	if (!inv || !hooks || !hooks->trouble)
		return;
	for (unsigned i = 0; i < ed_inventory_n_files(inv); i++)
		tell_file(ed_inventory_file(inv, i), hooks);
	tell_conflicts(inv, hooks);
}
