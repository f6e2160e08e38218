/* Who held which limit against the gazette: a file of signatures, read and added to. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/csv.h"
#include "base/utc.h"
#include "model/limits.h"

static const char headings[] = "set,parameter,applies_to,checksum,by,at,reason";

enum column { SET, PARAMETER_IS, APPLIES_TO, CHECKSUM, BY, AT, REASON, COLUMNS };

static int say_io(const char *path, struct text *why)
{
	text_printf(why, "%s: %s", path, strerror(errno));
	return ERR_IO;
}

/* --- reading ----------------------------------------------------------------------------------------- */

static bool take_checksum(const char *s, uint64_t *checksum)
{
	if (strspn(s, "0123456789abcdef") != 16 || s[16])
		return false;
	*checksum = strtoull(s, NULL, 16);
	return true;
}

struct signed_row {
	char set[LIMIT_NAME], signer[LIMIT_SIGNER];
	uint64_t checksum;
	int64_t utc_ms;
};

static bool take_row(const struct csv *csv, struct signed_row *row)
{
	char room[32];
	bool zoned;

	return csv->n == COLUMNS && csv_text(csv, SET, row->set, sizeof(row->set)) &&
	       csv_text(csv, CHECKSUM, room, sizeof(room)) && take_checksum(room, &row->checksum) &&
	       csv_text(csv, AT, room, sizeof(room)) && !utc_read(room, &row->utc_ms, &zoned) &&
	       csv_text(csv, BY, row->signer, sizeof(row->signer)) && text_is_words(row->signer);
}

/* Whether it is for a row as it stands.  One of a set that is not in force is not looked for. */
static bool mark(struct limit_set *const *sets, size_t n, const struct signed_row *row)
{
	bool known = false;
	size_t i, k;

	for (i = 0; i < n; i++) {
		if (strcmp(sets[i]->name, row->set) != 0)
			continue;
		known = true;
		for (k = 0; k < sets[i]->n; k++) {
			struct limit *limit = &sets[i]->rows[k];

			if (limit->checksum != row->checksum)
				continue;
			memcpy(limit->signer, row->signer, sizeof(limit->signer));
			limit->signed_ms = row->utc_ms;
			return true;
		}
	}
	return !known;
}

static int read_records(struct csv *csv, struct limit_set *const *sets, size_t n, const char *path,
	unsigned *stale, struct text *why)
{
	struct signed_row row;
	bool headed = false, good;
	int err;

	while ((err = csv_next(csv)) != ERR_ABSENT) {
		if (err == ERR_IO)
			return say_io(path, why);
		if (!err && (!csv->len || csv->record[0] == '#'))
			continue;
		if (headed)
			good = !err && take_row(csv, &row);
		else
			good = !err && csv->len == strlen(headings) &&
			       !memcmp(csv->record, headings, csv->len);
		if (!good) {
			text_printf(why, "%s:%lu: %s", path, csv->line,
				headed ? "this is no signature; each is made by waterlab limits "
					 "confirm"
				       : "this is no file of signatures; name another, or remove "
					 "it");
			return ERR_CONF;
		}
		if (headed)
			*stale += !mark(sets, n, &row);
		headed = true;
	}
	return 0;
}

static void unsign(struct limit_set *const *sets, size_t n)
{
	size_t i, k;

	for (i = 0; i < n; i++)
		for (k = 0; k < sets[i]->n; k++)
			*sets[i]->rows[k].signer = '\0';
}

int limits_read_signed(struct limit_set *const *sets, size_t n, const char *path, unsigned *stale,
	struct text *why)
{
	FILE *file = fopen(path, "re");
	struct csv *csv = malloc(sizeof(*csv));
	unsigned old = 0;
	int err = 0;

	unsign(sets, n);
	if (!file) {
		err = errno == ENOENT ? 0 : say_io(path, why);
	} else if (!csv) {
		text_printf(why, "%s: there is not enough memory to read it", path);
		err = ERR_MEMORY;
	} else {
		csv_begin(csv, file);
		err = read_records(csv, sets, n, path, &old, why);
	}
	if (err)
		unsign(sets, n);
	if (stale)
		*stale = err ? 0 : old;
	if (file)
		fclose(file);
	free(csv);
	return err;
}

/* --- adding ------------------------------------------------------------------------------------------ */

static void put_row(struct text *to, const struct limit_set *set, const struct limit *limit,
	const struct limit_signature *signature)
{
	text_printf(to, "%s,%s,", set->name, limit->parameter);
	limit_put_applies_to(to, &limit->applies_to);
	text_printf(to, ",%016" PRIx64 ",", limit->checksum);
	csv_put(to, signature->by);
	text_put_char(to, ',');
	utc_put_second(to, signature->utc_ms);
	text_put_char(to, ',');
	csv_put(to, signature->reason);
	text_put_char(to, '\n');
}

