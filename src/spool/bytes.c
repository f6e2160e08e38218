/* What went over each network link on each UTC day: counted in RAM, kept in the ledger's `meta`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "spool/internal.h"

/*
 * Keys: "wire:YYYY-MM-DD:LINK" and, while the day is not known, "wire:unknown:LINK"; "wire_day" is the last day
 * that anything was counted for.
 */
enum { BYTES_KEY = sizeof("wire:YYYY-MM-DD:") + LINK_NAME };

static const char others[] = "others";
/* A petabyte a day is no count of ours, and sums of so much fit. */
static const int64_t most_bytes = INT64_C(1000000000000000);

/* The kernel takes nearly any byte in a name; keys are text, and a status is JSON.  False: none, or too long. */
static bool name_of(char *to, const char *link)
{
	if (!text_copy(to, LINK_NAME, link) || !*to)
		return false;
	for (; *to; to++)
		if (*to <= ' ' || *to > '~')
			*to = '_';
	return true;
}

/* --- in RAM, under lock ----------------------------------------------------------------------------- */

static void put_key(char *to, int32_t day, const char *link)
{
	struct text key = text_over(to, BYTES_KEY);

	text_put(&key, "wire:");
	if (day == BYTES_UNKNOWN)
		text_put(&key, "unknown");
	else
		utc_put_day(&key, (int64_t)day * UTC_DAY_MS);
	text_printf(&key, ":%s", link);
}

static void drop_row(struct bytes *bytes, size_t i)
{
	bytes->n--;
	memmove(&bytes->rows[i], &bytes->rows[i + 1], (bytes->n - i) * sizeof(bytes->rows[0]));
}

static struct bytes_row *row_of(struct bytes *bytes, int32_t day, const char *link)
{
	size_t i, k, of_day = 0;
	int order;

	for (i = 0; i < bytes->n && bytes->rows[i].day <= day; i++) {
		if (bytes->rows[i].day < day)
			continue;
		order = strcmp(bytes->rows[i].link, link);
		if (!order)
			return &bytes->rows[i];
		if (order > 0)
			break;
	}
	for (k = 0; k < bytes->n; k++)
		of_day += bytes->rows[k].day == day;
	if (of_day + 1 >= MOST_LINKS && strcmp(link, others) != 0)
		return row_of(bytes, day, others);
	if (bytes->n == MOST_BYTES_ROWS) {
		for (k = 0; bytes->rows[k].day == BYTES_UNKNOWN; k++)
			;
		drop_row(bytes, k);
		i -= i > k;
	}
	memmove(&bytes->rows[i + 1], &bytes->rows[i], (bytes->n - i) * sizeof(bytes->rows[0]));
	bytes->n++;
	bytes->rows[i] = (struct bytes_row){.day = day};
	text_copy(bytes->rows[i].link, LINK_NAME, link);
	return &bytes->rows[i];
}

static void add(struct spool *spool, int32_t day, const char *link, uint64_t more)
{
	struct bytes *bytes = &spool->bytes;
	struct bytes_row *row = row_of(bytes, day, link);

	row->bytes += more;
	row->fresh = true;
	if (day != BYTES_UNKNOWN)
		bytes->last_day = day;
	if (bytes->fresh)
		return;
	bytes->fresh = true;
	bytes->fresh_since_ms = spool_mono_ms();
	pthread_cond_signal(&spool->work);
}

/* The day now, and what was counted while it was not known is counted for it. */
static int32_t today(struct spool *spool, int64_t *ms_of_day)
{
	struct bytes *bytes = &spool->bytes;
	char link[LINK_NAME];
	int64_t utc_ms;
	uint64_t more;
	int32_t day;
	size_t i;

	*ms_of_day = -1;
	if (!spool->fixed)
		return BYTES_UNKNOWN;
	utc_ms = clock_boot_ms(spool->clock) + spool->utc.offset_ms;
	day = (int32_t)(utc_ms / UTC_DAY_MS);
	*ms_of_day = utc_ms % UTC_DAY_MS;
	/* Such a row stays, with nothing in it, until the ledger has it so. */
	for (i = 0; i < bytes->n && bytes->rows[i].day == BYTES_UNKNOWN; i++) {
		more = bytes->rows[i].bytes;
		if (!more)
			continue;
		memcpy(link, bytes->rows[i].link, sizeof(link));
		bytes->rows[i].bytes = 0;
		bytes->rows[i].fresh = true;
		add(spool, day, link, more);
	}
	return day;
}

