/* verify_form.h - what spool_verify() found, as the JSON that the command and the daemon pass on. */
#ifndef UPLINK_VERIFY_FORM_H
#define UPLINK_VERIFY_FORM_H

#include <jansson.h>

#include "spool/verify.h"

/* {"file", "state": "sound" | "unsound" | "aside", "stream", "first", "last", "rows", "missing", "hole", "words"} */
json_t *verify_form_file(const struct verify_file *file);
/* {"spool", "sound", "files", "unsound", "aside", "freed_below", "readings": {...}, "ledger": {...}} */
json_t *verify_form_result(const struct verify_result *result);
/* Nothing is unsound and no number unaccounted for. */
bool verify_form_is_sound(const struct verify_result *result);

#endif
