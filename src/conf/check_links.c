/* Names and patterns of links that the kernel cannot have, and a budget that never counts. */
#include <string.h>

#include "conf/keys.h"

static bool is_link(const char *pattern)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_.@*?[]";

	return *pattern && !pattern[strspn(pattern, allowed)];
}

void check_links(struct schema_doc *doc, const struct links_conf *links)
{
	const char *list = links->unlimited, *at;
	char pattern[LINK_NAME];
	bool every = false;

	for (at = list; links_next_pattern(&list, pattern); at = list) {
		at += strspn(at, ", \t");
		every = every || !strcmp(pattern, "*");
		if (!is_link(pattern))
			schema_wrong(doc, links, links->unlimited, "unlimited",
				"\"%.*s\" is no link; a name as \"ip link\" shows it, of %d "
				"letters, digits, - _ . at most, or a pattern with * and ?",
				(int)(list - at), at, LINK_NAME - 1);
	}
	if (*links->unlimited && !links->budget_mb_month)
		schema_warn(doc, links, links->unlimited, "unlimited",
			"is of no use without budget_mb_month");
	else if (every)
		schema_warn(doc, links, links->unlimited, "unlimited",
			"\"*\" is every link: the budget never counts");
}
