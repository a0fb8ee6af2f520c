/* SPDX-License-Identifier: Apache-2.0 */
/* A coverage report in the forms that files take. */
#ifndef ED_REPORT_COVERAGE_OUT_H
#define ED_REPORT_COVERAGE_OUT_H

#include "base/buf.h"
#include "report/coverage.h"

/* One JSON object: everything, each machine with its sources, days and hours. */
void ed_coverage_json(const struct ed_coverage *c, struct ed_buf *out);

/* One page; of more machines than ED_COVERAGE_HTML_MACHINES the first. */
enum { ED_COVERAGE_HTML_MACHINES = 2000 };
void ed_coverage_html(const struct ed_coverage *c, struct ed_buf *out);

/* The sections of that page without its head and foot, for a larger report. */
void ed_coverage_html_sections(const struct ed_coverage *c, struct ed_buf *out);

#endif