void spool_add_bytes(struct spool *spool, const char *link, uint64_t more)
{
	char name[LINK_NAME];
	int64_t ms_of_day;

	if (!more || !name_of(name, link))
		return;
	pthread_mutex_lock(&spool->lock);
	add(spool, today(spool, &ms_of_day), name, more);
	pthread_mutex_unlock(&spool->lock);
}

static struct link_bytes *link_of(struct spool_bytes *out, const char *link)
{
	size_t i;

	for (i = 0; i < out->n && strcmp(out->links[i].link, link) < 0; i++)
		;
	if (i < out->n && !strcmp(out->links[i].link, link))
		return &out->links[i];
	if (out->n == MOST_LINKS)
		return strcmp(link, others) ? link_of(out, others) : &out->links[MOST_LINKS - 1];
	memmove(&out->links[i + 1], &out->links[i], (out->n - i) * sizeof(out->links[0]));
	out->n++;
	out->links[i] = (struct link_bytes){.today = 0};
	text_copy(out->links[i].link, LINK_NAME, link);
	return &out->links[i];
}

void spool_bytes(struct spool *spool, unsigned month_begins, struct spool_bytes *out)
{
	const struct bytes *bytes = &spool->bytes;
	unsigned of_month, in_month;
	struct link_bytes *link;
	int32_t day, first;
	size_t i;

	*out = (struct spool_bytes){.n = 0};
	pthread_mutex_lock(&spool->lock);
	day = today(spool, &out->ms_of_day);
	out->day = day == BYTES_UNKNOWN ? bytes->last_day : day;
	utc_month(out->day, month_begins, &of_month, &in_month);
	first = out->day - (int32_t)of_month + 1;
	for (i = 0; i < bytes->n; i++) {
		const struct bytes_row *row = &bytes->rows[i];
		bool is_today = row->day == out->day || row->day == BYTES_UNKNOWN;

		if (!row->bytes ||
			(!is_today && (row->day < first || row->day >= first + (int32_t)in_month)))
			continue;
		link = link_of(out, row->link);
		link->month += row->bytes;
		if (is_today)
			link->today += row->bytes;
	}
	pthread_mutex_unlock(&spool->lock);
}

/* --- in the ledger ------------------------------------------------------------------------------------ */

/* "YYYY-MM-DD:LINK" or "unknown:LINK" */
static bool read_key(const char *key, int32_t *day, const char **link)
{
	char rest = '\0';
	int y, m, d;

	*link = strchr(key, ':');
	if (!*link || !(*link)[1])
		return false;
	++*link;
	*day = BYTES_UNKNOWN;
	if (!strncmp(key, "unknown:", 8))
		return true;
	return sscanf(key, "%4d-%2d-%2d%c", &y, &m, &d, &rest) == 4 && rest == ':' &&
	       utc_day(y, m, d, day);
}

int bytes_load(struct spool *spool)
{
	struct bytes *bytes = &spool->bytes;
	sqlite3_stmt *rows = NULL;
	int64_t last_day = 0;
	char key[BYTES_KEY], name[LINK_NAME];
	int32_t day, most_day;
	const char *link;
	int64_t value;
	int code, err;
	size_t i;

	if (spool->running || bytes->n) {
		pthread_mutex_lock(&spool->lock);
		for (i = 0; i < bytes->n; i++)
			bytes->rows[i].fresh = true;
		bytes->fresh = bytes->n > 0;
		pthread_mutex_unlock(&spool->lock);
		return 0;
	}
	err = sql_meta_number(spool->ledger.db, "wire_day", &last_day);
	if (err && err != ERR_ABSENT)
		return err;
	err = sql_prepare(spool->ledger.db,
		"SELECT substr(key,6),value FROM meta WHERE key>='wire:' AND key<'wire;'", &rows);
	if (err)
		return err;
	pthread_mutex_lock(&spool->lock);
	while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
		value = sqlite3_column_int64(rows, 1);
		if (sql_copy_text(rows, 0, key, sizeof(key)) || !read_key(key, &day, &link) ||
			!name_of(name, link) || value < 0 || value > most_bytes)
			continue;
		row_of(bytes, day, name)->bytes += (uint64_t)value;
	}
	bytes->last_day = last_day > 0 && utc_day(2099, 12, 31, &most_day) && last_day <= most_day
				  ? (int32_t)last_day
				  : 0;
	pthread_mutex_unlock(&spool->lock);
	sqlite3_finalize(rows);
	return sql_error(code);
}

