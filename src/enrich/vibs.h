/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The VIBs that belong on a hypervisor: ATT&CK's KnownGoodVIBs. The file is what `esxcli software
 * vib list` of a golden host prints, in any of its forms, or CSV:
 *	name,vendor,version,acceptance
 *	esx-base,VMware,*,VMwareCertified
 *	vmware-fdm,VMware,,
 * A version of "*" or none is any; a level or vendor of none is any. A name may have several rows.
 *
 * The one idea: a VIB is judged by the best of the rows of its name, so that a fleet on two
 * releases needs no more than both lists in one file.
 */
#ifndef ED_ENRICH_VIBS_H
#define ED_ENRICH_VIBS_H

#include "record/event.h"
#include "record/vib.h"

struct ed_vibs;

enum {
	ED_VIBS_FILE_MAX_BYTES = 16 << 20,
	ED_VIBS_ROWS_MAX = 1 << 16,
};

/* Why a text was refused; the set is then as it was before. */
enum {
	ED_VIBS_EMPTY = 1,  /* no VIB in it */
	ED_VIBS_UNREADABLE, /* more rows that have no name than that have one */
	ED_VIBS_TOO_MANY,   /* more than ED_VIBS_ROWS_MAX */
};

/* How a VIB compares, best first. */
enum ed_vibs_verdict {
	ED_VIBS_UNNAMED, /* it has no name to compare by, or the set is empty */
	ED_VIBS_GOOD,
	ED_VIBS_OTHER_VERSION, /* known, of this vendor and level, in another version */
	ED_VIBS_LOWER_LEVEL,   /* known, at a level less strict than the known one */
	ED_VIBS_OTHER_VENDOR,  /* the name is known, and somebody else's */
	ED_VIBS_UNKNOWN_NAME,
	ED_VIBS_VERDICTS
};

/* "good", "other-version", ... */
const char *ed_vibs_verdict_name(unsigned verdict);

/* An empty set. 0 or -ENOMEM; freed with ed_vibs_free. */
int ed_vibs_new(struct ed_vibs **ret);
void ed_vibs_free(struct ed_vibs *v);

/* Adds a file. 0, -errno (-EFBIG over ED_VIBS_FILE_MAX_BYTES), or ED_VIBS_*. */
int ed_vibs_add_file(struct ed_vibs *v, const char *path);
/* The same from memory; nothing of @text is kept. */
int ed_vibs_add(struct ed_vibs *v, struct ed_span text);

/* Rows in the set. */
size_t ed_vibs_count(const struct ed_vibs *v);

/*
 * Judges a VIB; what is not told of it (empty, ED_ACCEPTANCE_UNKNOWN) is not held against it. Names
 * and versions are compared byte for byte, vendors without case, where "VMW" and "VMware" are one.
 * Any number of threads may judge once nothing is added any more.
 */
enum ed_vibs_verdict ed_vibs_judge(const struct ed_vibs *v, struct ed_span name,
				   struct ed_span version, struct ed_span vendor,
				   unsigned acceptance);

/* Fills package.judgement of an ED_EVENT_PACKAGE. Without a baseline (@v NULL) nobody vouches for
 * what only the community accepts. */
void ed_vibs_annotate(const struct ed_vibs *v, struct ed_event *ev);

#endif
