/*
 * Any bytes as a carry's manifest and receipt: refused, or what is read is in range and, written again, reads the same.  Most
 * bytes fail the checksum, so that is also made right for them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "spool/carry.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static void insist(bool ok)
{
	if (!ok)
		abort();
}

static void check_manifest(const char *text, size_t len)
{
	char words[300];
	struct text why = text_over(words, sizeof(words));
	struct carry_manifest manifest, again;
	size_t i, more;
	char *put;

	if (carry_read_manifest(&manifest, text, len, &why) == 0) {
		insist(manifest.n > 0 && strlen(manifest.spool) == SPOOL_ID - 1);
		for (i = 0; i < manifest.n; i++)
			insist(!strchr(manifest.files[i].name, '/') &&
				manifest.files[i].range.first >= 1 &&
				manifest.files[i].range.first <= manifest.files[i].range.last);
		put = carry_put_manifest(&manifest, &more);
		insist(put && carry_read_manifest(&again, put, more, &why) == 0);
		insist(again.n == manifest.n && !strcmp(again.lab, manifest.lab));
		carry_free_manifest(&again);
		free(put);
	} else {
		insist(why.len > 0);
	}
	carry_free_manifest(&manifest);
}

static void check_receipt(const char *text, size_t len)
{
	char words[300];
	struct text why = text_over(words, sizeof(words));
	struct carry_receipt receipt, again;
	size_t i, more;
	char *put;

	if (carry_read_receipt(&receipt, text, len, &why) == 0) {
		insist(!strchr(receipt.store, '/'));
		for (i = 0; i < receipt.n; i++)
			insist(receipt.blocks[i].range.first >= 1 &&
				receipt.blocks[i].range.last >= receipt.blocks[i].range.first &&
				receipt.blocks[i].range.last - receipt.blocks[i].range.first <
					CARRY_BLOCK);
		put = carry_put_receipt(&receipt, &more);
		insist(put && carry_read_receipt(&again, put, more, &why) == 0 &&
			again.n == receipt.n);
		carry_free_receipt(&again);
		free(put);
	} else {
		insist(why.len > 0);
	}
	carry_free_receipt(&receipt);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	char *text = malloc(n + 32);

	insist(text != NULL);
	memcpy(text, at, n);
	check_manifest(text, n);
	check_receipt(text, n);
	n += (size_t)snprintf(text + n, 32, "sum %08lx\n", (unsigned long)crc32(0, at, (uInt)n));
	check_manifest(text, n);
	check_receipt(text, n);
	free(text);
	return 0;
}
