/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs that talked to name servers themselves: which of them is behind a tunnel that the network
 * saw, and which are worth an alert though nobody saw what they asked. Part of the join (join.h).
 */
#ifndef ED_SHARD_TALK_H
#define ED_SHARD_TALK_H

#include "shard/behind.h"

/*
 * The process that talked to name servers from the suspect's address at that time becomes its actor:
 * first one whose command line names the suspect's domain, then one that asks for itself and not for
 * others, then the busiest. @is_only: nobody else asks for the domain, so that a command line that
 * names it is enough where the machine's address is not known.
 */
void ed_talk_find(const struct ed_behind *b, struct ed_partition *p, uint32_t suspect,
		  bool is_only);

/* Findings about the programs that are behind none. After ed_talk_find for all suspects, and after
 * these were weighed. */
void ed_talk_tell(const struct ed_behind *b);

#endif
