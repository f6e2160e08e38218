#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "district/boundaries_file.h"
#include "district/boundaries_form.h"

/* --- encoding -------------------------------------------------------------------------------------- */

/* Everything behind the first line goes through here: measured, summed, and written when there is a
 * file. */
struct sink {
	FILE *file;
	uLong crc;
	uint64_t bytes;
	bool failed;
};

static void put(struct sink *sink, const void *bytes, size_t n)
{
	sink->crc = crc32_z(sink->crc, bytes, n);
	sink->bytes += n;
	if (sink->file && fwrite(bytes, 1, n, sink->file) != n)
		sink->failed = true;
}

static void put_u32(struct sink *sink, size_t number)
{
	uint32_t bytes = htole32((uint32_t)number);

	put(sink, &bytes, sizeof(bytes));
}

static void put_string(struct sink *sink, const char *s)
{
	uint8_t n = (uint8_t)strlen(s);

	put(sink, &n, 1);
	put(sink, s, n);
}

static void put_line(struct sink *sink, const char *word, const char *words)
{
	put(sink, word, strlen(word));
	put(sink, words, strlen(words));
	put(sink, "\n", 1);
}

static void put_point(struct sink *sink, const struct point *point)
{
	uint64_t bytes[2];

	memcpy(bytes, point, sizeof(bytes));
	bytes[0] = htole64(bytes[0]);
	bytes[1] = htole64(bytes[1]);
	put(sink, bytes, sizeof(bytes));
}

static void put_layer(struct sink *sink, const struct layer *layer)
{
	size_t i;

	put_line(sink, "edition ", layer->edition);
	put_line(sink, "source ", layer->source);
	put_u32(sink, layer->n_areas);
	put_u32(sink, layer->n_polygons);
	put_u32(sink, layer->n_rings);
	put_u32(sink, layer->n_points);
	put_u32(sink, layer->inner ? 1 : 0);
	for (i = 0; i < layer->n_areas; i++) {
		const struct area *area = &layer->areas[i];

		put_string(sink, area->code);
		put_string(sink, area->name);
		put_string(sink, area->division);
		put_string(sink, area->province);
		put_string(sink, area->tehsil);
		put_string(sink, area->tehsil_name);
	}
	for (i = 0; i < layer->n_polygons; i++) {
		put_u32(sink, layer->polygons[i].area);
		put_u32(sink, layer->polygons[i].rings);
	}
	for (i = 0; i < layer->n_rings; i++)
		put_u32(sink, layer->rings[i].points);
	for (i = 0; i < layer->n_points; i++)
		put_point(sink, &layer->points[i]);
	if (layer->inner)
		put(sink, layer->inner, boundaries_inner_bytes(layer->n_points));
}

uint32_t boundaries_file_checksum(const struct layer *layer)
{
	struct sink sink = {.crc = crc32(0, NULL, 0)};

	put_layer(&sink, layer);
	return sink.crc ? (uint32_t)sink.crc : 1;
}

/* --- writing --------------------------------------------------------------------------------------- */

static int say_io(struct text *why, const char *path)
{
	int number = errno;

	text_printf(why, "%s: %s", path, strerror(number));
	if (number == ENOENT)
		text_put(why, "; its folder must be there: the daemon's first start makes "
			      "/var/lib/waterlab");
	else if (number == EACCES || number == EROFS)
		text_put(why, "; only who may write there, as a rule root, can install");
	return number == ENOSPC || number == EDQUOT ? ERR_FULL : ERR_IO;
}

/* The first line is known when all behind it has been summed. */
static int write_whole(const struct layer *layer, FILE *file, const char *path, struct text *why)
{
	struct sink sink = {.crc = crc32(0, NULL, 0)};
	char line[BOUNDARIES_FIRST_LINE + 1];

	put_layer(&sink, layer);
	boundaries_first_line(line, sink.crc, sink.bytes);
	sink.file = file;
	put(&sink, line, BOUNDARIES_FIRST_LINE);
	put_layer(&sink, layer);
	if (sink.failed || fflush(file) != 0 || fchmod(fileno(file), 0644) != 0 ||
		fsync(fileno(file)) != 0)
		return say_io(why, path);
	return 0;
}

