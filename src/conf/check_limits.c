/* Limit sets that no file can be called, that are not there or spoilt, and a file of signatures that is nowhere. */
#include <string.h>

#include "conf/keys.h"

/* No mistake that stops a van: it measures all the same.  Of the program's own nothing is said: it may not be installed yet. */
static void check_sets(struct schema_doc *doc, const struct limits_conf *limits)
{
	struct limit_book book;
	char words[400] = "";
	struct text why = text_over(words, sizeof(words));

	if (!schema_given(doc, limits->folder) && !strcmp(limits->sets, "nsdwq-2010"))
		return;
	if (!limits_load(&book, limits, &why))
		limits_free(&book);
	else
		schema_warn(doc, limits, limits->sets, "sets",
			"%s; until that is mended no result can be judged", words);
}

void check_limits(struct schema_doc *doc, const struct limits_conf *limits)
{
	const char *at = limits->sets;
	size_t len;
	bool named = true;

	if (*limits->signatures != '/')
		schema_wrong(doc, limits, limits->signatures, "signatures",
			"\"%s\" is no full path; it starts with /", limits->signatures);
	for (; *(at += strspn(at, " ,")); at += len) {
		len = strcspn(at, ",");
		if (*at == '/' || strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789-_ ") >= len)
			continue;
		named = false;
		schema_wrong(doc, limits, limits->sets, "sets",
			"\"%.*s\" is no limit set; it is a name as nsdwq-2010, or a full path",
			(int)len, at);
	}
	if (named)
		check_sets(doc, limits);
}
