/* SPDX-License-Identifier: Apache-2.0 */
/* A coverage report on a terminal. */
#ifndef ED_CMD_COVERAGE_PRINT_H
#define ED_CMD_COVERAGE_PRINT_H

#include <stdio.h>

#include "report/coverage.h"

/* Verdicts, sources, networks, resolvers, gaps and what to switch on; with @machines a line for each
 * machine too. 0 or -ENOMEM. */
int ed_coverage_print(const struct ed_coverage *c, bool machines, FILE *f);

#endif
