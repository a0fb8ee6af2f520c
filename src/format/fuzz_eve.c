/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: a file in the format eve; see fuzz_log.h for what must hold. Reading in
 * pieces also shows that frame never cuts between answers that become one event.
 */
#include "format/fuzz_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_same(&ed_format_eve, data, size);
}
