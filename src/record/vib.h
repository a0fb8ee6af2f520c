/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VIB, the package of ESXi, and lists of them in the forms that `esxcli software vib list` prints
 * and that people keep:
 *	Name      Version                         Vendor  Acceptance Level  Install Date
 *	--------  ------------------------------  ------  ----------------  ------------
 *	atlantic  1.0.3.0-15vmw.900.0.24755229    VMW     VMwareCertified   2025-12-06
 *
 *	AcceptanceLevel,CreationDate,ID,InstallDate,Name,Status,Vendor,Version,
 *	[{"AcceptanceLevel":"VMwareCertified","Name":"atlantic","Vendor":"VMW",...}]
 *	VIBSummaryExt[0].Name.string=atlantic
 *
 * The idea: of a table the ruler says where columns begin, never blanks; of all else the names of
 * the columns say what a value is. The form is told by its beginning.
 */
#ifndef ED_RECORD_VIB_H
#define ED_RECORD_VIB_H

#include "record/event.h"

/* Texts are borrowed; empty: not told. */
struct ed_vib {
	struct ed_span name, version, vendor;
	uint8_t acceptance; /* ed_acceptance */
};

/* "VMwareCertified", "PartnerSupported", "community", in any case. */
enum ed_acceptance ed_vib_acceptance(struct ed_span text);
/* "VMwareCertified", ...; "unknown" */
const char *ed_vib_acceptance_name(unsigned acceptance);

/*
 * Out of an id, "VMware_bootbank_esx-base_7.0.3-0.0.1", with or without a path before it and ".vib"
 * behind it, or out of "vendor:name:version", "name:version", "vendor:name"; else all of it is the
 * name.
 */
void ed_vib_from_id(struct ed_span id, struct ed_vib *ret);

enum { ED_VIB_COLUMNS_MAX = 16 };

enum ed_vib_form { ED_VIB_TABLE, ED_VIB_CSV, ED_VIB_JSON, ED_VIB_PAIRS };

enum ed_vib_field {
	ED_VIB_OTHER,
	ED_VIB_NAME,
	ED_VIB_VERSION,
	ED_VIB_VENDOR,
	ED_VIB_LEVEL,
	ED_VIB_ID,
	ED_VIB_FIELDS
};

/* A list while it is read. */
struct ed_vib_list {
	struct ed_span rest;
	const uint8_t *at; /* where the row that was given last begins */
	enum ed_vib_form form;
	unsigned n_columns; /* 0: no header yet */
	struct {
		uint8_t field; /* ed_vib_field */
		size_t start;  /* of a table's column */
	} column[ED_VIB_COLUMNS_MAX];
	struct ed_span value[ED_VIB_FIELDS]; /* of the row that is being read */
};

enum ed_vib_step {
	ED_VIB_ROW,  /* one VIB */
	ED_VIB_NOTE, /* a line that belongs to no list: a prompt, a remark */
	ED_VIB_BAD,  /* a row without a name */
	ED_VIB_END,
};

/* @text is all of it; it is borrowed. */
void ed_vib_list_init(struct ed_vib_list *l, struct ed_span text);
enum ed_vib_step ed_vib_list_next(struct ed_vib_list *l, struct ed_vib *ret);

#endif