/* Not only the same bytes: the same outlines of the same areas, number by number. */
static bool is_same(const struct layer *a, const struct layer *b)
{
	return a->n_areas == b->n_areas && a->n_polygons == b->n_polygons &&
	       a->n_rings == b->n_rings && a->n_points == b->n_points &&
	       !memcmp(a->areas, b->areas, a->n_areas * sizeof(*a->areas)) &&
	       !memcmp(a->polygons, b->polygons, a->n_polygons * sizeof(*a->polygons)) &&
	       !memcmp(a->rings, b->rings, a->n_rings * sizeof(*a->rings)) &&
	       !memcmp(a->points, b->points, a->n_points * sizeof(*a->points));
}

static int read_back(const struct layer *layer, FILE *file, const char *path, struct text *why)
{
	struct layer *again = NULL;
	struct stat st;
	int err;

	if (fseek(file, 0, SEEK_SET) != 0 || fstat(fileno(file), &st) != 0)
		return say_io(why, path);
	text_printf(why, "%s, just written, ", path);
	err = boundaries_file_read(&again, file, (size_t)st.st_size, why);
	if (!err &&
		(again->checksum != boundaries_file_checksum(layer) || !is_same(layer, again))) {
		text_put(why, "is not what was written");
		err = ERR_DAMAGED;
	}
	if (!err)
		text_clear(why);
	layer_free(again);
	return err;
}

static int sync_folder(const char *path, struct text *why)
{
	char folder[512];
	const char *slash = strrchr(path, '/');
	struct text to = text_over(folder, sizeof(folder));
	int fd, err = 0;

	text_put_n(&to, slash ? path : ".", slash > path ? (size_t)(slash - path) : 1);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		err = say_io(why, folder);
	if (fd >= 0)
		close(fd);
	return err;
}

/*
 * Only an earlier installation gives way, or an empty file: never the map it was made from, or a
 * device whose name was given by mistake.
 */
static int may_replace(const char *path, struct text *why)
{
	char begun[sizeof(BOUNDARIES_MAGIC)];
	const char *is = NULL;
	struct stat st;
	FILE *file;
	size_t n;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? 0 : say_io(why, path);
	if (S_ISLNK(st.st_mode))
		is = "a symbolic link: name the file it leads to";
	else if (!S_ISREG(st.st_mode))
		is = "no file: name one that is, or that is not there yet";
	if (is) {
		text_printf(why, "%s is %s", path, is);
		return ERR_CONF;
	}
	file = fopen(path, "re");
	if (!file)
		return say_io(why, path);
	n = fread(begun, 1, sizeof(begun), file);
	fclose(file);
	if (n == 0 || boundaries_file_is(begun, n))
		return 0;
	text_printf(why,
		"%s is no installed boundaries file, and is not written over: name another, or "
		"remove it first",
		path);
	return ERR_CONF;
}

int boundaries_file_write(const struct layer *layer, const char *path, struct text *why)
{
	char beside[512];
	struct text to = text_over(beside, sizeof(beside));
	FILE *file;
	int fd, err;

	text_printf(&to, "%s.installing", path);
	if (to.cut) {
		text_printf(why, "%s: the path is too long", path);
		return ERR_IO;
	}
	err = may_replace(path, why);
	if (err)
		return err;
	(void)unlink(beside); /* of an installation that was cut off */
	fd = open(beside, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	file = fd < 0 ? NULL : fdopen(fd, "w+");
	if (!file) {
		err = say_io(why, beside);
		if (fd >= 0)
			close(fd);
		goto out;
	}
	err = write_whole(layer, file, beside, why);
	if (!err)
		err = read_back(layer, file, beside, why);
	if (fclose(file) != 0 && !err)
		err = say_io(why, beside);
	if (!err && rename(beside, path) != 0)
		err = say_io(why, path);
	if (!err)
		err = sync_folder(path, why);
out:
	if (err)
		(void)unlink(beside);
	return err;
}
