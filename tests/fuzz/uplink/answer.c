/* Whatever a store, proxy or portal says: the verdict, its words and Retry-After stay in bounds. */
#include <stdlib.h>
#include <string.h>

#include "uplink/verdict.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static void insist(int ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	struct reply reply = {0};
	struct verdict verdict;
	char retry_after[64] = "", date[64] = "", words[40];
	int64_t ms;
	size_t k;

	if (n < 8)
		return 0;
	reply.status = at[0] * 4 + at[1] % 4;
	reply.transport = (enum transport)(at[2] % TRANSPORT_COUNT);
	reply.html = at[3] & 1;
	k = at[4] % sizeof(retry_after);
	at += 8;
	n -= 8;
	k = k < n ? k : n;
	memcpy(retry_after, at, k);
	memcpy(date, at + k, n - k < sizeof(date) - 1 ? n - k : sizeof(date) - 1);
	memcpy(reply.body, at + k, n - k < REPLY_EXCERPT - 1 ? n - k : REPLY_EXCERPT - 1);
	ms = verdict_retry_ms(retry_after, date, 1700000000000);
	insist(ms >= 0 && ms <= RETRY_MOST_MS);
	reply.retry_ms = ms;
	verdict = verdict_of((enum store_flavour)(n % 3), &reply);
	insist(verdict.remedy != NULL && verdict.wait_ms >= 0);
	insist(verdict.kind != VERDICT_SENT || (reply.status == 204 && reply.transport == 0));
	verdict_words(words, sizeof(words), reply.body);
	insist(strlen(words) < sizeof(words));
	insist(verdict_dropped(reply.body) <= (uint64_t)UINT32_MAX * 10 + 9);
	return 0;
}
