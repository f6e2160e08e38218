#include "model/audit.h"

#include <string.h>

#include "base/fields.h"

static const char *const whats[] = {
	[AUDIT_OPERATOR_ADDED] = "operator_added",
	[AUDIT_OPERATOR_REMOVED] = "operator_removed",
	[AUDIT_PIN_CHANGED] = "pin_changed",
	[AUDIT_CAME_IN] = "came_in",
	[AUDIT_WRONG_PIN] = "wrong_pin",
	[AUDIT_LIMITS_SIGNED] = "limits_signed",
	[AUDIT_LINE_SCANNED] = "line_scanned",
	[AUDIT_UNIT_PROBED] = "unit_probed",
	[AUDIT_SEARCH_CANCELLED] = "search_cancelled",
};
enum { MOST_WHATS = sizeof(whats) / sizeof(whats[0]) };

const char *audit_word(int64_t what)
{
	return what > 0 && what < MOST_WHATS ? whats[what] : NULL;
}

bool audit_what_of(const char *word, enum audit_what *what)
{
	int i;

	for (i = 1; i < MOST_WHATS; i++)
		if (!strcmp(whats[i], word)) {
			*what = (enum audit_what)i;
			return true;
		}
	return false;
}

void audit_put(struct text *to, const struct audit *audit)
{
	fields_put(to, "by", audit->by);
	fields_put(to, "about", audit->about);
	fields_put(to, "note", audit->note);
}

bool audit_read(struct audit *audit, int64_t what, const char *words)
{
	*audit = (struct audit){.what = (enum audit_what)what};
	(void)fields_get(words, "about", audit->about, sizeof(audit->about));
	(void)fields_get(words, "note", audit->note, sizeof(audit->note));
	return audit_word(what) && fields_get(words, "by", audit->by, sizeof(audit->by));
}
