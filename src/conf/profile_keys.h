/* profile_keys.h - a profile as its file writes it, before printed numbers become wire addresses. */
#ifndef CONF_PROFILE_KEYS_H
#define CONF_PROFILE_KEYS_H

#include "bus/profile.h"
#include "conf/schema.h"

enum { WRITTEN_SENTINELS = 4, WRITTEN_ENDS = 2 };

/* Where a register is, as printed in the manual. */
struct written_at {
	unsigned at, base;
	unsigned function;
	enum byte_order order;
};

struct written_value {
	struct written_at where;
	enum register_type type;
	char parameter[PARAMETER_CODE], unit[UNIT_TEXT];
	unsigned judged;
	unsigned mask;
	double scale, offset;
	unsigned decimals;
	unsigned n_sentinels, n_over, n_under, n_doubtful;
	struct schema_number sentinels[WRITTEN_SENTINELS], over[WRITTEN_ENDS], under[WRITTEN_ENDS],
		doubtful[WRITTEN_ENDS];
};

struct written_status {
	struct written_at where;
	unsigned bit, mask, equals;
	enum status_effect effect;
	char meaning[PROFILE_TEXT];
	char only[PARAMETER_CODE];
};

struct written_identity {
	struct written_at where;
	enum register_type type;
	unsigned registers, n_equals;
	struct schema_number equals;
	char text[sizeof(((struct profile *)NULL)->identity_text)];
};

struct written_forbidden {
	struct written_at where; /* `at` is the first */
	unsigned last;
};

struct written_profile {
	unsigned base, function;
	enum byte_order order;
	struct written_identity identity;
	unsigned n_values, n_status, n_forbidden;
	struct written_value values[MOST_FIELDS];
	struct written_status status[MOST_STATUS];
	struct written_forbidden forbidden[MOST_FORBIDDEN];
	struct profile own; /* takes at once what needs no second look */
};

extern const struct schema keys_profile; /* of a struct written_profile */

/* Turns what was written into written->own; says what does not fit together. */
void check_profile(struct schema_doc *doc, struct written_profile *written);

#endif