/* What is there, byte by byte; its last line may lack an end. */
static int copy_old(FILE *to, const char *path, struct text *why)
{
	FILE *old = fopen(path, "re");
	int c, last = '\n';

	if (!old && errno != ENOENT)
		return say_io(path, why);
	if (!old)
		fprintf(to,
			"# Made by waterlab limits confirm. A signature holds for the row as it "
			"stood; to take one back, remove its line.\n%s\n",
			headings);
	for (; old && (c = getc(old)) != EOF; last = c)
		putc(c, to);
	if (last != '\n')
		putc('\n', to);
	if (old && ferror(old)) {
		fclose(old);
		return say_io(path, why);
	}
	if (old)
		fclose(old);
	return 0;
}

/* The folder of the file, held against others who sign; -1: errno says why not. */
static int hold_folder(const char *path)
{
	char folder[2 * LIMITS_PATH];
	const char *slash = strrchr(path, '/');
	struct text to = text_over(folder, sizeof(folder));
	int fd;

	text_put_n(&to, slash ? path : ".", slash > path ? (size_t)(slash - path) : 1);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (fd >= 0 && flock(fd, LOCK_EX) != 0)
		if (errno != EINTR) {
			close(fd);
			fd = -1;
		}
	return fd;
}

/* Beside the file, then in its place: as a whole or not at all. */
static int add(int folder, const char *path, const char *rows, struct text *why)
{
	char beside[2 * LIMITS_PATH];
	struct text to = text_over(beside, sizeof(beside));
	FILE *file;
	int fd, err;

	text_printf(&to, "%s.new", path);
	if (to.cut) {
		text_printf(why, "%s: the path is too long", path);
		return ERR_IO;
	}
	(void)unlink(beside); /* of one that was cut off */
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	file = fd < 0 ? NULL : fdopen(fd, "w");
	if (!file)
		return say_io(beside, why);
	err = copy_old(file, path, why);
	if (!err && (fputs(rows, file) < 0 || fflush(file) != 0 || fchmod(fd, 0644) != 0 ||
			    fsync(fd) != 0))
		err = say_io(beside, why);
	if (fclose(file) != 0 && !err)
		err = say_io(beside, why);
	if (!err && (rename(beside, path) != 0 || fsync(folder) != 0))
		err = say_io(path, why);
	if (err)
		(void)unlink(beside);
	return err;
}

static int put_rows(struct text *rows, const struct limit_set *set, const char *parameter,
	const struct limit_signature *signature, unsigned *n, struct text *why)
{
	bool known = false;
	unsigned i;

	for (i = 0; i < set->n; i++) {
		const struct limit *limit = &set->rows[i];

		if (strcmp(limit->parameter, parameter) != 0)
			continue;
		known = true;
		if (limit_in_force(limit))
			continue;
		put_row(rows, set, limit, signature);
		++*n;
	}
	if (*n && !rows->cut)
		return 0;
	if (!known)
		text_printf(why, "%s has no limit for %s", set->name, parameter);
	else if (*n)
		text_printf(why, "the reason is too long");
	else
		text_printf(
			why, "the limits of %s in %s are in force already", parameter, set->name);
	return *n ? ERR_RANGE : ERR_ABSENT;
}

int limits_sign(struct limit_set *set, const char *parameter,
	const struct limit_signature *signature, const char *path, unsigned *n, struct text *why)
{
	char room[4096];
	struct text rows = text_over(room, sizeof(room));
	struct limit_set *const sets[] = {set};
	int folder, err;

	*n = 0;
	if (!text_is_words(signature->by) || strlen(signature->by) >= LIMIT_SIGNER ||
		!text_is_words(signature->reason)) {
		text_printf(why,
			"who signs and why are words of three characters or more, who of at most "
			"%d bytes",
			LIMIT_SIGNER - 1);
		return ERR_RANGE;
	}
	folder = hold_folder(path);
	err = folder < 0 ? say_io(path, why) : limits_read_signed(sets, 1, path, NULL, why);
	if (!err)
		err = put_rows(&rows, set, parameter, signature, n, why);
	if (!err)
		err = add(folder, path, room, why);
	if (folder >= 0)
		close(folder);
	if (!err)
		err = limits_read_signed(sets, 1, path, NULL, why);
	if (err)
		*n = 0;
	return err;
}
