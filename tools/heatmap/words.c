#include "words.h"

#include "sample/terms.h"

const char *word_of_censor(unsigned kind)
{
	static const char *const words[] = {
		"", "exact", "below", "above", "interval", "detected", "not_detected"};

	return kind < sizeof(words) / sizeof(words[0]) ? words[kind] : "";
}

const char *word_of_class(bool screening)
{
	return screening ? "screening" : "laboratory";
}

const char *word_of_sources(enum sources sources)
{
	return sources == SOURCES_PUBLIC    ? "public"
	       : sources == SOURCES_PRIVATE ? "private"
					    : "all";
}

const char *word_of_purpose(unsigned purpose)
{
	const char *word = purpose ? term_at(TERM_PURPOSE, purpose - 1) : NULL;

	return word ? word : "unknown";
}

const char *word_of_status(unsigned status)
{
	return status == 1 ? "verified" : "preliminary";
}

const char *word_of_treated(unsigned treated)
{
	return treated == TREATMENT_DONE ? "yes" : treated == TREATMENT_NONE ? "no" : "unknown";
}

const char *word_of_must(enum limit_operator must)
{
	return must == LIMIT_ABSENT ? "absent" : must == LIMIT_STRICT ? "<" : "<=";
}

const char *word_of_verdict(unsigned verdict)
{
	return verdict ? water_verdict_word((enum water_verdict)verdict) : "";
}

const char *word_of_reason(unsigned reason)
{
	return water_reason_word((enum water_reason)reason);
}

const char *word_of_basis(unsigned basis)
{
	return basis >= LIMIT_HEALTH && basis <= LIMIT_ACCEPTABILITY
		       ? limit_basis_word((enum limit_basis)basis)
		       : "";
}

const char *word_of_unit(const char *code)
{
	const struct parameter *parameter = parameter_find(code);

	return parameter ? parameter->unit : "";
}

void word_put_unit(struct text *to, const char *code)
{
	const struct parameter *parameter = parameter_find(code);

	if (parameter)
		parameter_put_unit(to, parameter->unit);
}
