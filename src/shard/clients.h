/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a partition knows of each client: how much it asks, how many domains, for what kind of
 * names. Domains are spread over the partitions by hash, so each sees a sixteenth of a client's
 * domains, chosen at random: a fair sample of what the client is. A table of fixed size, two places
 * a set; of those the client with fewer questions gives way.
 */
#ifndef ED_SHARD_CLIENTS_H
#define ED_SHARD_CLIENTS_H

#include "base/mem.h"
#include "evidence/evidence.h"

struct ed_client {
	uint64_t hash;       /* 0: free */
	uint64_t zones;      /* linear counting: one bit a domain; begins anew when it is full */
	uint64_t mail_zones; /* of them, asked for MX, TXT or SPF */
	struct ed_addr addr;
	uint32_t n_questions;
	uint16_t n_unrecursive; /* RD not set: what a resolver asks an authority; saturates */
	uint8_t asset_role;     /* ed_asset_role, by the inventory */
	uint8_t past;           /* what it was when the domains were full; clients.c */
};
static_assert(sizeof(struct ed_client) == 48, "table budget");

struct ed_clients {
	struct ed_client *clients;
	uint32_t n_sets;
	uint64_t n_displaced;
};

/* Room for @capacity clients, at least two. 0 or -ENOMEM. @pool: as for ed_mem_take. */
int ed_clients_init(struct ed_clients *t, uint32_t capacity, struct ed_mem_pool *pool);
void ed_clients_done(struct ed_clients *t);
void ed_clients_prefetch(const struct ed_clients *t, uint64_t client_hash);

/* Counts a question of the client; true when the client was not known (any more). */
bool ed_clients_note(struct ed_clients *t, const struct ed_event *ev);

/* NULL when the client is not known (any more). */
const struct ed_client *ed_clients_find(const struct ed_clients *t, uint64_t client_hash);

/* Domains of the client in this partition: exact up to a handful, about 200 at most. */
unsigned ed_client_zones(const struct ed_client *c);

/* What the inventory says that the client is, else what it seems to be; UNKNOWN before
 * ED_CLIENT_ROLE_MIN questions. */
enum { ED_CLIENT_ROLE_MIN = 16 };
enum ed_client_role ed_client_role(const struct ed_client *c);

#endif
