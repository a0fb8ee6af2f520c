/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The analytics with their settings as Sigma rules and correlations (specification 2.1), so that
 * what of them can be said by counting goes where earthdog does not run. A correlation counts; it
 * weighs no evidence and knows no model of names. What is lost stands in each rule's description.
 */
#ifndef ED_REPORT_SIGMA_H
#define ED_REPORT_SIGMA_H

#include "analytic/group.h"
#include "base/buf.h"

/* YAML, a document each; @confs in the order of ed_analytics. */
void ed_report_sigma(const ed_analytic_confs *confs, struct ed_buf *out);

#endif
