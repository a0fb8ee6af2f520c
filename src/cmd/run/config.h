/* SPDX-License-Identifier: Apache-2.0 */
/* The file of --config, into the options of a command. */
#ifndef ED_CMD_RUN_CONFIG_H
#define ED_CMD_RUN_CONFIG_H

#include "conf/config.h"

enum { ED_CONFIG_ERROR_MAX = 512 };

/* The file that the options in @conf name; NULL: none, or the command has no such option. */
const char *ed_config_named(const struct ed_option *rows, const void *conf);

/*
 * Writes what the file at @path says into @conf, as far as @rows have it: a file serves every
 * command. A key is one of the options of reading commands that may stand in a file
 * (ed_option.in_config); a setting of an analytic is tried. 0, or -errno with one line in @error;
 * @ret owns the texts that @conf then borrows, and is freed with ed_config_free on 0.
 */
int ed_config_load(const char *path, const struct ed_option *rows, void *conf,
		   struct ed_config **ret, char error[static ED_CONFIG_ERROR_MAX]);

#endif
