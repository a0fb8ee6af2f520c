/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole file in memory through one format, on one thread: frame, decode, resolve, exactly as
 * format.h has it. For unit tests, fuzzers and cross-checks; the engine has its own, threaded, way.
 *
 * Every unit is copied so that it ends right before its zero padding and the padding ends with the
 * block it lies in: a decoder that reads further is caught by the address sanitizer. What format.h
 * forbids (MORE at the end of the input, an empty unit, a frame beyond its input) trips an
 * assertion.
 */
#ifndef ED_FORMAT_DRIVE_H
#define ED_FORMAT_DRIVE_H

#include "format/format.h"

/*
 * Runs @f over @file. @on_batch (NULL: nobody listens) sees each batch after resolve; it borrows
 * the batch until it returns. The source ends with a unit marked `last`, which is empty unless the
 * last records reach the end of the file. @ret is the account of all batches and of frame. 0, or
 * -errno when there is no memory or the format could not start.
 */
int ed_format_drive(const struct ed_format *f, struct ed_span file,
		    void (*on_batch)(void *arg, const struct ed_batch *b), void *arg,
		    struct ed_tally *ret);

#endif
