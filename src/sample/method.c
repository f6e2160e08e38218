#include "sample/method.h"

#include <string.h>
#include <strings.h>

struct water_method method_find(
	const struct methods *own, const char *name, const char *parameter, bool kit)
{
	unsigned i;

	for (i = 0; i < own->n; i++)
		if (!strcasecmp(own->at[i].name, name) && !strcmp(own->at[i].parameter, parameter))
			return own->at[i].about;
	return (struct water_method){.screening = kit};
}
