#include "status.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "picture.h"
#include "put.h"

static const char *plain(int err)
{
	switch (err) {
	case 0:
		return NULL;
	case ERR_TIMEOUT:
	case ERR_STOPPED:
		return "the store does not answer";
	case ERR_DAMAGED:
	case ERR_FULL:
		return "the store's answer is not understood";
	case ERR_CONF:
		return "the store refuses, or is not set up";
	case ERR_ABSENT:
		return "the store holds no results";
	default:
		return "the publisher has trouble of its own";
	}
}

static void put_view(const struct heatmap_conf *conf, enum view view, int64_t tried_ms, int err,
	const char *trouble)
{
	char folder[PUT_PATH], words[256], fresh[PUT_PATH + 32], final[PUT_PATH + 32];
	struct text why = text_over(words, sizeof(words));
	struct stat st;
	struct put put;

	snprintf(folder, sizeof(folder), "%s/current/%s/data", conf->out, view_word(view));
	if (stat(folder, &st))
		return;
	put_open(&put, folder, "status.json.new");
	jot_begin(&put, NULL, '{');
	jot_whole(&put, "schema_version", 1);
	jot_time(&put, "tried", tried_ms);
	jot_text(&put, "trouble", plain(err));
	if (view != VIEW_PUBLIC)
		jot_text(&put, "words", trouble);
	jot_end(&put, '}');
	snprintf(fresh, sizeof(fresh), "%s/status.json.new", folder);
	snprintf(final, sizeof(final), "%s/status.json", folder);
	if (!put_close(&put, NULL, &why))
		(void)!rename(fresh, final);
}

void status_put(const struct heatmap_conf *conf, int64_t tried_ms, int err, const char *trouble)
{
	put_view(conf, VIEW_PUBLIC, tried_ms, err, trouble);
	put_view(conf, VIEW_OFFICIAL, tried_ms, err, trouble);
	put_view(conf, VIEW_LABS, tried_ms, err, trouble);
}
