/* SPDX-License-Identifier: Apache-2.0 */
/* What a scan is to do: its inputs, lists, sizes and settings. Everything in it is borrowed. */
#ifndef ED_ENGINE_SCAN_CONFIG_H
#define ED_ENGINE_SCAN_CONFIG_H

#include "analytic/group.h"
#include "base/addr_set.h"
#include "enrich/own_zones.h"

enum {
	ED_SCAN_SHARDS_MAX = 16,
	ED_SCAN_READERS_MAX = 16,
	ED_SCAN_OBSERVERS_MAX = 4,
};

/* Sees every event in the order of the input, annotated; by one thread at a time, and the input waits
 * for it. @path: of the source of the event; it lives as long as the run. */
struct ed_scan_observer {
	void *arg;
	void (*event)(void *arg, const struct ed_event *ev, const char *path);
};

struct ed_allow;

struct ed_scan_config {
	const char *const
		*paths; /* files, directories (recursed, by name), "-" for standard input */
	size_t n_paths;
	const char *input_format;     /* NULL: sniff each file */
	int64_t from_ns, to_ns;       /* 0: open */
	const char *psl_path;         /* NULL: the default of the system */
	const char *const *inventory; /* lists of files, each separated by commas; may be NULL */
	size_t n_inventory;
	struct ed_addr_set sanctioned_resolvers; /* the site's own; empty: not said */
	const char *sanctioned_text;             /* the same as it was given, or NULL */
	struct ed_own_zones own_zones;           /* the site's; empty: not said */
	uint64_t memory_bytes;                   /* of all tables and buffers together */
	uint32_t n_shards;                       /* 0: one a core */
	uint32_t n_readers;                      /* 0: one a core */
	uint64_t seed;                           /* key of all hashes */
	/* Settings of the analytics, in the order of ed_analytics; see ed_scan_config_init. */
	_Alignas(16) ed_analytic_confs analytic_conf;
	struct ed_groups groups; /* settings that hold for a part of the machines */
	struct ed_scan_observer observers[ED_SCAN_OBSERVERS_MAX];
	unsigned n_observers;
	struct ed_allow *allow;   /* rules that hide alerts (engine/allow_file.h); borrowed for as
				       * long as the result lives; NULL: none */
	const char *drills_path;  /* the site's own drills: a list, or NULL */
	const char *drills_store; /* the same: a store whose audit trail has them, or NULL */
	bool count_drills;        /* their alerts count like any other */
};

/* Defaults of everything, the analytics' tunables included. */
void ed_scan_config_init(struct ed_scan_config *ret);

/* Adds an observer; the caller sees to it that there are not more than ED_SCAN_OBSERVERS_MAX. */
void ed_scan_observe(struct ed_scan_config *conf,
		     void (*event)(void *arg, const struct ed_event *ev, const char *path),
		     void *arg);

/* The text setting @name of the analytic in @row; NULL when it has none or it is empty. */
const char *ed_scan_setting(const struct ed_scan_config *conf, size_t row, const char *name);

#endif
