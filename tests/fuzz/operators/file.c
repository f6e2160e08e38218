/* Any bytes as the file of operators: people with a name, a role and a hash of libsodium's, or nobody and words why. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "operators/operators.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char words[256];
	struct text why = text_over(words, sizeof(words));
	struct operators all;
	unsigned i;

	if (operators_parse(&all, (const char *)bytes, n, "operators", &why)) {
		assert(all.n == 0 && why.len > 0);
		return 0;
	}
	assert(all.n <= MOST_OPERATORS);
	for (i = 0; i < all.n; i++) {
		assert(text_is_words(all.all[i].name));
		assert(all.all[i].role >= ROLE_VIEWER && all.all[i].role <= ROLE_SUPERVISOR);
		assert(!strncmp(all.all[i].hash, "$argon2id$", 10));
		assert(operators_find(&all, all.all[i].name) == &all.all[i]);
	}
	return 0;
}
