/* What each column of each CSV means; dictionary.csv is this table. */
#include "files.h"

static const struct {
	const char *file, *column, *type, *unit, *what;
} columns[] = {
	{"*", "schema_version", "whole number", "", "1; columns are only ever added at the end"},
	{"*", "parameter", "code", "", "what was measured; it fixes unit and chemical form"},
	{"*", "unit", "text", "", "of value, median, highest, lowest and limits"},
	{"*", "class", "word", "", "screening (a kit) or laboratory"},
	{"*", "district", "P-code", "", "where the sample was taken; none: not known"},
	{"*", "verdict", "word", "",
		"by the centre's limits: meets, fails_above, fails_below, fails_detected, "
		"possible_failure, cannot_judge, not_applicable"},
	{"*", "basis", "word", "", "of the limit: health, operational, acceptability"},
	{"*", "limit_text", "text", "", "the limit in words"},
	{"districts.csv", "period", "YYYY-MM", "UTC", "the month"},
	{"districts.csv", "district_name", "text", "", "of the list of places"},
	{"districts.csv", "province", "text", "", "of the list of places"},
	{"districts.csv", "sources", "word", "",
		"all; in the public view public and private, each for itself"},
	{"districts.csv", "points", "whole number", "points",
		"with a routine result in the month; empty: suppressed"},
	{"districts.csv", "meets", "whole number", "points", "that meet the limit"},
	{"districts.csv", "fails_above", "whole number", "points", "above the limit"},
	{"districts.csv", "fails_below", "whole number", "points", "below the limit"},
	{"districts.csv", "fails_detected", "whole number", "points",
		"with what must not be found"},
	{"districts.csv", "possible", "whole number", "points",
		"that would fail, by a value in doubt: retest"},
	{"districts.csv", "doubtful_place", "whole number", "points",
		"that fail or may fail, and may lie in the next district"},
	{"districts.csv", "cannot_judge", "whole number", "points", "that could not be judged"},
	{"districts.csv", "not_applicable", "whole number", "points",
		"for whose water the limit is not"},
	{"districts.csv", "share", "number", "1",
		"failing points of those that meet or fail; empty: too few"},
	{"districts.csv", "median", "number", "unit", "of the points' values"},
	{"districts.csv", "median_censor", "word", "",
		"exact, below, above, interval (its upper end), detected, not_detected"},
	{"districts.csv", "highest", "number", "unit", "of the points' values"},
	{"districts.csv", "highest_censor", "word", "", "as median_censor"},
	{"districts.csv", "newest", "day", "UTC", "of the results that count"},
	{"districts.csv", "provisional", "yes or no", "",
		"a laboratory at work there has not delivered all of the month"},
	{"districts.csv", "suppressed", "yes or no", "", "too few private points to be shown"},
	{"districts.csv", "doubtful_meets", "whole number", "points",
		"that meet, and may lie in the next district"},
	{"districts.csv", "lowest", "number", "unit", "of the points' values"},
	{"districts.csv", "lowest_censor", "word", "", "as median_censor"},
	{"districts.csv", "oldest", "day", "UTC", "of the results that count"},
	{"districts.csv", "as_of", "time", "UTC", "up to when all is here; not in the public view"},
	{"districts.csv", "differs", "whole number", "points",
		"that the van judged otherwise than the centre"},
	{"failures.csv", "point", "text", "",
		"the centre's code, else laboratory, spool and number"},
	{"failures.csv", "points", "whole number", "points", "of public sources that fail so"},
	{"failures.csv", "since", "day", "UTC",
		"the first of the unbroken run; public view: its month, the earliest"},
	{"failures.csv", "retested", "yes or no", "", "more than one visit shows it"},
	{"results/*.csv", "lab", "text", "", "the laboratory; also in failures.csv"},
	{"results/*.csv", "spool", "text", "", "its memory; sample numbers are unique within it"},
	{"results/*.csv", "sample", "whole number", "", "also in failures.csv"},
	{"results/*.csv", "point", "text", "",
		"the centre's code, else laboratory, spool and number"},
	{"results/*.csv", "code", "text", "", "of the centre's list; also in failures.csv"},
	{"results/*.csv", "name", "text", "", "of the point; also in failures.csv"},
	{"results/*.csv", "sampled", "time", "UTC",
		"when the sample began; failures.csv: of the newest, public view its month"},
	{"results/*.csv", "near", "P-code", "", "the district it may lie in instead"},
	{"results/*.csv", "source_type", "word", "", "what kind of source; also in failures.csv"},
	{"results/*.csv", "position", "word", "", "source, network, consumer, unknown"},
	{"results/*.csv", "treated", "word", "", "yes, no, unknown"},
	{"results/*.csv", "method", "text", "", "how the value was found; also in failures.csv"},
	{"results/*.csv", "value", "number", "unit", "of an interval its lower end"},
	{"results/*.csv", "censor", "word", "", "as median_censor; empty: no value"},
	{"results/*.csv", "upper", "number", "unit", "of an interval its upper end"},
	{"results/*.csv", "mdl", "number", "unit", "the least that the method sees"},
	{"results/*.csv", "reason", "word", "", "why it could not be judged, or is in doubt"},
	{"results/*.csv", "as_if", "word", "", "the verdict if the value were beyond doubt"},
	{"results/*.csv", "limit_set", "text", "", "the centre's set that decided"},
	{"results/*.csv", "limit_low", "number", "unit", "failures.csv: the lower bound"},
	{"results/*.csv", "limit_high", "number", "unit", "failures.csv: the upper bound"},
	{"results/*.csv", "van_verdict", "word", "", "the van's, by its own limits"},
	{"results/*.csv", "van_limit_set", "whole number", "", "the code of the van's set"},
	{"results/*.csv", "status", "word", "", "preliminary, or verified by a second person"},
	{"results/*.csv", "rev", "whole number", "", "revision; the highest is shown"},
	{"results/*.csv", "activity", "word", "", "sample, replicate, blank, spike, reference"},
	{"results/*.csv", "purpose", "word", "",
		"routine, follow_up, complaint, emergency, training, unknown"},
	{"results/*.csv", "parent", "whole number", "", "the sample beside which it was taken"},
	{"results/*.csv", "clock_doubt", "yes or no", "", "the van's clock was not confirmed"},
	{"results/*.csv", "lat", "number", "degrees", "WGS 84; also in failures.csv"},
	{"results/*.csv", "lon", "number", "degrees", "WGS 84; also in failures.csv"},
	{"results/*.csv", "replicate", "whole number", "", "within the sample; 0: the only one"},
	{"results/*.csv", "impediment", "whole number", "",
		"why no water was taken: 1 dry, 2 broken, 3 locked, 4 unsafe, 5 unreachable, "
		"6 not found, 7 refused"},
	{"results/*.csv", "changed", "time", "UTC",
		"since when the row is as it is; greater than `changes.to` of an older "
		"index.json: new or different since"},
	{"withdrawn.csv", "lab", "text", "",
		"with spool, sample, parameter, method and replicate the key of a row of results "
		"that holds no more"},
	{"withdrawn.csv", "spool", "text", "", "as in results/*.csv"},
	{"withdrawn.csv", "sample", "whole number", "", "as in results/*.csv"},
	{"withdrawn.csv", "method", "text", "", "as in results/*.csv"},
	{"withdrawn.csv", "replicate", "whole number", "", "as in results/*.csv"},
	{"withdrawn.csv", "sampled", "time", "UTC", "as it stood last"},
	{"withdrawn.csv", "withdrawn", "time", "UTC", "the first version without it"},
};

int files_put_dictionary(struct file_list *list, struct text *why)
{
	struct put put;
	size_t i;

	put_open(&put, list->folder, "dictionary.csv");
	csv_line(&put, "file,column,type,unit,what");
	for (i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		csv_words(&put, columns[i].file);
		csv_words(&put, columns[i].column);
		csv_words(&put, columns[i].type);
		csv_words(&put, columns[i].unit);
		csv_words(&put, columns[i].what);
		csv_end(&put);
	}
	return files_close(list, &put, "dictionary.csv", "what each column means", why);
}
