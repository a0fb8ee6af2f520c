/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration file. Every key is the name of an option, with "_" or "-" between its words, and
 * means what the option means; beside them stand the settings of the analytics, for all machines
 * and for a part of them, and the rules that hide alerts:
 *
 *	schema: 1
 *	memory: 256MiB
 *	inventory: [assets.csv, dhcpd.leases]
 *	analytics:
 *	  AN1124: { QueryRatePerClient: 20/s, DomainReputationFeed: [a.csv, b.csv] }
 *	overrides:
 *	  - match: { role: mail }
 *	    AN1124: { QueryRatePerClient: 200/s }
 *	allow:
 *	  - { suffix: telemetry.vendor.example, reason: "ticket 4711", owner: soc, expires: 2027-03-01 }
 *
 * The file is handed out as the options that would say the same, so that nothing can be set in a
 * file that cannot be set, seen and explained on the command line.
 */
#ifndef ED_CONF_CONFIG_H
#define ED_CONF_CONFIG_H

#include "conf/option.h"
#include "conf/yaml.h"

struct ed_config;

/* Who takes the options of a file. */
struct ed_config_taker {
	void *arg;
	/* The row called @name; NULL when there is none, and then the nearest name (may be NULL). */
	const struct ed_option *(*find)(void *arg, const char *name, const char **ret_near);
	/* One value, or one of a list; @value lives as long as the configuration. 0, or -EINVAL
	 * with the reason in @error. */
	int (*take)(void *arg, const struct ed_option *row, const char *value,
		    char error[static ED_OPTION_ERROR_MAX]);
};

/* 0, -ENOMEM, or -EINVAL with @ret_fault. @path is what --allow is given where the rules stand in
 * the file itself; borrowed. @ret is freed with ed_config_free; nothing of @text is kept. */
int ed_config_parse(struct ed_span text, const char *path, struct ed_config **ret,
		    struct ed_yaml_fault *ret_fault);
void ed_config_free(struct ed_config *c);

/* Hands everything to @taker, in the order of the file; 0, or -EINVAL with @ret_fault at the first
 * key or value that is not taken. */
int ed_config_give(struct ed_config *c, const struct ed_config_taker *taker,
		   struct ed_yaml_fault *ret_fault);

#endif
