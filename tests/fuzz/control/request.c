/* Any bytes as a question: parsed or refused in words, never more. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "control/request.h"

static int nothing(void *ctx, const json_t *request, struct control_client *client)
{
	(void)ctx;
	(void)request;
	(void)client;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const struct control_command commands[] = {
		{"status", nothing}, {"export", nothing}, {NULL, NULL}};
	char words[256];
	struct text why = text_over(words, sizeof(words));
	json_t *request;

	if (n > CONTROL_REQUEST)
		return 0;
	request = request_parse((const char *)bytes, n, &why);
	if (!request) {
		assert(why.len > 0);
		return 0;
	}
	if (!request_command(request, commands, &why))
		assert(why.len > 0);
	json_decref(request);
	return 0;
}
