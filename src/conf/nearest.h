/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The nearest name, for "did you mean". Names are offered one by one, so any registry can be
 * searched. Nearness is the optimal string alignment distance (insert, delete, replace, swap
 * neighbours), letter case aside; a name that contains the wanted text is near too. What is too far
 * off is not proposed.
 */
#ifndef ED_CONF_NEAREST_H
#define ED_CONF_NEAREST_H

enum { ED_NEAREST_MAX = 64 }; /* longer names are not compared */

struct ed_nearest {
	const char *wanted; /* borrowed */
	const char *best;   /* borrowed from the offers; NULL: none is near */
	unsigned distance;
};

void ed_nearest_init(struct ed_nearest *ret, const char *wanted);
void ed_nearest_offer(struct ed_nearest *n, const char *name);

#endif
