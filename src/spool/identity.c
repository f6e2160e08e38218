#include "spool/identity.h"

#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "spool/internal.h"

enum { LIST_TEXT = 1280 }; /* the longest list */

static const char key[] = "identities";

/* --- the list ------------------------------------------------------------------------------------------- */

const char *identity_of(
	const struct identities *list, const char *base, enum stream stream, uint64_t number)
{
	size_t i = list->n;

	while (i && list->at[i - 1].first[stream] > number)
		i--;
	return i ? list->at[i - 1].id : base;
}

const char *identity_newest(const struct identities *list, const char *base)
{
	return list->n ? list->at[list->n - 1].id : base;
}

int identity_new(char *to)
{
	unsigned char bytes[(SPOOL_ID - 1) / 2];
	size_t i;

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return ERR_IO;
	for (i = 0; i < sizeof(bytes); i++)
		snprintf(to + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

bool identity_add(struct identities *list, const uint64_t first[STREAM_COUNT])
{
	if (list->n == MOST_IDENTITIES || identity_new(list->at[list->n].id))
		return false;
	memcpy(list->at[list->n].first, first, sizeof(list->at[list->n].first));
	list->n++;
	return true;
}

/* --- in a file: "HOME ID:READING:LEDGER ..." ---------------------------------------------------------------- */

static bool is_id(const char *s)
{
	return strlen(s) == SPOOL_ID - 1 && strspn(s, "0123456789abcdef") == SPOOL_ID - 1;
}

static bool read_one(char *word, struct identities *list)
{
	unsigned long long reading, ledger;
	char id[SPOOL_ID], more;

	if (list->n == MOST_IDENTITIES ||
		sscanf(word, "%16[0-9a-f]:%llu:%llu%c", id, &reading, &ledger, &more) != 3 ||
		!is_id(id))
		return false;
	if (list->n && (list->at[list->n - 1].first[STREAM_READINGS] > reading ||
			       list->at[list->n - 1].first[STREAM_LEDGER] > ledger))
		return false;
	memcpy(list->at[list->n].id, id, sizeof(id));
	list->at[list->n].first[STREAM_READINGS] = reading;
	list->at[list->n].first[STREAM_LEDGER] = ledger;
	list->n++;
	return true;
}

int identity_load(sqlite3 *db, struct identities *list)
{
	struct identities found = {.home = ""};
	char text[LIST_TEXT], *save = NULL, *word;
	int err;

	err = sql_meta_text(db, key, text, sizeof(text));
	if (err)
		return err;
	word = strtok_r(text, " ", &save);
	if (!word || (!is_id(word) && strcmp(word, "-") != 0))
		return ERR_DAMAGED;
	if (is_id(word))
		text_copy(found.home, sizeof(found.home), word);
	while ((word = strtok_r(NULL, " ", &save)))
		if (!read_one(word, &found))
			return ERR_DAMAGED;
	*list = found;
	return 0;
}

int identity_save(sqlite3 *db, const struct identities *list)
{
	char room[LIST_TEXT];
	struct text text = text_over(room, sizeof(room));
	size_t i;

	text_put(&text, list->home[0] ? list->home : "-");
	for (i = 0; i < list->n; i++)
		text_printf(&text, " %s:%llu:%llu", list->at[i].id,
			(unsigned long long)list->at[i].first[STREAM_READINGS],
			(unsigned long long)list->at[i].first[STREAM_LEDGER]);
	return sql_set_meta_text(db, key, room);
}

/* --- where it is ---------------------------------------------------------------------------------------- */

/* The first line of a small file, without the blanks around it; "" when there is none. */
static void first_line(const char *path, char *to, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? 0 : read(fd, to, cap - 1);

	if (fd >= 0)
		close(fd);
	to[got > 0 ? got : 0] = '\0';
	to[strcspn(to, "\r\n")] = '\0';
	for (got = (ssize_t)strlen(to); got > 0 && isspace((unsigned char)to[got - 1]); got--)
		to[got - 1] = '\0';
}

/* Of the card, or of what it is plugged into: the nearest one up the tree. */
static void card_serial(const char *dir, char *to, size_t cap)
{
	static const char *const names[] = {
		"cid", "wwid", "serial", "device/cid", "device/wwid", "device/serial"};
	char at[PATH_MAX], path[PATH_MAX + 32], *slash;
	struct stat st;
	size_t i;

	*to = '\0';
	if (stat(dir, &st) != 0)
		return;
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u", major(st.st_dev), minor(st.st_dev));
	if (!realpath(path, at))
		return; /* no card of its own: a network's, or memory */
	while (!*to && (slash = strrchr(at, '/')) && slash - at > (ssize_t)strlen("/sys/devices")) {
		for (i = 0; !*to && i < sizeof(names) / sizeof(names[0]); i++) {
			snprintf(path, sizeof(path), "%s/%s", at, names[i]);
			first_line(path, to, cap);
		}
		*slash = '\0';
	}
}

/* FNV-1a, 64 bits: stable for ever, and nobody is kept out by it. */
static uint64_t mix(uint64_t sum, const char *s)
{
	for (; *s; s++)
		sum = (sum ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return (sum ^ '\n') * UINT64_C(0x100000001b3);
}

void identity_home(const char *dir, char *to)
{
	char serial[256], machine[64];
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	*to = '\0';
	if (spool_tuning.home) {
		text_copy(to, SPOOL_ID, spool_tuning.home);
		return;
	}
	card_serial(dir, serial, sizeof(serial));
	first_line("/etc/machine-id", machine, sizeof(machine));
	if (!*serial && !*machine)
		return;
	sum = mix(mix(sum, serial), machine);
	snprintf(to, SPOOL_ID, "%016llx", (unsigned long long)sum);
}
