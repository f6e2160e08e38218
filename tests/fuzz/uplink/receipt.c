/* Whatever a store says about what it has: read as an answer or refused with words, never out of bounds. */
#include <stdlib.h>
#include <string.h>

#include "uplink/receipt_form.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	static const struct store_conf influx = {0},
				       victoria = {.flavour = FLAVOUR_VICTORIAMETRICS};
	struct receipt_tally tallies[RECEIPT_QUESTIONS];
	bool has[RECEIPT_RUN];
	char words[200];
	struct text why = text_over(words, sizeof(words));
	static int64_t at_ms[RECEIPT_RUN];
	struct receipt_question question = {.at_ms = at_ms};
	const char *body;
	int err;

	if (n < 2)
		return 0;
	question.range = (struct range){1 + at[0], 1 + at[0] + (uint64_t)at[1] * 3};
	body = (const char *)at + 2;
	err = receipt_read_list(&influx, body, n - 2, &question, RECEIPT_ROWS, has, &why);
	if (err && !why.len)
		abort();
	why = text_over(words, sizeof(words));
	err = receipt_read_list(
		&victoria, body, n - 2, &question, (enum receipt_detail)(at[1] % 2), has, &why);
	if (err && !why.len)
		abort();
	why = text_over(words, sizeof(words));
	err = receipt_read_tallies(body, n - 2, tallies, 1 + at[0] % RECEIPT_QUESTIONS, &why);
	if (err && !why.len)
		abort();
	return 0;
}
