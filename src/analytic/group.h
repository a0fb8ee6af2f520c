/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings that hold for a part of the machines only: for a role, a network, hosts by name or
 * addresses, "AN1124.QueryRatePerClient@role:server=5/s". A client can be in several groups; of two
 * settings that meet, the later one counts.
 *
 * The groups of a client are a mask of bits, and every mask has its settings worked out at the
 * start, so that an event costs no more than to find its mask.
 */
#ifndef ED_ANALYTIC_GROUP_H
#define ED_ANALYTIC_GROUP_H

#include "analytic/analytic.h"
#include "record/asset.h"

enum {
	ED_GROUPS_MAX = 8,
	ED_GROUP_SETTINGS_MAX = 64,
	ED_GROUP_TEXT_MAX = 64,
	ED_GROUP_ERROR_MAX = 160,
};

enum ed_group_kind {
	ED_GROUP_ROLE,    /* role:server */
	ED_GROUP_NETWORK, /* network:dmz */
	ED_GROUP_HOST,    /* host:web*, by the inventory or the machine's own log */
	ED_GROUP_PREFIX,  /* 10.1.0.0/16 */
};

struct ed_group {
	char text[ED_GROUP_TEXT_MAX]; /* as it was given */
	uint8_t kind;                 /* ed_group_kind */
	uint8_t role;                 /* ed_asset_role */
	uint8_t prefix_bits;          /* of 128 */
	struct ed_addr prefix;
};

struct ed_group_setting {
	uint8_t group, analytic; /* index, row */
	const struct ed_option *option;
	const char *value; /* borrowed */
};

typedef uint8_t ed_analytic_confs[ED_ANALYTICS_MAX][ED_ANALYTIC_CONF_MAX];

struct ed_groups {
	unsigned n, n_settings;
	struct ed_group group[ED_GROUPS_MAX];
	struct ed_group_setting setting[ED_GROUP_SETTINGS_MAX];
};

/* Adds a setting for the group that @selector names. The value was found to be good. 0, or -EINVAL
 * with what is wrong with the selector in @error. */
int ed_groups_add(struct ed_groups *g, struct ed_span selector,
		  const struct ed_group_setting *setting, char error[static ED_GROUP_ERROR_MAX]);

/* How many masks there are: 2^n. */
static inline unsigned ed_groups_masks(const struct ed_groups *g)
{
	return 1U << g->n;
}

/* The settings of every mask, made from those that hold for all. @ret: ed_groups_masks(g) of them.
 */
void ed_groups_work_out(const struct ed_groups *g, const ed_analytic_confs base,
			ed_analytic_confs *ret);

/* The groups that the client of @ev is in. @asset: what the inventory knows of it; may be NULL. */
uint8_t ed_groups_of(const struct ed_groups *g, const struct ed_asset *asset,
		     const struct ed_event *ev);

#endif
