/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The join, once, when all input has been read: which program on which machine is behind what the
 * network saw. A log of a machine and a sensor on the network see one tunnel under two keys,
 * (machine and program, domain) and (address, domain); they become one incident that names both.
 *
 * In falling order of certainty, each said with the alert (ed_attribution):
 *   direct   the log tells program and name, and the machine is known to have the address
 *   command  the name stands in a command line on that machine
 *   stub     a program talked to the machine's own resolver at that time
 *   socket   a program talked to a name server from that address at that time
 * Where the machine's address is not known, the only machine and the only address that ask for the
 * domain at that time are taken for the same.
 *
 * Before that each program's ancestors are looked up, since they say how it came to run.
 */
#ifndef ED_SHARD_JOIN_H
#define ED_SHARD_JOIN_H

#include "shard/partition.h"

/* Weighs anew what it learns something about; findings go where the partitions' findings go. */
void ed_join(struct ed_partition *partitions, unsigned n);

#endif
