/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: a file in the format zscaler; see fuzz_log.h for what must hold. */
#include "format/fuzz_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_same(&ed_format_zscaler, data, size);
}
