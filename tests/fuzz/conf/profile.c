/* Any bytes as a profile: a clear refusal, or a profile within its own limits, never a crash. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
const char *__lsan_default_suppressions(void);

/* libconfig 1.5 forgets the string it is in when the grammar refuses the text: some bytes, once. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig.so\n";
}

static void must(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char *text = malloc(n + 1), said[2048];
	struct text errors = text_over(said, sizeof(said));
	struct mistakes mistakes = {.to = &errors};
	struct profile *profile = NULL;
	unsigned i;

	if (!text)
		return 0;
	memcpy(text, bytes, n);
	text[n] = '\0';
	if (profile_read(&profile, "fuzz.conf", text, "fuzz", &mistakes)) {
		must(errors.len && !profile);
	} else {
		must(profile->n_fields >= 1 && profile->n_fields <= MOST_FIELDS);
		for (i = 0; i < profile->n_fields; i++) {
			const struct profile_register *at = &profile->fields[i].at;

			must(at->function == 3 || at->function == 4);
			must(at->registers >= 1 && at->registers <= profile->most_registers);
			must((unsigned)at->address + at->registers <= 65536);
			must(parameter_find(profile->fields[i].parameter) != NULL);
			must(at->type != TYPE_BITS || at->mask);
			must(profile->fields[i].n_sentinels <= MOST_SENTINELS);
		}
	}
	free(profile);
	free(text);
	return 0;
}
