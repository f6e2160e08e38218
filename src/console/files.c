#include "console/files.h"

#include <jansson.h>
#include <string.h>

const struct page_file *files_find(const char *path)
{
	const struct page_file *file;

	if (!strcmp(path, "/"))
		path = "/index.html";
	for (file = page_files; file->path; file++)
		if (!strcmp(file->path, path))
			return file;
	return NULL;
}

const char *files_type(const struct page_file *file)
{
	static const char *const types[][2] = {
		{".html", "text/html; charset=utf-8"},
		{".css", "text/css; charset=utf-8"},
		{".js", "text/javascript; charset=utf-8"},
		{".json", "application/json"},
		{".svg", "image/svg+xml"},
	};
	const char *dot = strrchr(file->path, '.');
	size_t i;

	for (i = 0; dot && i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcmp(dot, types[i][0]))
			return types[i][1];
	return "application/octet-stream";
}

/* A language is a file words.LANGUAGE.json. */
char *files_say_page(void)
{
	static const char before[] = "/words.", after[] = ".json";
	json_t *languages = json_array(), *page;
	const struct page_file *file;
	size_t n;
	char *text;

	for (file = page_files; file->path; file++) {
		n = strlen(file->path);
		if (n > sizeof(before) - 1 + sizeof(after) - 1 &&
			!strncmp(file->path, before, sizeof(before) - 1) &&
			!strcmp(file->path + n - (sizeof(after) - 1), after))
			json_array_append_new(
				languages, json_stringn(file->path + sizeof(before) - 1,
						   n - (sizeof(before) - 1) - (sizeof(after) - 1)));
	}
	page = json_pack("{s:s, s:o}", "version", WATERLAB_VERSION, "languages", languages);
	text = json_dumps(page, JSON_COMPACT);
	json_decref(page);
	return text;
}
