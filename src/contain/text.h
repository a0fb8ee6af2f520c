/* SPDX-License-Identifier: Apache-2.0 */
/* Names and addresses as the writers' consumers want them. All of it is printable ASCII without
 * blanks and quotes. */
#ifndef ED_CONTAIN_TEXT_H
#define ED_CONTAIN_TEXT_H

#include "base/addr.h"
#include "base/buf.h"
#include "base/name.h"

/* Letters, digits, '-' and '_' only, at least two labels. */
bool ed_contain_is_plain(const struct ed_name *name);

/* A dot lies within a label. */
bool ed_contain_has_inner_dot(const struct ed_name *name);

/* Labels as in a master file, every byte but letters, digits, '-' and '_' as @escape and three
 * decimal digits. No dot at the end. */
void ed_contain_put_name(const struct ed_name *name, const char *escape, struct ed_buf *out);

/* "192.0.2.5/32", "2001:db8::5/128" */
void ed_contain_put_host_net(const struct ed_addr *a, struct ed_buf *out);

/* "192.0.2.5" */
void ed_contain_put_addr(const struct ed_addr *a, struct ed_buf *out);

#endif
