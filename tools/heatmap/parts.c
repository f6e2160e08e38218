#include "parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "readers.h"

static const int64_t span_ms = 28 * (int64_t)UTC_DAY_MS;
/* From the first day of the year 1, of a calendar that was always ours, to 1970. */
static const int64_t year_one_ms = 719162 * (int64_t)UTC_DAY_MS;
/* 2100-01-01: a clock that is wrong dates results ahead, and their failures are listed all the same. */
static const int64_t end_of_time_ms = 4102444800000;

int64_t parts_begin_ms(int64_t at_ms)
{
	return (at_ms + year_one_ms) / span_ms * span_ms - year_one_ms;
}

void parts_free(struct parts *parts)
{
	rows_free(&parts->rows);
	free(parts->at);
	*parts = (struct parts){.n = 0};
}

/* --- looking ------------------------------------------------------------------------------------------- */

static struct part *find_part(
	struct parts *parts, int64_t from_ms, int64_t to_ms, const char *lab, int64_t now_boot_ms)
{
	struct part *grown;
	size_t i, cap;

	for (i = 0; i < parts->n; i++) {
		struct part *part = &parts->at[i];

		if (part->from_ms == from_ms && part->to_ms == to_ms && part->print.lab == lab)
			return part;
	}
	if (parts->n == parts->cap) {
		cap = parts->cap ? parts->cap * 2 : 256;
		grown = reallocarray(parts->at, cap, sizeof(*grown));
		if (!grown)
			return NULL;
		parts->at = grown;
		parts->cap = cap;
	}
	parts->at[parts->n] = (struct part){from_ms, to_ms, {.lab = lab}, now_boot_ms, 0, 0, false};
	return &parts->at[parts->n++];
}

static bool same_print(const struct print *a, const struct print *b)
{
	return a->n == b->n && !memcmp(&a->seqs, &b->seqs, sizeof(a->seqs));
}

/* Where a row is gone, an older revision of it counts again, which may have been passed over in another part. */
static void forget_lab(struct parts *parts, const char *lab)
{
	size_t i;

	for (i = 0; i < parts->n; i++)
		if (parts->at[i].print.lab == lab)
			parts->at[i].read_ms = 0;
}

void parts_look(struct parts *parts)
{
	size_t i;

	for (i = 0; i < parts->n; i++)
		parts->at[i].seen = false;
}

int parts_see(struct parts *parts, int64_t from_ms, int64_t to_ms, const struct print *prints,
	size_t n, int64_t late_ms, int64_t now_boot_ms)
{
	struct part *part;
	size_t i;

	for (i = 0; i < n; i++) {
		part = find_part(parts, from_ms, to_ms, prints[i].lab, now_boot_ms);
		if (!part)
			return ERR_MEMORY;
		if (prints[i].n < part->print.n)
			forget_lab(parts, part->print.lab);
		if (!same_print(&part->print, &prints[i])) {
			part->print = prints[i];
			part->since_ms = now_boot_ms;
			part->read_ms = 0;
		}
		if (part->read_ms - part->since_ms < late_ms)
			part->read_ms = 0;
		part->seen = true;
	}
	return 0;
}

void parts_drop(struct parts *parts)
{
	struct rows *rows = &parts->rows;
	size_t i, n = 0;

	for (i = 0; i < parts->n; i++)
		if (!parts->at[i].seen && parts->at[i].to_ms) {
			forget_lab(parts, parts->at[i].print.lab);
			parts->at[i] = (struct part){.print.lab = ""};
		}
	for (i = 0; i < rows->n_results; i++)
		if (parts->at[rows->results[i].part].read_ms)
			rows->results[n++] = rows->results[i];
	rows->n_results = n;
}

/* --- reading ------------------------------------------------------------------------------------------- */

static int see_all(struct parts *parts, struct store *store, int64_t from_ms, int64_t now_utc_ms,
	int64_t now_boot_ms, struct text *why)
{
	int64_t late_ms = store_shows_late(store) ? PARTS_LATE_MS : 0;
	int64_t last_ms = parts_begin_ms(now_utc_ms) + 2 * span_ms, begin_ms, to_ms;
	struct print *prints;
	size_t n;
	int err = 0;

	parts_look(parts);
	for (begin_ms = from_ms; !err && begin_ms < end_of_time_ms; begin_ms = to_ms) {
		to_ms = parts_begin_ms(begin_ms) + span_ms;
		if (to_ms > last_ms)
			to_ms = end_of_time_ms;
		err = store_prints(store, begin_ms, to_ms, &parts->rows, &prints, &n, why);
		if (!err)
			err = parts_see(parts, begin_ms, to_ms, prints, n, late_ms, now_boot_ms);
		free(prints);
	}
	return err;
}

static void begin_anew(struct parts *parts, int64_t now_boot_ms)
{
	const struct point_list *doubles = parts->rows.doubles;

	parts_free(parts);
	parts->rows.doubles = doubles;
	parts->begun_ms = now_boot_ms;
}

int parts_read(struct parts *parts, struct store *store, int64_t from_ms, int64_t now_utc_ms,
	int64_t now_boot_ms, struct text *why)
{
	size_t i;
	int err;

	if (!parts->n || now_boot_ms - parts->begun_ms >= PARTS_ANEW_MS)
		begin_anew(parts, now_boot_ms);
	parts->n_asked = parts->n_rows = parts->rows.n_unasked = 0;
	err = see_all(parts, store, from_ms, now_utc_ms, now_boot_ms, why);
	if (err)
		return err;
	parts_drop(parts);
	err = readers_read(parts, store, now_boot_ms, &parts->n_asked, why);
	for (i = 0; i < parts->n; i++)
		parts->n_rows += parts->at[i].n_rows;
	return err;
}
