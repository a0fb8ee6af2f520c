/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a site does not want to be shown: rules that hide alerts, each for a stated part of the
 * traffic, with a reason, an owner and a day on which it ends. A rule looks at a finished alert and
 * at nothing before it: what is hidden was read, weighed, counted and kept like all else.
 *
 *	allow:
 *	  - { suffix: telemetry.vendor.example, analytic: AN1124, reason: "ticket 4711",
 *	      owner: soc, expires: 2027-03-01 }
 *
 * A rule does not hide an alert of the verdict `bound` unless it says up to how many bytes a day
 * (`bound: 100KiB`): a ceiling of its own, beyond which the alert is shown again.
 */
#ifndef ED_ALERT_ALLOW_H
#define ED_ALERT_ALLOW_H

#include "conf/yaml.h"
#include "record/alert.h"
#include "record/asset.h"

enum { ED_ALLOW_ROWS_MAX = 4096, ED_ALLOW_VALUES_MAX = 1 << 16 };

/* What an alert is about, as far as rules ask. Texts are borrowed; empty: not known. */
struct ed_allow_subject {
	struct ed_span analytic;
	struct ed_addr client;
	struct ed_name domain;                     /* n == 0: none */
	struct ed_span host;                       /* name of the machine */
	struct ed_span process;                    /* path or name of the program */
	uint8_t role;                              /* ed_asset_role */
	uint8_t verdict;                           /* ed_verdict */
	double txt_share, names_share, rare_share; /* of its lookups; NAN: not told */
	double said_bytes;  /* in a day: names and repeats, or free bytes in answers */
	double month_bytes; /* in 30 days */
};

enum ed_allow_key {
	ED_ALLOW_SUFFIX,   /* a domain and all below it */
	ED_ALLOW_CLIENT,   /* an address or a network */
	ED_ALLOW_HOST,     /* a machine by name */
	ED_ALLOW_ROLE,     /* of the inventory */
	ED_ALLOW_PROCESS,  /* a path; without a slash the file's name */
	ED_ALLOW_ANALYTIC, /* AN1124 */
	ED_ALLOW_TYPE,     /* what most lookups are for: see ed_allow_type */
	ED_ALLOW_KEYS
};

struct ed_allow_row {
	struct ed_suppression says; /* what a hidden alert tells of it */
	bool is_expired;
	double bound_bytes;      /* 0: alerts above a ceiling are shown */
	size_t values, n_values; /* in the set */
};

struct ed_allow;

/*
 * Reads the rules in @text, which may be a whole configuration: beside "allow" other keys are
 * somebody else's; what holds is judged at @now_ns. 0, -ENOMEM, or -EINVAL with
 * @ret_fault: anything that is not understood refuses the whole. @ret is freed with ed_allow_free.
 */
int ed_allow_parse(struct ed_span text, int64_t now_ns, struct ed_allow **ret,
		   struct ed_yaml_fault *ret_fault);
void ed_allow_free(struct ed_allow *a);

/* SHA-256 of the text that was read. */
const char *ed_allow_hash(const struct ed_allow *a);

size_t ed_allow_n_rows(const struct ed_allow *a);
const struct ed_allow_row *ed_allow_row(const struct ed_allow *a, size_t i);

/* The scope of a row in words, "suffix vendor.example, analytic AN1124"; printable ASCII, cut at @n
 * - 1 bytes. */
void ed_allow_describe(const struct ed_allow *a, size_t row, char *ret, size_t n);

/* Calls @each with the names of a row's suffixes, in lower case. */
void ed_allow_each_suffix(const struct ed_allow *a, size_t row,
			  void (*each)(void *arg, const struct ed_name *suffix), void *arg);

/* The subject of @alert; borrowed from it. Its role is what the alert says. */
void ed_allow_subject_of(const struct ed_alert *alert, struct ed_allow_subject *ret);

/* True when the row would hide it, were it in force. */
bool ed_allow_row_hides(const struct ed_allow *a, size_t row, const struct ed_allow_subject *s);

/* The first row in force that hides it; NULL: it is shown. */
const struct ed_allow_row *ed_allow_match(const struct ed_allow *a,
					  const struct ed_allow_subject *s);

#endif
