/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the program and its confined reader of Windows event logs say to each other over a socket
 * pair, in the byte order of the machine. The program sends a chunk (u32 length, bytes), the reader
 * answers with frames up to ED_EVTX_FRAME_END, and so on until the program hangs up. The reader's
 * first word is ED_EVTX_FRAME_READY: it is confined.
 */
#ifndef ED_SOURCE_EVTX_FRAME_H
#define ED_SOURCE_EVTX_FRAME_H

#include <stdint.h>

enum {
	ED_EVTX_FRAME_CHUNK_MAX_BYTES = 64 << 10,
	ED_EVTX_FRAME_LINE_MAX_BYTES = 1 << 20,
};

enum ed_evtx_frame_kind {
	ED_EVTX_FRAME_READY = 1,
	ED_EVTX_FRAME_RECORD, /* n_bytes of XML with a line end follow */
	ED_EVTX_FRAME_LOST,   /* n records for the reason drop */
	ED_EVTX_FRAME_END,    /* of the chunk */
};

struct ed_evtx_frame {
	uint32_t n_bytes; /* that follow */
	uint8_t kind;     /* ed_evtx_frame_kind */
	uint8_t drop;     /* ed_drop */
	uint16_t unused;
	uint32_t n;  /* records that are meant */
	uint32_t at; /* in the chunk */
	uint64_t id; /* of the record, as the log numbers it */
};

#endif
