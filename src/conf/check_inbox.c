/* What no table can say of the meters whose files are taken. */
#include <string.h>

#include "bus/codec.h"
#include "conf/keys.h"

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

static void check_meter(struct schema_doc *doc, const struct conf *conf, unsigned m)
{
	const struct meter_conf *meter = &conf->inbox.meters[m];
	const struct profile *profile = meter->profile;
	unsigned i;

	check_name(doc, conf, m);
	if (profile && (!profile->driver || !codec_reads_files(profile->driver)))
		schema_wrong(doc, meter, &meter->profile, "profile",
			"%s takes no files; its README says how it is read", profile->name);
	if (strchr(meter->files, '/'))
		schema_wrong(doc, meter, meter->files, "files",
			"\"%s\" has a /; it is a pattern of names in the one folder", meter->files);
	for (i = 0; i < m; i++)
		if (*meter->files && !strcmp(meter->files, conf->inbox.meters[i].files))
			schema_wrong(doc, meter, meter->files, "files",
				"\"%s\" is the pattern of meter \"%s\" too, which takes every such "
				"file",
				meter->files, conf->inbox.meters[i].name);
}

void check_inbox(struct schema_doc *doc, const struct conf *conf)
{
	const struct inbox_conf *inbox = &conf->inbox;
	unsigned i;

	if (*inbox->dir && *inbox->dir != '/')
		schema_wrong(doc, inbox, inbox->dir, "dir",
			"\"%s\" is no full path; it starts with /", inbox->dir);
	for (i = 0; i < inbox->n_meters; i++)
		check_meter(doc, conf, i);
}
