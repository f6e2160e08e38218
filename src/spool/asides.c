/* Files of the spool that were set aside as damaged, and which of them no salvage has looked into. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spool/internal.h"

/* False: no name of one.  A WAL has its file's name and more. */
static bool read_name(const char *name, struct aside *aside)
{
	char end;

	*aside = (struct aside){.stream = STREAM_READINGS};
	if (!text_copy(aside->name, sizeof(aside->name), name))
		return false;
	if (sscanf(name, "readings-%12" SCNu64 ".db.damaged-%u%c", &aside->first, &aside->n,
		    &end) == 2)
		return aside->first > 0;
	aside->stream = STREAM_LEDGER;
	aside->first = 0;
	return sscanf(name, "ledger.db.damaged-%u%c", &aside->n, &end) == 1;
}

static int in_order(const void *a, const void *b)
{
	const struct aside *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return x->n < y->n ? -1 : x->n > y->n;
}

int asides_list(const char *dir, struct aside **list, size_t *n)
{
	struct aside *more, aside;
	struct dirent *entry;
	DIR *folder = opendir(dir);
	int err = 0;

	*list = NULL;
	*n = 0;
	if (!folder)
		return ERR_IO;
	while (!err && (entry = readdir(folder))) {
		if (!read_name(entry->d_name, &aside))
			continue;
		more = realloc(*list, (*n + 1) * sizeof(*more));
		if (!more) {
			err = ERR_MEMORY;
			break;
		}
		*list = more;
		more[(*n)++] = aside;
	}
	closedir(folder);
	if (*n)
		qsort(*list, *n, sizeof(**list), in_order);
	return err;
}

uint64_t asides_last(struct spool *spool, uint64_t first)
{
	uint64_t last;
	size_t i;

	pthread_mutex_lock(&spool->lock);
	last = spool->next[STREAM_READINGS] - 1;
	for (i = spool->n_segments; i > 0 && spool->segments[i - 1].first > first; i--)
		last = spool->segments[i - 1].first - 1;
	pthread_mutex_unlock(&spool->lock);
	return last >= first && last - first >= MOST_SEGMENT ? first + MOST_SEGMENT - 1 : last;
}

bool asides_looked_into(sqlite3 *ledger, const char *name)
{
	sqlite3_stmt *row = NULL;
	bool there;

	/* A ledger without the index has no such record. */
	if (sql_prepare(ledger,
		    "SELECT 1 FROM ledger INDEXED BY salvaged WHERE kind=12 AND words=?", &row))
		return false;
	sqlite3_bind_text(row, 1, name, -1, SQLITE_STATIC);
	there = sqlite3_step(row) == SQLITE_ROW;
	sqlite3_finalize(row);
	return there;
}

/* The ledger is read beside the writer, which may be busy; one that cannot be read names none. */
size_t spool_asides(struct spool *spool, struct spool_aside *to, size_t most)
{
	char path[FILE_NAME_MAX], words[200];
	struct text why = text_over(words, sizeof(words));
	struct aside *list;
	sqlite3 *ledger = NULL;
	size_t n, i, left = 0;

	if (asides_list(spool->conf.dir, &list, &n)) {
		free(list);
		return 0;
	}
	ledger_file_name(&spool->conf, path, sizeof(path));
	if (n && sql_open(&ledger, path, SQL_READ, &why))
		ledger = NULL;
	for (i = 0; i < n; i++) {
		struct spool_aside aside = {.stream = list[i].stream};
		uint64_t last;

		if (ledger && asides_looked_into(ledger, list[i].name))
			continue;
		text_copy(aside.name, sizeof(aside.name), list[i].name);
		if (aside.stream == STREAM_READINGS) {
			last = asides_last(spool, list[i].first);
			if (last >= list[i].first)
				aside.range = (struct range){list[i].first, last};
		}
		if (left < most)
			to[left] = aside;
		left++;
	}
	sql_close(&ledger);
	free(list);
	return left;
}
