/* Every map of registers in drivers/ against any answer to a read of it: no value without meaning. */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus/decode.h"
#include "conf/conf.h"
#include "io/answer.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static struct profile *profiles[256];
static unsigned n_profiles;

static void must(bool so)
{
	if (!so)
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *top = getenv("WATERLAB_SOURCE");
	char folder[1024], words[2000];
	struct dirent **entries;
	int n, i;

	(void)argc;
	(void)argv;
	snprintf(folder, sizeof(folder), "%s/drivers", top ? top : ".");
	n = scandir(folder, &entries, NULL, alphasort);
	for (i = 0; i < n; i++) {
		struct text why = text_over(words, sizeof(words));
		struct profile *profile = NULL;

		if (n_profiles < 256 &&
			!conf_find_driver(&profile, folder, entries[i]->d_name, &why) &&
			profile->n_fields)
			profiles[n_profiles++] = profile;
		else
			free(profile);
		free(entries[i]);
	}
	free(entries);
	if (n_profiles)
		return 0;
	fprintf(stderr, "no profiles in %s: set WATERLAB_SOURCE to the top of the tree\n", folder);
	exit(1);
}

static void decode_all(
	const struct profile *profile, const uint8_t *pdu, size_t len, uint16_t start)
{
	struct value_bytes value;
	struct decoded decoded;
	char words[100];
	struct text found = text_over(words, sizeof(words));
	unsigned i;

	for (i = 0; i < profile->n_fields; i++) {
		if (profile->fields[i].at.function != pdu[0] ||
			decode_take(&profile->fields[i].at, pdu, len, start, &value))
			continue;
		decode_field(&profile->fields[i], &value, &decoded);
		/* A doubtful number stands; all other flags of one value mean that there is none. */
		must(isfinite(decoded.value) == !(decoded.flags & ~FLAG_STATUS));
	}
	for (i = 0; i < profile->n_status; i++)
		if (profile->status[i].at.function == pdu[0] &&
			!decode_take(&profile->status[i].at, pdu, len, start, &value))
			(void)decode_status(&profile->status[i], &value);
	if (profile->has_identity && profile->identity.function == pdu[0] &&
		!decode_take(&profile->identity, pdu, len, start, &value)) {
		(void)decode_identity(profile, &value, &found);
		must(strlen(words) == found.len && found.len < sizeof(words));
	}
}

/* Which profile, which of its registers, how far before it the read begins; then the answer's data. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const struct profile *profile;
	const struct profile_register *at;
	struct port_ask ask = {.unit = 1};
	uint8_t pdu[PORT_REPLY] = {0};
	unsigned which, all, before;
	size_t len;

	if (n < 3)
		return 0;
	profile = profiles[bytes[0] % n_profiles];
	all = profile->n_fields + profile->n_status + profile->has_identity;
	which = bytes[1] % all;
	at = which < profile->n_fields ? &profile->fields[which].at
	     : which < (unsigned)profile->n_fields + profile->n_status
		     ? &profile->status[which - profile->n_fields].at
		     : &profile->identity;
	before = bytes[2] % 64u;
	before = before > at->address ? at->address : before;
	ask.function = at->function;
	ask.start = (uint16_t)(at->address - before);
	ask.count = (uint16_t)(before + at->registers);
	bytes += 3;
	n -= 3;
	pdu[0] = at->function;
	pdu[1] = (uint8_t)answer_bytes(&ask);
	len = 2u + pdu[1];
	must(answer_fits(&ask, pdu, len));
	memcpy(pdu + 2, bytes, n < pdu[1] ? n : pdu[1]);
	decode_all(profile, pdu, len, ask.start);
	return 0;
}
