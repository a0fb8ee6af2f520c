/* SPDX-License-Identifier: Apache-2.0 */
/* Settings for a part of the machines; see group.h. */
#include "analytic/group.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "record/program.h"

enum { V4_OFFSET_BITS = 96, ADDR_BITS = 128 };

static const char role_word[] = "role:", network_word[] = "network:", host_word[] = "host:";

/* What stands behind the word in the group's text. */
static const char *value_of(const struct ed_group *g)
{
	return strchr(g->text, ':') + 1;
}

static bool starts(const char *text, const char *word)
{
	return strncmp(text, word, strlen(word)) == 0;
}

/* "10.1.0.0/16", or an address alone. */
static bool parse_prefix(struct ed_group *g)
{
	const char *slash = strchr(g->text, '/');
	size_t n = slash ? (size_t)(slash - g->text) : strlen(g->text);
	char *end = NULL;
	long bits = -1;

	if (!ed_addr_from_text(ed_span_of(g->text, n), &g->prefix))
		return false;
	if (slash)
		bits = strtol(slash + 1, &end, 10);
	if (slash && (end == slash + 1 || *end != '\0' || bits < 0))
		return false;
	if (!slash)
		bits = ADDR_BITS;
	else if (ed_addr_is_v4(&g->prefix))
		bits += V4_OFFSET_BITS;
	g->prefix_bits = (uint8_t)(bits > ADDR_BITS ? 0 : bits);
	g->kind = ED_GROUP_PREFIX;
	return bits <= ADDR_BITS;
}

/* False: what is wrong stands in @error. */
static bool parse(struct ed_group *g, char error[static ED_GROUP_ERROR_MAX])
{
	enum ed_asset_role role;

	if (starts(g->text, role_word)) {
		g->kind = ED_GROUP_ROLE;
		if (ed_asset_role_from_text(ed_span_str(value_of(g)), &role)) {
			g->role = (uint8_t)role;
			return true;
		}
		(void)snprintf(error, ED_GROUP_ERROR_MAX, "there is no such role");
		return false;
	}
	if (starts(g->text, network_word) || starts(g->text, host_word)) {
		g->kind = starts(g->text, host_word) ? ED_GROUP_HOST : ED_GROUP_NETWORK;
		if (*value_of(g))
			return true;
	} else if (parse_prefix(g)) {
		return true;
	}
	(void)snprintf(error, ED_GROUP_ERROR_MAX,
		       "behind @ stands role:ROLE, network:NAME, host:PATTERN or ADDRESS/BITS");
	return false;
}

/* The group's index; -1: it is not there, and there is no place. */
static int find_or_add(struct ed_groups *g, const struct ed_group *group)
{
	for (unsigned i = 0; i < g->n; i++) {
		if (strcmp(g->group[i].text, group->text) == 0)
			return (int)i;
	}
	if (g->n == ED_GROUPS_MAX)
		return -1;
	g->group[g->n] = *group;
	return (int)g->n++;
}

int ed_groups_add(struct ed_groups *g, struct ed_span selector,
		  const struct ed_group_setting *setting, char error[static ED_GROUP_ERROR_MAX])
{
	struct ed_group group = { .text = "" };
	int i;

	if (selector.n >= sizeof(group.text)) {
		(void)snprintf(error, ED_GROUP_ERROR_MAX, "the group's name is too long");
		return -EINVAL;
	}
	memcpy(group.text, selector.p, selector.n);
	if (!parse(&group, error))
		return -EINVAL;
	i = find_or_add(g, &group);
	if (i < 0 || g->n_settings == ED_GROUP_SETTINGS_MAX) {
		(void)snprintf(error, ED_GROUP_ERROR_MAX,
			       "at most %d groups and %d settings for them", ED_GROUPS_MAX,
			       ED_GROUP_SETTINGS_MAX);
		return -EINVAL;
	}
	g->setting[g->n_settings] = *setting;
	g->setting[g->n_settings++].group = (uint8_t)i;
	return 0;
}

void ed_groups_work_out(const struct ed_groups *g, const ed_analytic_confs base,
			ed_analytic_confs *ret)
{
	char error[ED_OPTION_ERROR_MAX];

	for (unsigned mask = 0; mask < ed_groups_masks(g); mask++) {
		memcpy(ret[mask], base, sizeof(ret[mask]));
		for (unsigned i = 0; i < g->n_settings; i++) {
			const struct ed_group_setting *s = &g->setting[i];
			int r;

			if (!(mask >> s->group & 1))
				continue;
			r = ed_option_set(s->option, ret[mask][s->analytic], s->value, error);
			assert(r == 0); /* it was tried when it was given */
			(void)r;
		}
	}
}

/* ------------------------------------------------------------------ members */

static bool in_prefix(const struct ed_group *g, const struct ed_addr *addr)
{
	unsigned whole = g->prefix_bits / 8, rest = g->prefix_bits % 8;

	if (memcmp(addr->b, g->prefix.b, whole) != 0)
		return false;
	return rest == 0 || (addr->b[whole] ^ g->prefix.b[whole]) >> (8 - rest) == 0;
}

static bool is_host(const struct ed_group *g, const struct ed_asset *asset,
		    const struct ed_event *ev)
{
	const struct ed_process *p = ed_event_process(ev);

	for (unsigned i = 0; asset && i < asset->n_names; i++) {
		if (ed_program_is_listed(value_of(g), ed_span_str(asset->name[i])))
			return true;
	}
	return p && ed_program_is_listed(value_of(g), ed_process_text(p, ED_TEXT_HOST));
}

static bool is_member(const struct ed_group *g, const struct ed_asset *asset,
		      const struct ed_event *ev)
{
	switch ((enum ed_group_kind)g->kind) {
	case ED_GROUP_ROLE:
		return g->role == ev->asset_role;
	case ED_GROUP_NETWORK:
		return asset && strcasecmp(asset->network, value_of(g)) == 0;
	case ED_GROUP_HOST:
		return is_host(g, asset, ev);
	case ED_GROUP_PREFIX:
		return (ev->has & ED_FIELD_CLIENT) && in_prefix(g, &ev->client);
	}
	return false;
}

uint8_t ed_groups_of(const struct ed_groups *g, const struct ed_asset *asset,
		     const struct ed_event *ev)
{
	unsigned mask = 0;

	for (unsigned i = 0; i < g->n; i++)
		mask |= (unsigned)is_member(&g->group[i], asset, ev) << i;
	return (uint8_t)mask;
}
