#include "stay.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum { PATH = 512, PIECE = 64 * 1024 };

static bool put_path(char room[PATH], const char *folder, const char *name)
{
	struct text path = text_over(room, PATH);

	text_printf(&path, "%s/%s", folder, name);
	return !path.cut;
}

static FILE *open_file(const char *folder, const char *name)
{
	char path[PATH];

	return put_path(path, folder, name) ? fopen(path, "re") : NULL;
}

static bool same_bytes(FILE *a, FILE *b)
{
	static char one[PIECE], other[PIECE];
	size_t n, m;

	do {
		n = fread(one, 1, sizeof(one), a);
		m = fread(other, 1, sizeof(other), b);
		if (n != m || memcmp(one, other, n) != 0)
			return false;
	} while (n == sizeof(one));
	return !ferror(a) && !ferror(b);
}

bool stay_same(const char *folder, const char *before, const char *name)
{
	FILE *a = open_file(folder, name), *b = open_file(before, name);
	bool same = a && b && same_bytes(a, b);

	if (a)
		fclose(a);
	if (b)
		fclose(b);
	return same;
}

bool stay_link(const char *folder, const char *before, const char *name)
{
	char to[PATH], from[PATH], beside[PATH];

	if (!put_path(to, folder, name) || !put_path(from, before, name) ||
		!put_path(beside, folder, "stays") || link(from, beside))
		return false;
	if (!rename(beside, to))
		return true;
	unlink(beside);
	return false;
}
