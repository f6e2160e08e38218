#include "place/files.h"

#include <string.h>

/* The first line of what is wrong, with the file's name before it. */
static void put_wrong(struct text *to, const char *path, const char *words)
{
	if (strncmp(words, path, strlen(path)) != 0)
		text_printf(to, "%s: ", path);
	text_put_n(to, words, strcspn(words, "\n"));
}

struct boundaries *files_boundaries(const char *path, enum log_level level, char *words, size_t cap)
{
	char room[512] = "";
	struct text why = text_over(room, sizeof(room)), to = text_over(words, cap);
	struct boundaries *boundaries = NULL;
	int err = *path ? boundaries_open(&boundaries, path, NULL, &why) : ERR_ABSENT;

	if (!err && boundaries_installed(boundaries))
		return boundaries;
	if (!err) /* it may have its coordinates swapped, or its codes shifted */
		text_printf(&to,
			"%s is GeoJSON that nobody looked through: waterlab boundaries install %s",
			path, path);
	else if (!*path)
		text_put(&to, "place.boundaries names no file");
	else if (err == ERR_ABSENT)
		text_put(&to, "no boundaries are installed: waterlab boundaries install FILE");
	else
		put_wrong(&to, path, room);
	log_say(level, "place", "no reading gets a district: %s", words);
	boundaries_free(boundaries);
	return NULL;
}

struct gazetteer *files_gazetteer(const char *path)
{
	char room[200];
	struct text why = text_over(room, sizeof(room));
	struct gazetteer *gazetteer = NULL;
	int err = gazetteer_open(&gazetteer, path, &why);

	if (err)
		log_say(err == ERR_ABSENT ? LOG_INFO : LOG_WARN, "place",
			"there is no list of districts to choose from: %s", room);
	return gazetteer;
}
