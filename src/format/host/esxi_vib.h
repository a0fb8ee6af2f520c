/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ESXi's logs say about its software: what people ask esxcli to do, and what came of it.
 *	esxcli software vib install -v /tmp/VMware_bootbank_x_1.0.vib --no-sig-check
 *	esxcli software acceptance set --level=CommunitySupported
 *	VIBs Installed: VMware_bootbank_x_1.0, VMware_bootbank_y_2.0
 *	Host acceptance level changed from PartnerSupported to CommunitySupported
 */
#ifndef ED_FORMAT_HOST_ESXI_VIB_H
#define ED_FORMAT_HOST_ESXI_VIB_H

#include "base/span.h"
#include "record/vib.h"

struct ed_esxi_vib {
	struct ed_vib vib; /* name empty: not told; vib.acceptance: of LEVEL_SET the new level */
	struct ed_package package; /* acceptance as in vib */
};

/* Where a message about software is taken apart, one fact after the other. */
struct ed_esxi_software {
	struct ed_span ids;        /* "a, b, c", still to be read */
	struct ed_package package; /* what they have in common */
	bool is_single;            /* one fact, without ids */
};

/* A command line. False: it changes no software. */
bool ed_esxi_vib_command(struct ed_span command, struct ed_esxi_vib *ret);

/* A message. False: it tells of no change. */
bool ed_esxi_vib_message(struct ed_span message, struct ed_esxi_software *ret);
/* The next fact of it; false: no more. */
bool ed_esxi_vib_next(struct ed_esxi_software *s, struct ed_esxi_vib *ret);

#endif
