/* SPDX-License-Identifier: Apache-2.0 */
/* What a call of `earthdog contain` wants to be blocked: alerts by identifier, domains and clients
 * by hand, as entries of an artefact. */
#ifndef ED_CMD_CONTAIN_WISH_H
#define ED_CMD_CONTAIN_WISH_H

#include "cmd/cmd.h"
#include "contain/artefact.h"

struct ed_contain_conf {
	const char *writer;
	const char *alerts;
	struct ed_option_list domains;
	struct ed_option_list clients;
	bool per_client;
	const char *against;
	const char *write;
	bool undo, expired;
	int64_t lifetime_ns;
	const char *reason;
	struct ed_option_list own_zones, allow, popular, resolvers;
	uint32_t limit;
	const char *psl;
	int64_t now_ns;    /* 0: the clock */
	const char *store; /* NULL: none */
	uint32_t max_clients;
	bool force;
};

extern const struct ed_option ed_contain_options[];

struct ed_wishes {
	const struct ed_contain_writer *writer;
	const struct ed_contain_conf *conf;
	const struct ed_call *call;
	int64_t now_ns;
	struct ed_contain_entry *v; /* owned */
	size_t n, cap;
	char (*found)[ED_ALERT_ID_TEXT]; /* of each operand: the alert it stands for. Owned */
	size_t n_ambiguous;
	size_t n_without_client;
	uint64_t n_bad; /* lines of the file that are no alert */
	int error;      /* -ENOMEM, sticky */
};

/* The texts of @list as addresses; ED_EXIT_OK, or ED_EXIT_USAGE after a message that names
 * @option. @ret has room for all. */
enum ed_exit ed_wish_addresses(const struct ed_option_list *list, const char *option,
			       struct ed_addr *ret);

/* The texts of @list as names in lower case, the same way. */
enum ed_exit ed_wish_names(const struct ed_option_list *list, const char *option,
			   struct ed_name *ret);

/* True when operand @prefix stands for the alert @id. */
bool ed_wish_is_id(const char *prefix, const char *id);

/* Fills w->v by the operands, --domain and --client. The caller set the first four fields and calls
 * ed_wishes_done whatever came out. */
enum ed_exit ed_wishes_collect(struct ed_wishes *w);
void ed_wishes_done(struct ed_wishes *w);

#endif
