/*
 * Room that is held by a file, so that what the spool must write about itself (gaps, receipts, refusals, files that
 * go) can be written when the card is full.  It is given up piece by piece for that alone: while it is not whole,
 * readings wait.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "spool/internal.h"

enum {
	PIECE = 64 * 1024, /* taken, or given up, at once */
	PART = 16          /* of a card; on a small one it is no more than that */
};

static void file_name(const struct spool *spool, char *to, size_t cap)
{
	snprintf(to, cap, "%s/ballast", spool->conf.dir);
}

/* What there should be, and what there is; -1: it cannot be opened. */
static int open_file(const struct spool *spool, off_t *want, off_t *have)
{
	char path[FILE_NAME_MAX];
	struct statvfs card;
	struct stat st;
	int fd;

	file_name(spool, path, sizeof(path));
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0 || fstatvfs(fd, &card) < 0) {
		close(fd);
		return -1;
	}
	*have = st.st_size;
	*want = (off_t)spool->conf.ballast_mb << 20;
	if (*want > (off_t)(card.f_blocks * card.f_frsize / PART))
		*want = (off_t)(card.f_blocks * card.f_frsize / PART);
	*want -= *want % PIECE;
	return fd;
}

static bool is_full(int error)
{
	return error == ENOSPC || error == EDQUOT;
}

/* Where none can be held the spool does without. */
static int cannot(struct spool *spool, int error)
{
	log_say(LOG_WARN, "spool",
		"%s/ballast cannot be made: %s; on a full card nothing will be noted",
		spool->conf.dir, strerror(error));
	spool->ballast_whole = true;
	return 0;
}

int ballast_fill(struct spool *spool)
{
	char path[FILE_NAME_MAX];
	off_t want, have;
	int fd, error = 0;

	if (spool->ballast_whole)
		return 0;
	file_name(spool, path, sizeof(path));
	if (!spool->conf.ballast_mb) {
		unlink(path); /* of an earlier configuration */
		spool->ballast_whole = true;
		return 0;
	}
	fd = open_file(spool, &want, &have);
	if (fd < 0)
		return is_full(errno) ? ERR_FULL : cannot(spool, errno);
	if (have > want && ftruncate(fd, want) == 0)
		have = want;
	/* Of those there are the blocks are there: it never grew by anything else. */
	for (; have < want && !error; have += error ? 0 : PIECE)
		error = posix_fallocate(fd, have, PIECE);
	close(fd);
	if (error && !is_full(error))
		return cannot(spool, error);
	spool->ballast_whole = !error;
	if (error) {
		struct text words = spool_fault(spool);

		text_printf(&words,
			"the card is full; %lld of %lld kB are kept for what must be noted of it",
			(long long)have / 1024, (long long)want / 1024);
	}
	return error ? ERR_FULL : 0;
}

bool ballast_give(struct spool *spool)
{
	off_t want, have, less;
	int fd;
	bool given;

	if (!spool->conf.ballast_mb)
		return false;
	fd = open_file(spool, &want, &have);
	if (fd < 0)
		return false;
	less = want / 8 > PIECE ? want / 8 : PIECE;
	less = have > less ? have - less : 0;
	/* Some file systems have the room only when that is on the card. */
	given = have > 0 && ftruncate(fd, less) == 0 && fsync(fd) == 0;
	close(fd);
	spool->ballast_whole = spool->ballast_whole && !given;
	return given;
}

int ballast_spend(struct spool *spool, int (*work)(struct spool *, void *), void *ctx)
{
	int err = work(spool, ctx);

	while (err == ERR_FULL && ballast_give(spool))
		err = work(spool, ctx);
	return err;
}
