/* Any bytes as waterlab.conf: a clear refusal or a configuration, never a crash. */
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

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char *text = malloc(n + 1), said[2048], *again = NULL;
	struct text errors = text_over(said, sizeof(said));
	struct conf *conf = NULL;
	size_t len = 0;
	FILE *to;

	if (!text)
		return 0;
	memcpy(text, bytes, n);
	text[n] = '\0';
	if (!conf_read_text(&conf, "fuzz.conf", text, &errors)) {
		to = open_memstream(&again, &len);
		if (to) {
			conf_print(conf, to);
			fclose(to);
		}
		conf_free(conf);
		text_clear(&errors);
		/* What is printed is a configuration. */
		if (again && conf_read_text(&conf, "again.conf", again, &errors)) {
			fputs(said, stderr);
			abort();
		}
		conf_free(conf);
		free(again);
	} else if (!errors.len) {
		abort(); /* refused without a word */
	}
	free(text);
	return 0;
}
