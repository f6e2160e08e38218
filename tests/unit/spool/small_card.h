/* small_card.h - a real card of a few MB, in "card", which can be filled to the last byte.  Root's only. */
#ifndef TESTS_SPOOL_SMALL_CARD_H
#define TESTS_SPOOL_SMALL_CARD_H

#include <errno.h>
#include <sys/mount.h>

#include "lab.h"

/* False: this machine does not allow it, which is said. */
static bool make_card(const char *size)
{
	char words[32];

	snprintf(words, sizeof(words), "size=%s", size);
	if (mkdir("card", 0700) == 0 && mount("tmpfs", "card", "tmpfs", 0, words) == 0)
		return true;
	printf("skipped: a small tmpfs cannot be mounted here (%s)\n", strerror(errno));
	return false;
}

static void remove_card(void)
{
	assert_int_equal(umount("card"), 0);
	assert_int_equal(rmdir("card"), 0);
}

static void fill_card(void)
{
	static char block[4096];
	int fd = open("card/others", O_WRONLY | O_CREAT | O_APPEND, 0600);

	assert_true(fd >= 0);
	while (write(fd, block, sizeof(block)) > 0)
		;
	close(fd);
}

static void free_card(void)
{
	assert_int_equal(unlink("card/others"), 0);
}

#endif
