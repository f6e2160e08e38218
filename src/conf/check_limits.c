/* Limit sets that no file can be called, and a file of signatures that is nowhere. */
#include <string.h>

#include "conf/keys.h"

void check_limits(struct schema_doc *doc, const struct limits_conf *limits)
{
	const char *at = limits->sets;
	size_t len;

	if (*limits->signatures != '/')
		schema_wrong(doc, limits, limits->signatures, "signatures",
			"\"%s\" is no full path; it starts with /", limits->signatures);
	for (; *(at += strspn(at, " ,")); at += len) {
		len = strcspn(at, ",");
		if (*at == '/' || strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789-_ ") >= len)
			continue;
		schema_wrong(doc, limits, limits->sets, "sets",
			"\"%.*s\" is no limit set; it is a name as nsdwq-2010, or a full path",
			(int)len, at);
	}
}
