/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is never blocked, whatever an alert says. An attacker who can raise an alert about a name
 * must not be able to have that name taken away from everybody.
 */
#ifndef ED_ENGINE_RAILS_H
#define ED_ENGINE_RAILS_H

#include "contain/contain.h"

struct ed_rails;

struct ed_rails_config {
	const char *psl; /* NULL: the system's */
	const char *const *own_zones;
	size_t n_own_zones;
	const char *const *allow; /* files, a name a line */
	size_t n_allow;
	const char *const *popular; /* files as feeds are read */
	size_t n_popular;
};

/* 0, or -errno with one line in @error; -EINVAL for a zone or a line that is no name: a rail with a
 * hole is none. @ret is freed with ed_rails_free. */
int ed_rails_new(const struct ed_rails_config *conf, struct ed_rails **ret, char error[static 256]);
void ed_rails_free(struct ed_rails *r);

/* Why @e must not be blocked, static; NULL when it may. @frame brings the resolvers. */
const char *ed_rails_reason(const struct ed_rails *r, const struct ed_contain_entry *e,
			    const struct ed_contain_frame *frame);

#endif
