#include "operators/operators.h"

#include <string.h>

static const char *const words[] = {
	[ROLE_NONE] = "none",
	[ROLE_VIEWER] = "viewer",
	[ROLE_TECHNICIAN] = "technician",
	[ROLE_SUPERVISOR] = "supervisor",
};

const char *role_word(enum role role)
{
	return words[role];
}

enum role role_of(const char *word)
{
	enum role role;

	for (role = ROLE_VIEWER; role <= ROLE_SUPERVISOR; role++)
		if (!strcmp(word, words[role]))
			return role;
	return ROLE_NONE;
}

const struct operator* operators_find(const struct operators *operators, const char *name)
{
	unsigned i;

	for (i = 0; i < operators->n; i++)
		if (!strcmp(operators->all[i].name, name))
			return &operators->all[i];
	return NULL;
}

int operators_add(struct operators *operators, const struct operator* operator, struct text * why)
{
	/* A record of a field test holds no name with a `;`. */
	if (!text_is_words(operator->name) || strpbrk(operator->name, "\t;") ||
		*operator->name == '#') {
		text_put(
			why, "that is no name: three letters at least, no ; in it, no # before it");
		return ERR_RANGE;
	}
	if (operator->role == ROLE_NONE) {
		text_put(why, "that is no role; viewer, technician or supervisor");
		return ERR_RANGE;
	}
	if (operators_find(operators, operator->name)) {
		text_printf(why, "there is an operator %s already", operator->name);
		return ERR_BUSY;
	}
	if (operators->n == MOST_OPERATORS) {
		text_printf(why, "there are %d operators already, and no more fit", MOST_OPERATORS);
		return ERR_FULL;
	}
	operators->all[operators->n++] = *operator;
	return 0;
}

bool operators_remove(struct operators *operators, const char *name)
{
	unsigned i;

	for (i = 0; i < operators->n && strcmp(operators->all[i].name, name) != 0; i++)
		;
	if (i == operators->n)
		return false;
	operators->n--;
	memmove(&operators->all[i], &operators->all[i + 1],
		(operators->n - i) * sizeof(operators->all[0]));
	return true;
}
