/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: a file in the format zscaler; see format/fuzz_same.h for what must hold. */
#include "format/fuzz_same.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz z;

	if (!z.f)
		fuzz_start(&z, &ed_format_zscaler);
	fuzz_input(&z, data, size);
	return 0;
}
