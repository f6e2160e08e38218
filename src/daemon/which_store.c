#include "daemon/which_store.h"

#include <string.h>

bool store_is(const struct parts *parts, unsigned i, const char *name)
{
	return !name || strcmp(name, parts->conf->stores[i].name) == 0;
}

unsigned store_named(const struct parts *parts, const char *name)
{
	unsigned i;

	for (i = 0; i < parts->n_stores && !store_is(parts, i, name); i++)
		;
	return i;
}

bool store_asked(const struct parts *parts, const json_t *request, const char **name,
	struct control_client *client, int *err)
{
	const json_t *word = json_object_get(request, "store");

	*err = 0;
	*name = json_string_value(word);
	if (word && !json_is_null(word) && !*name) {
		/* What was meant is not known: not every store. */
		*err = control_refuse(client, "\"store\" is a store's name");
		return false;
	}
	if (!*name || store_named(parts, *name) < parts->n_stores)
		return true;
	*err = control_refuse(client,
		"there is no store \"%.40s\"; \"waterlab status\" shows their names", *name);
	return false;
}
