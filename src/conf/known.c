/* All maps of registers of a folder: who can be known by name. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static struct profile *read_one(const char *folder, const char *name, struct text *mistakes)
{
	char path[CONF_PATH + 300], room[300];
	struct text first = text_over(room, sizeof(room));
	struct profile *profile;

	snprintf(path, sizeof(path), "%s/%s/profile.conf", folder, name);
	if (access(path, R_OK))
		return NULL;
	if (!conf_read_profile(&profile, path, &first))
		return profile;
	room[strcspn(room, "\n")] = '\0';
	text_printf(mistakes, "%s\n", room);
	return NULL;
}

int conf_read_known(
	struct profile *to[MOST_PROFILES], unsigned *n, const char *folder, struct text *mistakes)
{
	struct dirent **entries;
	int i, found = scandir(folder, &entries, is_shown, by_name);

	if (found < 0)
		return ERR_ABSENT;
	for (i = 0; i < found; i++) {
		if (*n < MOST_PROFILES)
			to[*n] = read_one(folder, entries[i]->d_name, mistakes);
		*n += *n < MOST_PROFILES && to[*n];
		free(entries[i]);
	}
	free(entries);
	return 0;
}
