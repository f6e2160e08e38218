/* What no table can say of the meters whose files are taken. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "bus/codec.h"
#include "conf/keys.h"

enum { PATH_ROOM = 4096 }; /* of realpath() */

static void check_name(struct schema_doc *doc, const struct conf *conf, unsigned m)
{
	const struct meter_conf *meter = &conf->inbox.meters[m];
	unsigned i, k;

	for (i = 0; i < conf->n_lines; i++)
		for (k = 0; k < conf->lines[i].n_units; k++)
			if (*meter->name && !strcmp(meter->name, conf->lines[i].units[k].name))
				schema_wrong(doc, meter, meter->name, "name",
					"\"%s\" is the name of a unit on line \"%s\"; a meter's "
					"name is its own in the whole lab",
					meter->name, conf->lines[i].name);
	for (i = 0; i < m; i++)
		if (*meter->name && !strcmp(meter->name, conf->inbox.meters[i].name))
			schema_wrong(doc, meter, meter->name, "name",
				"\"%s\" is the name of another meter; each has its own",
				meter->name);
}

/* --- patterns ---------------------------------------------------------------------------------------- */

/* Whether each name that `other` fits fits `pattern` too; false where it takes more than a look to tell. */
static bool covers(const char *pattern, const char *other)
{
	const char *star = NULL, *from = NULL;

	while (*other) {
		if (*pattern == '*') {
			star = pattern++;
			from = other;
		} else if (*other != '*' && *pattern &&
			   (*pattern == '?' || tolower((unsigned char)*pattern) ==
						       tolower((unsigned char)*other))) {
			pattern++;
			other++;
		} else if (star) {
			pattern = star + 1;
			other = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

static void check_files(struct schema_doc *doc, const struct conf *conf, unsigned m)
{
	const struct meter_conf *meter = &conf->inbox.meters[m], *before;
	unsigned i;

	if (strchr(meter->files, '/'))
		schema_wrong(doc, meter, meter->files, "files",
			"\"%s\" has a /; it is a pattern of names in the one folder", meter->files);
	if (strpbrk(meter->files, "[]\\"))
		schema_wrong(doc, meter, meter->files, "files",
			"\"%s\" has a [ ] or \\; only * and ? are more than themselves, so write ? "
			"for each of those characters",
			meter->files);
	for (i = 0; i < m; i++) {
		before = &conf->inbox.meters[i];
		if (!*meter->files || !covers(before->files, meter->files))
			continue;
		schema_wrong(doc, meter, meter->files, "files",
			"\"%s\" is never reached: meter \"%s\" before it takes every such file "
			"(\"%s\"); put the narrower pattern first",
			meter->files, before->name, before->files);
		return;
	}
}

/* --- a meter ----------------------------------------------------------------------------------------- */

static void check_meter(struct schema_doc *doc, const struct conf *conf, unsigned m)
{
	const struct meter_conf *meter = &conf->inbox.meters[m];
	const struct profile *profile = meter->profile;

	check_name(doc, conf, m);
	if (profile && (!profile->driver || !codec_reads_files(profile->driver)))
		schema_wrong(doc, meter, &meter->profile, "profile",
			"%s takes no files; its README says how it is read", profile->name);
	check_files(doc, conf, m);
	if (meter->utc_offset_min % 15)
		schema_wrong(doc, meter, &meter->utc_offset_min, "utc_offset_min",
			"%d is no multiple of 15; Pakistan is 300", meter->utc_offset_min);
}

/* --- the folder -------------------------------------------------------------------------------------- */

/* "/a//b/./c/../d/" is "/a/b/d", "/" is "": as written, whatever is there. */
static void plain_path(const char *path, char to[PATH_ROOM])
{
	struct text text = text_over(to, PATH_ROOM);
	size_t n;

	for (; *path; path += n) {
		path += strspn(path, "/");
		n = strcspn(path, "/");
		if (n == 2 && !memcmp(path, "..", 2)) {
			while (text.len && text.at[--text.len] != '/')
				;
			text.at[text.len] = '\0';
		} else if (n && !(n == 1 && *path == '.')) {
			text_put_char(&text, '/');
			text_put_n(&text, path, n);
		}
	}
}

static bool lies_in(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return !strncmp(path, folder, n) && path[n] == '/';
}

/* What the first is to the second; NULL: apart. */
static const char *relation(const char *inbox, const char *spool)
{
	char a[PATH_ROOM], b[PATH_ROOM];

	plain_path(inbox, a);
	plain_path(spool, b);
	return !strcmp(a, b)   ? "is the folder of spool.dir"
	       : lies_in(a, b) ? "lies in spool.dir"
	       : lies_in(b, a) ? "holds spool.dir"
			       : NULL;
}

/* Where both are there, also by where links lead. */
static const char *real_relation(const char *inbox, const char *spool)
{
	char *a = realpath(inbox, NULL), *b = realpath(spool, NULL);
	const char *is = a && b ? relation(a, b) : NULL;

	free(a);
	free(b);
	return is;
}

static void check_dir(struct schema_doc *doc, const struct conf *conf)
{
	const struct inbox_conf *inbox = &conf->inbox;
	const char *is;

	if (*inbox->dir && *inbox->dir != '/')
		schema_wrong(doc, inbox, inbox->dir, "dir",
			"\"%s\" is no full path; it starts with /", inbox->dir);
	if (*inbox->dir != '/' || *conf->spool.dir != '/' || !inbox->n_meters)
		return;
	is = relation(inbox->dir, conf->spool.dir);
	if (!is)
		is = real_relation(inbox->dir, conf->spool.dir);
	if (is)
		schema_wrong(doc, inbox, inbox->dir, "dir",
			"\"%s\" %s, \"%s\"; files would be moved out of the spool: give the inbox "
			"a "
			"folder of its own",
			inbox->dir, is, conf->spool.dir);
}

/* What a meter measures now would not be taken. */
static void check_not_before(struct schema_doc *doc, const struct inbox_conf *inbox)
{
	char words[64];
	struct text why = text_over(words, sizeof(words));
	int64_t released_ms;

	if (!hook_date.take(NULL, &released_ms, WATERLAB_RELEASED, &why) ||
		inbox->earliest_ms <= released_ms)
		return;
	text_clear(&why);
	utc_put_day(&why, inbox->earliest_ms);
	schema_wrong(doc, inbox, &inbox->earliest_ms, "not_before",
		"%s is after the program's release, %s; what was measured before it would not be "
		"taken",
		words, WATERLAB_RELEASED);
}

void check_inbox(struct schema_doc *doc, const struct conf *conf)
{
	unsigned i;

	check_dir(doc, conf);
	check_not_before(doc, &conf->inbox);
	for (i = 0; i < conf->inbox.n_meters; i++)
		check_meter(doc, conf, i);
}
