/* SPDX-License-Identifier: Apache-2.0 */
/* Presence of a run that keeps a store; see presence_keep.h. */
#include "engine/presence_keep.h"

#include "base/time.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

enum { LEDGER_WAIT_MS = 10000 };

static const int64_t DAY_NS = 86400 * ED_NS_PER_S;

uint64_t ed_presence_key(void)
{
	uint64_t key = 1;

	(void)!getrandom(&key, sizeof(key), GRND_NONBLOCK); /* without it, a fixed one will do */
	return key;
}

/* Others may judge alerts while a scan runs, so the ledger is open for the moment alone. */
static void write_away(struct ed_presence_keep *k)
{
	const struct ed_presence_rows rows = ed_presence_rows(&k->presence);
	char error[ED_STORE_ERROR_MAX];
	struct ed_ledger *l = NULL;
	int r = ed_ledger_open(&k->ledger, &l, error);

	if (r == 0)
		r = ed_store_presence_put(l, &rows);
	ed_ledger_close(l);
	ed_presence_clear(&k->presence);
	if (k->error == 0)
		k->error = r;
}

static void note(void *arg, const struct ed_event *ev, const char *path)
{
	struct ed_presence_keep *k = arg;

	if (ed_presence_is_full(&k->presence))
		write_away(k);
	ed_presence_note(&k->presence, ev, path);
}

struct ed_presence_keep *ed_presence_keep_new(const struct ed_ledger_conf *ledger,
					      struct ed_scan_config *conf)
{
	struct ed_presence_keep *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->ledger = *ledger;
	k->ledger.mode = ED_LEDGER_MAKE;
	k->ledger.wait_ms = LEDGER_WAIT_MS;
	ed_format_names(k->names, ED_SCAN_FORMATS_MAX + 1);
	if (ed_presence_init(&k->presence, k->names, ed_presence_key()) < 0) {
		ed_presence_keep_free(k);
		return NULL;
	}
	ed_scan_observe(conf, note, k);
	return k;
}

int ed_presence_keep_end(struct ed_presence_keep *k, struct ed_ledger *l, int64_t keep_ns)
{
	const struct ed_presence_rows rows = ed_presence_rows(&k->presence);
	int64_t oldest_ns = ed_ledger_now_ns(l) - keep_ns;
	int r = ed_store_presence_put(l, &rows);

	if (r == 0 && keep_ns > 0 && oldest_ns > 0)
		r = ed_store_presence_expire(l, (int32_t)(oldest_ns / DAY_NS));
	return r ? r : k->error;
}

void ed_presence_keep_free(struct ed_presence_keep *k)
{
	if (!k)
		return;
	ed_presence_done(&k->presence);
	free(k);
}
