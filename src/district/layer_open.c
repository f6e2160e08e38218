#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "district/boundaries_file.h"
#include "district/geojson.h"
#include "district/inner.h"

/* The whole text; NULL with a mistake said. */
static char *load(FILE *file, size_t size, const char *path, struct mistakes_in_layer *mistakes)
{
	char *text = NULL;

	if (size > GEOJSON_BYTES) {
		layer_mistake(mistakes,
			"%s: larger than %d MB; simplify it, e.g. mapshaper -simplify "
			"20%% keep-shapes",
			path, GEOJSON_BYTES / 1024 / 1024);
		return NULL;
	}
	text = malloc(size + 1);
	if (!text)
		layer_mistake(mistakes, "%s: there is not enough memory to read it", path);
	else if (fread(text, 1, size, file) != size) {
		layer_mistake(mistakes, "%s cannot be read: %s", path,
			ferror(file) ? strerror(errno) : "it became shorter meanwhile");
		free(text);
		text = NULL;
	}
	return text;
}

/* What a file that was drawn elsewhere must stand before it is used. */
static int check_and_mark(struct layer *layer, struct mistakes_in_layer *mistakes)
{
	struct locator locator;
	struct geos geos;
	int err = geos_open(&geos);

	if (err)
		return err;
	err = geos_check_rings(&geos, layer, mistakes);
	geos_close(&geos);
	if (err)
		return err;
	err = locator_open(&locator, layer);
	if (err)
		return err;
	err = inner_edges(layer, &locator);
	locator_close(&locator);
	return err;
}

static int open_geojson(struct layer **out, FILE *file, size_t size, const char *path,
	const struct boundary_keys *keys, struct mistakes_in_layer *mistakes)
{
	char *text = load(file, size, path, mistakes);
	int err;

	if (!text)
		return ERR_IO;
	err = geojson_read(out, text, size, keys, mistakes);
	free(text);
	if (!err)
		err = check_and_mark(*out, mistakes);
	if (err == ERR_MEMORY)
		layer_mistake(mistakes, "%s: there is not enough memory for it", path);
	return err;
}

static int open_installed(struct layer **out, FILE *file, size_t size, const char *path,
	struct mistakes_in_layer *mistakes)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));
	int err;

	rewind(file);
	err = boundaries_file_read(out, file, size, &why);
	if (err)
		layer_mistake(mistakes, "%s %s", path, words);
	return err;
}

/* One line of words, whatever the file is called. */
static void name_source(struct layer *layer, const char *name)
{
	char *c;

	snprintf(layer->source, sizeof(layer->source), "%s", name);
	for (c = layer->source; *c; c++)
		if ((unsigned char)*c < ' ')
			*c = '?';
}

static int open_either(struct layer **out, FILE *file, size_t size, const char *path,
	const struct boundary_keys *keys, struct mistakes_in_layer *mistakes)
{
	char begun[32];
	size_t n = fread(begun, 1, sizeof(begun), file);
	const char *slash = strrchr(path, '/');
	int err;

	if (boundaries_file_is(begun, n))
		return open_installed(out, file, size, path, mistakes);
	rewind(file);
	err = open_geojson(out, file, size, path, keys, mistakes);
	if (!err)
		name_source(*out, slash ? slash + 1 : path);
	return err;
}

int layer_open(struct layer **out, const char *path, const struct boundary_keys *keys,
	struct mistakes_in_layer *mistakes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), err = ERR_IO;
	FILE *file = NULL;
	struct stat st;

	*out = NULL;
	if (fd < 0 || fstat(fd, &st) != 0) {
		err = errno == ENOENT ? ERR_ABSENT : ERR_IO;
		layer_mistake(mistakes, "%s cannot be read: %s", path, strerror(errno));
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		layer_mistake(mistakes, "%s is not a file", path);
		goto out;
	}
	file = fdopen(fd, "r");
	if (!file) {
		layer_mistake(mistakes, "%s: %s", path, strerror(errno));
		goto out;
	}
	err = open_either(out, file, (size_t)st.st_size, path, keys, mistakes);
out:
	if (file)
		fclose(file);
	else if (fd >= 0)
		close(fd);
	if (err) {
		layer_free(*out);
		*out = NULL;
	}
	return err;
}
