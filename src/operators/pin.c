#include <sodium.h>
#include <string.h>

#include "operators/operators.h"

_Static_assert(PIN_HASH == crypto_pwhash_STRBYTES, "the room for a hash is libsodium's");

/* The step from each digit to the next is the same, 0, 1 or -1: 000000, 123456, 987654. */
static bool is_a_run(const char *pin)
{
	int step = pin[1] - pin[0];
	size_t i;

	for (i = 1; pin[i]; i++)
		if (pin[i] - pin[i - 1] != step)
			return false;
	return step >= -1 && step <= 1;
}

bool pin_fits(const char *pin, struct text *why)
{
	size_t n = strspn(pin, "0123456789");

	if (pin[n] || n < PIN_LEAST || n > PIN_MOST)
		text_printf(why, "a PIN is %d to %d digits, 0 to 9", PIN_LEAST, PIN_MOST);
	else if (is_a_run(pin))
		text_put(why, "that PIN is guessed first: digits in a row, or all the same");
	else
		return true;
	return false;
}

int pin_hash(char hash[PIN_HASH], const char *pin)
{
	if (sodium_init() < 0 ||
		crypto_pwhash_str(hash, pin, strlen(pin), crypto_pwhash_OPSLIMIT_INTERACTIVE,
			crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
		return ERR_MEMORY;
	return 0;
}

bool pin_is(const char *hash, const char *pin)
{
	return sodium_init() >= 0 && crypto_pwhash_str_verify(hash, pin, strlen(pin)) == 0;
}

/* libsodium takes one that was cut within its last part, too: that has 32 bytes. */
bool pin_is_hash(const char *hash)
{
	enum { LAST = 43 };
	const char *last = strrchr(hash, '$');

	return sodium_init() >= 0 && !strncmp(hash, "$argon2id$", 10) && strlen(last + 1) == LAST &&
	       crypto_pwhash_str_needs_rehash(hash, crypto_pwhash_OPSLIMIT_INTERACTIVE,
		       crypto_pwhash_MEMLIMIT_INTERACTIVE) >= 0;
}
