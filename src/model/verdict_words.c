/* Verdicts and reasons, each a word, and what a sample comes to in a sentence. */
#include "model/verdict.h"

const char *water_verdict_word(enum water_verdict verdict)
{
	static const char *const words[] = {[WATER_MEETS] = "meets",
		[WATER_FAILS_ABOVE] = "fails_above",
		[WATER_FAILS_BELOW] = "fails_below",
		[WATER_FAILS_DETECTED] = "fails_detected",
		[WATER_POSSIBLE_FAILURE] = "possible_failure",
		[WATER_CANNOT_JUDGE] = "cannot_judge",
		[WATER_NOT_APPLICABLE] = "not_applicable"};

	if (verdict < WATER_MEETS || verdict > WATER_NOT_APPLICABLE)
		return "unknown";
	return words[verdict];
}

static const char *const reasons[] = {
	[WHY_NONE] = "none",
	[WHY_NO_LIMIT] = "no_limit",
	[WHY_UNCONFIRMED] = "unconfirmed",
	[WHY_FORM] = "form",
	[WHY_METHOD] = "method",
	[WHY_POSITION] = "position",
	[WHY_TREATMENT] = "treatment",
	[WHY_NO_LIMIT_HERE] = "no_limit_here",
	[WHY_NO_VALUE] = "no_value",
	[WHY_UNIT] = "unit",
	[WHY_IMPOSSIBLE] = "impossible",
	[WHY_INTERVAL] = "interval",
	[WHY_INSENSITIVE] = "insensitive",
	[WHY_OVER_RANGE] = "over_range",
	[WHY_DETECTION_LIMIT] = "detection_limit",
	[WHY_ZERO] = "zero",
	[WHY_UNCERTAINTY] = "uncertainty",
	[WHY_NO_WATER] = "no_water",
	[WHY_NEVER_CHECKED] = "never_checked",
	[WHY_CHECK_EXPIRED] = "check_expired",
	[WHY_CHECK_FAILED] = "check_failed",
	[WHY_QC_SUSPECT] = "qc_suspect",
	[WHY_QC_FAILED] = "qc_failed",
	[WHY_REPLICATE] = "replicate",
	[WHY_BLANK] = "blank",
	[WHY_SPIKE] = "spike",
	[WHY_REFERENCE] = "reference",
	[WHY_UNSETTLED] = "unsettled",
	[WHY_UNTREATED] = "untreated",
	[WHY_TREATED] = "treated",
	[WHY_NOT_WATER] = "not_water",
};

const char *water_reason_word(enum water_reason reason)
{
	return reason < sizeof(reasons) / sizeof(reasons[0]) && reasons[reason] ? reasons[reason]
										: "unknown";
}

/* --- a sample ---------------------------------------------------------------------------------------- */

static void put_list(struct text *to, const char *what, const char *const *codes, unsigned n)
{
	unsigned i;

	if (!n)
		return;
	text_printf(to, "%s%s: ", to->len ? "; " : "", what);
	for (i = 0; i < n; i++)
		text_printf(to, "%s%s", i ? ", " : "", codes[i]);
}

void water_put_summary(struct text *to, const struct water_summary *summary)
{
	char room[2048];
	struct text words = text_over(room, sizeof(room));

	put_list(&words, "fails", summary->failed, summary->n_failed);
	put_list(&words, "possible failure, retest", summary->possible, summary->n_possible);
	if (words.len)
		text_printf(&words, "; %u of %u required tests judged", summary->judged,
			summary->required);
	else
		text_printf(&words, "no failure in %u of %u required tests", summary->judged,
			summary->required);
	put_list(&words, "not judged", summary->not_judged, summary->n_not_judged);
	put_list(&words, "missing", summary->missing, summary->n_missing);
	if (summary->screening)
		text_put(&words, "; screening");
	text_put(to, room);
}
