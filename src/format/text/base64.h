/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 (RFC 4648 §4) as logs carry messages in it, with or without padding. */
#ifndef ED_FORMAT_TEXT_BASE64_H
#define ED_FORMAT_TEXT_BASE64_H

#include "base/span.h"

/*
 * Decodes @text into @ret, which has room for @room bytes. Returns how many came out; 0: @text is
 * empty, not base64, or too long for the room.
 */
size_t ed_base64_decode(struct ed_span text, uint8_t *ret, size_t room);

#endif
