/* SPDX-License-Identifier: Apache-2.0 */
/* Searching the history, day by day; see query.h. */
#include "store/query.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/day.h"
#include "store/files.h"
#include "store/search.h"

/* One search over all days. */
struct searching {
	const char *dir;
	const struct ed_query *q;
	const struct ed_query_words *words; /* n == 0: none are hunted for */
	struct ed_hunted hunted;            /* the addresses among them */
	struct ed_search search;
};

void ed_query_init(struct ed_query *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->qtype = ret->rcode = -1;
}

/* -------------------------------------------------------------------- words */

enum word { WORD_NAME, WORD_ADDRESS, WORD_BAD };

/* @ret: @base with the condition of @word. */
static enum word read_word(const char *word, const struct ed_query *base, struct ed_query *ret)
{
	char error[ED_STORE_ERROR_MAX];
	struct ed_query only;

	ed_query_init(&only);
	*ret = *base;
	if (ed_query_term(word, &only, error) < 0)
		return WORD_BAD;
	if (only.client.set) { /* a bare address is one that was answered */
		ret->answer = only.client;
		return WORD_ADDRESS;
	}
	if (only.name.n == 0)
		return WORD_BAD;
	ret->name = only.name;
	ret->is_suffix = only.is_suffix;
	return WORD_NAME;
}

static int by_low(const void *x, const void *y)
{
	const struct ed_hunted_range *a = x, *b = y;
	int c = memcmp(&a->low, &b->low, sizeof(a->low));

	return c ? c : (a->word > b->word) - (a->word < b->word);
}

static void sort_hunted(struct ed_hunted *h)
{
	if (h->n == 0)
		return;
	qsort(h->v, h->n, sizeof(*h->v), by_low);
	for (size_t i = 0; i < h->n; i++) {
		struct ed_hunted_range *r = &h->v[i];

		r->high_before = r->high;
		if (i > 0 && memcmp(&r[-1].high_before, &r->high, sizeof(r->high)) > 0)
			r->high_before = r[-1].high_before;
	}
}

/* Gathers the addresses, and counts what is no word at all. */
static int gather_hunted(struct searching *s, struct ed_query_account *ret)
{
	struct ed_query q;

	s->hunted.v = calloc(s->words->n ? s->words->n : 1, sizeof(*s->hunted.v));
	if (!s->hunted.v)
		return -ENOMEM;
	for (size_t i = 0; i < s->words->n; i++) {
		enum word kind = read_word(s->words->v[i], s->q, &q);

		if (kind == WORD_ADDRESS)
			s->hunted.v[s->hunted.n++] = (struct ed_hunted_range){
				.low = q.answer.low, .high = q.answer.high, .word = i
			};
		ret->n_words_bad += kind == WORD_BAD;
	}
	sort_hunted(&s->hunted);
	return 0;
}

/* The words in the day that is open. */
static int hunt_day(struct searching *s)
{
	struct ed_query q;
	int r = 0;

	for (size_t i = 0; i < s->words->n && r == 0 && !s->search.enough; i++) {
		if (read_word(s->words->v[i], s->q, &q) != WORD_NAME)
			continue;
		s->search.q = &q;
		s->search.row.indicator = i;
		r = ed_search_day(&s->search);
	}
	s->search.q = s->q;
	if (r == 0 && s->hunted.n > 0) {
		s->search.hunted = &s->hunted;
		r = ed_search_day(&s->search);
		s->search.hunted = NULL;
	}
	return r;
}

/* --------------------------------------------------------------------- days */

static bool day_wanted(const struct ed_query *q, int64_t day)
{
	return (!q->from_ns || (day + 1) * ED_STORE_DAY_NS >= q->from_ns) &&
	       (!q->to_ns || day * ED_STORE_DAY_NS < q->to_ns);
}

static int search_day(struct searching *s, const char *path, int64_t day)
{
	int r = ed_search_open(&s->search, path, day);

	if (r == 0)
		r = s->words->n > 0 ? hunt_day(s) : ed_search_day(&s->search);
	ed_search_close(&s->search);
	return r;
}

static void search_days(struct searching *s, const struct ed_files *files,
			struct ed_query_account *ret)
{
	const struct ed_query_hooks *hooks = s->search.hooks;
	char path[ED_STORE_PATH_MAX];

	for (uint32_t i = 0; i < files->n && !s->search.enough; i++) {
		int r;

		if (!day_wanted(s->q, files->day[i].day))
			continue;
		ed_day_path(s->dir, files->day[i].day, "", path);
		r = search_day(s, path, files->day[i].day);
		ret->n_days++;
		if (r == 0)
			continue;
		ret->n_unreadable++;
		if (hooks->trouble)
			hooks->trouble(hooks->arg, path, r);
	}
}

static int list_days(const char *dir, struct ed_files *ret)
{
	char path[ED_STORE_PATH_MAX];
	int r;

	if (strlen(dir) > ED_STORE_PATH_MAX - 64)
		return -ENAMETOOLONG;
	r = ed_files_list(dir, ret);
	(void)snprintf(path, sizeof(path), "%s/alerts.db", dir);
	return r == 0 && ret->n == 0 && access(path, F_OK) < 0 ? ED_STORE_FOREIGN : r;
}

int ed_query_hunt(const char *dir, const struct ed_query *q, const struct ed_query_words *words,
		  const struct ed_query_hooks *hooks, struct ed_query_account *ret)
{
	struct searching *s = ed_mem_zalloc(1, sizeof(*s));
	struct ed_files *files = ed_mem_zalloc(1, sizeof(*files));
	int r = s && files ? list_days(dir, files) : -ENOMEM;

	*ret = (struct ed_query_account){ .oldest_ns = ED_TIME_UNKNOWN_NS };
	if (r == 0) {
		s->dir = dir;
		s->q = s->search.q = q;
		s->words = words;
		s->search.hooks = hooks;
		r = gather_hunted(s, ret);
	}
	if (r == 0) {
		if (files->n > 0)
			ret->oldest_ns = files->day[0].day * ED_STORE_DAY_NS;
		search_days(s, files, ret);
	}
	if (s)
		free(s->hunted.v);
	ed_mem_free(files);
	ed_mem_free(s);
	return r;
}

int ed_query_run(const char *dir, const struct ed_query *q, const struct ed_query_hooks *hooks,
		 struct ed_query_account *ret)
{
	const struct ed_query_words none = { .n = 0 };

	return ed_query_hunt(dir, q, &none, hooks, ret);
}