/* A clock that nobody confirmed throws nothing away. */
static int thin(struct spool *spool, sqlite3 *db, int32_t day)
{
	struct bytes *bytes = &spool->bytes;
	char oldest[BYTES_KEY];
	size_t i;

	pthread_mutex_lock(&spool->lock);
	for (i = bytes->n; i-- > 0;)
		if (bytes->rows[i].day != BYTES_UNKNOWN && bytes->rows[i].day <= day - BYTES_DAYS)
			drop_row(bytes, i);
	pthread_mutex_unlock(&spool->lock);
	put_key(oldest, day - BYTES_DAYS + 1, "");
	return sql_run_with(db, "DELETE FROM meta WHERE key>='wire:' AND key<%Q", oldest);
}

int bytes_save(struct spool *spool, sqlite3 *db)
{
	struct bytes *bytes = &spool->bytes;
	char key[BYTES_KEY];
	int64_t ms_of_day;
	int32_t day, last_day;
	uint64_t value;
	bool confirmed, fresh;
	int err = 0;
	size_t i;

	pthread_mutex_lock(&spool->lock);
	day = today(spool, &ms_of_day);
	last_day = bytes->last_day;
	confirmed = day != BYTES_UNKNOWN && spool->utc.source >= TIME_NTP;
	fresh = bytes->fresh;
	pthread_mutex_unlock(&spool->lock);
	if (!fresh)
		return 0;
	if (confirmed)
		err = thin(spool, db, day);
	if (!err && last_day)
		err = sql_set_meta_number(db, "wire_day", last_day);
	for (i = 0; !err; i++) {
		pthread_mutex_lock(&spool->lock);
		while (i < bytes->n && !bytes->rows[i].fresh)
			i++;
		if (i >= bytes->n) {
			pthread_mutex_unlock(&spool->lock);
			break;
		}
		put_key(key, bytes->rows[i].day, bytes->rows[i].link);
		value = bytes->rows[i].bytes;
		bytes->rows[i].fresh = false;
		bytes->rows[i].written = true;
		pthread_mutex_unlock(&spool->lock);
		err = sql_set_meta_number(db, key, (int64_t)value);
	}
	return err;
}

void bytes_saved(struct spool *spool, bool well)
{
	struct bytes *bytes = &spool->bytes;
	size_t i;

	pthread_mutex_lock(&spool->lock);
	bytes->fresh = false;
	for (i = 0; i < bytes->n; i++) {
		bytes->rows[i].fresh = bytes->rows[i].fresh || (!well && bytes->rows[i].written);
		bytes->rows[i].written = false;
		bytes->fresh = bytes->fresh || bytes->rows[i].fresh;
	}
	bytes->fresh_since_ms = spool_mono_ms();
	pthread_mutex_unlock(&spool->lock);
}

void bytes_write(struct spool *spool)
{
	bool fresh;
	int err;

	pthread_mutex_lock(&spool->lock);
	fresh = spool->bytes.fresh;
	pthread_mutex_unlock(&spool->lock);
	if (!fresh)
		return;
	err = ledger_begin(spool);
	if (!err)
		err = ledger_commit(spool, 0);
	if (!err)
		return;
	/* Said where readings cannot be saved; tried again with the next commit, or in a while. */
	pthread_mutex_lock(&spool->lock);
	spool->bytes.fresh_since_ms = spool_mono_ms();
	pthread_mutex_unlock(&spool->lock);
}
