/* What a limit says in words, and the sets that are in force. */
#include "model/limits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

bool limit_in_force(const struct limit *limit)
{
	return limit->seen || *limit->signer;
}

static void put_bound(struct text *to, const struct limit *limit, double bound)
{
	char number[NUMBER_TEXT];

	number_put_decimal(number, bound, limit->decimals);
	text_put(to, number);
}

void limit_put(struct text *to, const struct limit *limit)
{
	const struct parameter *parameter = parameter_find(limit->parameter);
	const char *strictly = limit->must == LIMIT_STRICT ? "strictly " : "";

	if (limit->must == LIMIT_ABSENT) {
		text_put(to, parameter && strstr(parameter->unit, "100.mL")
				     ? "not detected in 100 mL"
				     : "not detected");
		return;
	}
	if (!isnan(limit->low) && !isnan(limit->high)) {
		text_put(to, *strictly ? "strictly between " : "");
		put_bound(to, limit, limit->low);
		text_put(to, *strictly ? " and " : " to ");
		put_bound(to, limit, limit->high);
	} else {
		bool above = !isnan(limit->low);

		text_put(to,
			above ? (*strictly ? "> " : "at least ") : (*strictly ? "< " : "at most "));
		put_bound(to, limit, above ? limit->low : limit->high);
	}
	if (parameter && *parameter->unit && strcmp(parameter->unit, "[pH]") != 0) {
		text_put_char(to, ' ');
		parameter_put_unit(to, parameter->unit);
	}
	if (*limit->form)
		text_printf(to, " as %s", limit->form);
}

const char *limit_basis_word(enum limit_basis basis)
{
	static const char *const words[] = {"unknown", "health", "operational", "acceptability"};

	return words[basis < sizeof(words) / sizeof(words[0]) ? basis : 0];
}

void limit_put_applies_to(struct text *to, const struct water_site *applies_to)
{
	static const char *const treatments[] = {"", "untreated", "treated"};
	static const char *const positions[] = {"", "source", "network", "consumer_end"};
	const char *treatment = treatments[applies_to->treatment];
	const char *position = positions[applies_to->position];

	if (!*treatment && !*position)
		text_put(to, "any");
	else
		text_printf(to, "%s%s%s", treatment, *treatment && *position ? " " : "", position);
}

/* --- those in force --------------------------------------------------------------------------------- */

void limits_free(struct limit_book *book)
{
	size_t i;

	for (i = 0; i < LIMIT_SETS; i++)
		free(book->sets[i]);
	*book = (struct limit_book){.n = 0};
}

/* Two sets of one name or code could not be told apart at the centre. */
static int check_new(const struct limit_book *book, const char *path, struct text *why)
{
	const struct limit_set *set = book->sets[book->n];
	size_t i;

	for (i = 0; i < book->n; i++) {
		if (strcmp(book->sets[i]->name, set->name) != 0 && book->sets[i]->code != set->code)
			continue;
		text_printf(why,
			"%s: its name or code %u is that of the set %s too; each has its own", path,
			set->code, book->sets[i]->name);
		return ERR_CONF;
	}
	return 0;
}

static int load_one(struct limit_book *book, const struct limits_conf *conf, const char *name,
	size_t len, struct text *why)
{
	char path[2 * LIMITS_PATH];
	struct text to = text_over(path, sizeof(path));
	int err;

	if (book->n == LIMIT_SETS) {
		text_printf(why, "more than %d limit sets; leave those that matter", LIMIT_SETS);
		return ERR_CONF;
	}
	if (*name != '/')
		text_printf(&to, "%s/%.*s.csv", conf->folder, (int)len, name);
	else
		text_put_n(&to, name, len);
	if (to.cut) {
		text_printf(why, "the path of a limit set is too long");
		return ERR_CONF;
	}
	book->sets[book->n] = malloc(sizeof(struct limit_set));
	if (!book->sets[book->n])
		return ERR_MEMORY;
	err = limits_open(book->sets[book->n], path, why);
	if (!err)
		err = check_new(book, path, why);
	if (!err)
		book->n++;
	return err;
}

int limits_load(struct limit_book *book, const struct limits_conf *conf, struct text *why)
{
	const char *at = conf->sets;
	size_t len;
	int err = 0;

	*book = (struct limit_book){.n = 0};
	for (; !err && *(at += strspn(at, " ,")); at += len) {
		len = strcspn(at, ",");
		while (at[len - 1] == ' ')
			len--;
		err = load_one(book, conf, at, len, why);
	}
	if (!err && book->n)
		err = limits_read_signed(book->sets, book->n, conf->signatures, &book->stale, why);
	if (err)
		limits_free(book);
	return err;
}
