/*
 * Whether a WAL is what was written: SQLite itself takes a damaged one for one that ends before the damage, and what was
 * committed behind that would be gone unsaid, its numbers given again.
 *
 * A power cut may tear the last transaction and no other, since each is synced before the next begins.  So a frame that
 * is not what was written is damage when behind it there are frames of more than one transaction.  Damage in the last
 * transaction cannot be told from one that was cut.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool/internal.h"

enum { HEADER = 32, FRAME = 24, MOST_FRAMES = 1 << 16 };

struct wal {
	int fd;
	bool big_endian; /* its checksums' words */
	uint32_t page;
	uint8_t salts[8];
	uint8_t sum[8]; /* the last frame's, as it was stored */
	uint8_t *frame;
	uint32_t *pages; /* that the transactions not known to be whole have written */
	size_t n_pages;
};

static uint32_t word(const struct wal *wal, const uint8_t *p)
{
	return wal->big_endian ? file_be32(p) : __builtin_bswap32(file_be32(p));
}

static void add_up(const struct wal *wal, const uint8_t *p, size_t n, uint32_t sum[2])
{
	size_t i;

	for (i = 0; i < n; i += 8) {
		sum[0] += word(wal, p + i) + sum[1];
		sum[1] += word(wal, p + i + 4) + sum[0];
	}
}

static bool header_is_whole(struct wal *wal, const uint8_t *head)
{
	uint32_t sum[2] = {0, 0}, magic = file_be32(head);

	if ((magic & ~1U) != 0x377f0682)
		return false;
	wal->big_endian = magic & 1;
	wal->page = file_be32(head + 8);
	memcpy(wal->salts, head + 16, 8);
	memcpy(wal->sum, head + 24, 8);
	add_up(wal, head, 24, sum);
	return sum[0] == file_be32(head + 24) && sum[1] == file_be32(head + 28) &&
	       wal->page >= 512 && wal->page <= 65536 && !(wal->page & (wal->page - 1));
}

/* The frame in wal->frame, against the one before it; of an earlier use of the file none is. */
static bool frame_is_whole(struct wal *wal)
{
	uint32_t sum[2] = {file_be32(wal->sum), file_be32(wal->sum + 4)};

	if (memcmp(wal->frame + 8, wal->salts, 8) != 0)
		return false;
	add_up(wal, wal->frame, 8, sum);
	add_up(wal, wal->frame + FRAME, wal->page, sum);
	memcpy(wal->sum, wal->frame + 16, 8);
	return sum[0] == file_be32(wal->sum) && sum[1] == file_be32(wal->sum + 4);
}

/* A transaction writes no page twice, but perhaps that of its last frame: the second time is another one's. */
static bool seen_before(struct wal *wal, uint32_t page)
{
	size_t i;

	for (i = 0; i < wal->n_pages; i++)
		if (wal->pages[i] == page)
			return true;
	wal->pages[wal->n_pages++] = page;
	return false;
}

/* False: committed frames lie behind a damaged one. */
static bool walk(struct wal *wal)
{
	bool broken = false, committed = false, again, ends;
	size_t i, size = FRAME + wal->page;

	for (i = 0; i < MOST_FRAMES; i++) {
		if (pread(wal->fd, wal->frame, size, (off_t)(HEADER + i * size)) != (ssize_t)size)
			break;
		if (!frame_is_whole(wal)) {
			broken = true;
			continue;
		}
		ends = file_be32(wal->frame + 4) != 0;
		again = seen_before(wal, file_be32(wal->frame));
		if (broken && (committed || (again && !ends)))
			return false;
		if (ends && !broken)
			wal->n_pages = 0;
		committed = committed || (ends && broken);
	}
	return true;
}

int wal_judge(const char *path, struct text *why)
{
	static const uint8_t nothing[HEADER];
	struct wal wal = {.n_pages = 0};
	uint8_t head[HEADER];
	ssize_t got;
	int err = 0;

	wal.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (wal.fd < 0 && errno == ENOENT)
		return 0;
	got = wal.fd < 0 ? -1 : pread(wal.fd, head, HEADER, 0);
	if (got < 0) {
		text_printf(why, "%s: %s", path, strerror(errno));
		err = ERR_IO;
		goto out;
	}
	/* Made longer, and then the power went before the header was written. */
	if (got < HEADER || memcmp(head, nothing, HEADER) == 0)
		goto out;
	if (!header_is_whole(&wal, head)) {
		text_printf(why, "%s: no WAL header", path);
		err = ERR_DAMAGED;
		goto out;
	}
	wal.frame = malloc(FRAME + (size_t)wal.page);
	wal.pages = malloc(MOST_FRAMES * sizeof(*wal.pages));
	if (!wal.frame || !wal.pages) {
		err = ERR_MEMORY;
	} else if (!walk(&wal)) {
		text_printf(why, "%s: damaged before its end", path);
		err = ERR_DAMAGED;
	}
out:
	free(wal.frame);
	free(wal.pages);
	if (wal.fd >= 0)
		close(wal.fd);
	return err;
}
