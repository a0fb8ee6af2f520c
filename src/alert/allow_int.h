/* SPDX-License-Identifier: Apache-2.0 */
/* What reading and asking rules share. */
#ifndef ED_ALERT_ALLOW_INT_H
#define ED_ALERT_ALLOW_INT_H

#include "alert/allow.h"
#include "base/addr_set.h"
#include "base/sha256.h"

/*
 * An alert keeps what share of its lookups was of which kind, not the types one by one; so `type:`
 * is by kind. TXT and SPF; CNAME, MX and SRV; NULL, KEY and private types; all others.
 */
enum ed_allow_type {
	ED_ALLOW_TYPE_TXT,
	ED_ALLOW_TYPE_NAMES,
	ED_ALLOW_TYPE_RARE,
	ED_ALLOW_TYPE_OTHER,
};

struct ed_allow_value {
	uint8_t key;         /* ed_allow_key */
	uint8_t number;      /* role, type */
	const char *text;    /* as it was given; of the YAML */
	struct ed_name name; /* suffix, lower case */
	struct ed_addr_prefix client;
};

struct ed_allow {
	struct ed_yaml *yaml;      /* holds the texts; owned */
	struct ed_allow_row *rows; /* owned */
	size_t n_rows;
	struct ed_allow_value *values; /* owned */
	size_t n_values, cap_values;
	int64_t now_ns;
	char hash[ED_SHA256_TEXT];
};

/* Names of ed_allow_key; NULL-terminated. */
extern const char *const ed_allow_keys[ED_ALLOW_KEYS + 1];

#endif
