#include "daemon/which_line.h"

#include <string.h>

bool which_line(const struct parts *parts, const char *name, unsigned *line, struct text *why)
{
	unsigned i;

	for (*line = 0; *line < parts->n_lines; ++*line)
		if (!strcmp(parts->conf->lines[*line].name, name))
			return true;
	text_printf(why, "there is no line \"%.40s\"; there are: ", name);
	for (i = 0; i < parts->n_lines; i++)
		text_printf(why, "%s%s", i ? ", " : "", parts->conf->lines[i].name);
	return false;
}

bool which_unit(const struct parts *parts, const char *name, unsigned *line, unsigned *unit)
{
	for (*line = 0; *line < parts->n_lines; ++*line)
		for (*unit = 0; *unit < parts->conf->lines[*line].n_units; ++*unit)
			if (!strcmp(parts->conf->lines[*line].units[*unit].name, name))
				return true;
	return false;
}
