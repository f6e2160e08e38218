#include <stdlib.h>
#include <string.h>

#include "store.h"

/* measurement[,tags] fields ms: enough to catch an encoder that writes nonsense. */
static bool well_formed(const char *line, size_t n, int64_t *utc_ms)
{
	char digits[24];
	const char *last = memrchr(line, ' ', n), *first = line;
	size_t len;
	char *end;

	while ((first = memchr(first, ' ', (size_t)(line + n - first))) && first > line &&
		first[-1] == '\\')
		first++;
	if (!last || !first || first == line || first >= last ||
		!memchr(first, '=', (size_t)(last - first)))
		return false;
	len = (size_t)(line + n - last - 1);
	if (!len || len >= sizeof(digits))
		return false;
	memcpy(digits, last + 1, len);
	digits[len] = '\0';
	*utc_ms = strtoll(digits, &end, 10);
	return !*end;
}

static bool is_poison(const struct faultstore *store, const char *line, size_t n)
{
	size_t i;

	for (i = 0; i < store->n_poison; i++)
		if (memmem(line, n, store->poison[i], strlen(store->poison[i])))
			return true;
	return false;
}

/* Stores what is good; returns the status and its words. */
int judge_lines(struct faultstore *store, const char *text, size_t n, char *words, size_t cap)
{
	uint64_t bad = 0, old = 0, lines = 0;
	const char *at, *end, *limit = text + n;
	int pass;

	*words = '\0';
	/* All or nothing looks first and stores after. */
	for (pass = store->all_or_nothing ? 0 : 1; pass < 2; pass++) {
		if (pass && store->all_or_nothing && bad + old)
			break;
		bad = old = lines = 0;
		for (at = text; at < limit; at = end + 1, lines++) {
			int64_t utc_ms = 0;
			size_t len;

			end = memchr(at, '\n', (size_t)(limit - at));
			if (!end)
				end = limit;
			len = (size_t)(end - at);
			if (!well_formed(at, len, &utc_ms) || is_poison(store, at, len)) {
				if (!bad++)
					snprintf(words, cap,
						"unable to parse '%.*s': invalid field format",
						(int)(len < 120 ? len : 120), at);
			} else if (utc_ms < store->retention_ms) {
				old++;
			} else if (pass && store->file) {
				fwrite(at, 1, len, store->file);
				putc('\n', store->file);
			}
		}
	}
	store->counts.refused += bad + old;
	if (!bad && !old) {
		store->counts.accepted += lines;
	} else if (!store->all_or_nothing) {
		store->counts.accepted += lines - bad - old;
		if (!bad)
			snprintf(words, cap, "points beyond retention policy dropped=%llu",
				(unsigned long long)old);
		else
			snprintf(words + strlen(words), cap - strlen(words), " dropped=0");
	}
	if (lines > store->counts.largest_lines)
		store->counts.largest_lines = lines;
	if (store->file)
		fflush(store->file);
	return bad || old ? 400 : 204;
}

uint64_t judge_count(const char *at, size_t n)
{
	const char *limit = at + n;
	uint64_t lines = 0;

	while (at < limit && (at = memchr(at, '\n', (size_t)(limit - at)))) {
		lines++;
		at++;
	}
	return lines;
}
