#include "uplink/verify_form.h"

static const char *const stream_words[STREAM_COUNT] = {"readings", "ledger"};

json_t *verify_form_file(const struct verify_file *file)
{
	json_t *hole = file->missing ? json_pack("[I, I]", (json_int_t)file->hole.first,
					       (json_int_t)file->hole.last)
				     : json_null();
	json_t *words = *file->words ? json_string(file->words) : NULL;

	return json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:o, s:o}", "file", file->name,
		"state",
		file->aside   ? "aside"
		: file->sound ? "sound"
			      : "unsound",
		"stream", stream_words[file->stream], "first", (json_int_t)file->range.first,
		"last", (json_int_t)file->range.last, "rows", (json_int_t)file->rows, "missing",
		(json_int_t)file->missing, "hole", hole, "words", words ? words : json_null());
}

static json_t *stream_of(const struct verify_result *result, enum stream stream)
{
	return json_pack("{s:I, s:I, s:I, s:I}", "last", (json_int_t)result->last[stream], "rows",
		(json_int_t)result->rows[stream], "gaps", (json_int_t)result->gaps[stream],
		"missing", (json_int_t)result->missing[stream]);
}

bool verify_form_is_sound(const struct verify_result *result)
{
	return !result->unsound && !result->missing[STREAM_READINGS] &&
	       !result->missing[STREAM_LEDGER];
}

json_t *verify_form_result(const struct verify_result *result)
{
	return json_pack("{s:s, s:b, s:i, s:i, s:i, s:I, s:o, s:o}", "spool", result->spool,
		"sound", (int)verify_form_is_sound(result), "files", (int)result->files, "unsound",
		(int)result->unsound, "aside", (int)result->aside, "freed_below",
		(json_int_t)result->freed_below, "readings", stream_of(result, STREAM_READINGS),
		"ledger", stream_of(result, STREAM_LEDGER));
}
