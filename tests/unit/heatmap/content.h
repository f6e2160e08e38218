/* content.h - what a test wrote into its folder, read back. */
#ifndef TESTS_HEATMAP_CONTENT_H
#define TESTS_HEATMAP_CONTENT_H

#include <stdio.h>

/* Of folder/name, up to the room's end; the same room each time. */
static char *content_of(const char *folder, const char *name)
{
	static char room[8192];
	char path[200];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "r");
	assert_non_null(file);
	n = fread(room, 1, sizeof(room) - 1, file);
	room[n] = '\0';
	fclose(file);
	return room;
}

#endif
