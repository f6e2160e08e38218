/*
 * waterlab carry: a van's data on a stick.  `out` at the van, `in` at the centre, `back` at the van again, so that what went in
 * does not go over the link too.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/view.h"
#include "uplink/carry_in.h"

enum { SETTLE_LEAST_MS = 2000, SETTLE_MOST_MS = 30000, PATIENCE_MS = 60000, FOLDER = 700 };

static int say(const struct text *why, int err)
{
	fprintf(stderr, "waterlab: %s\n", why->len ? why->at : err_text(err));
	return CLI_FAILED;
}

static struct store_conf *find_store(struct conf *conf, const char *name)
{
	unsigned i;

	for (i = 0; i < conf->n_stores; i++)
		if (!strcmp(conf->stores[i].name, name))
			return &conf->stores[i];
	fprintf(stderr, "waterlab: there is no store \"%s\" in the configuration\n", name);
	return NULL;
}

/* --- out --------------------------------------------------------------------------------------------------- */

static void show_file(void *ctx, const char *name, bool kept)
{
	(void)ctx;
	printf("%s%s\n", name, kept ? ": there already" : "");
	fflush(stdout);
}

static void show_out(const struct carry_result *result)
{
	char room[32];
	struct text bytes = text_over(room, sizeof(room));

	view_put_bytes(&bytes, (double)result->bytes);
	printf("%s: ", result->folder);
	if (result->readings.first)
		printf("readings %llu..%llu and ", (unsigned long long)result->readings.first,
			(unsigned long long)result->readings.last);
	printf("ledger to %llu, %s; read back, and whole\n", (unsigned long long)result->ledger,
		room);
	if (result->left_out)
		printf("%llu files are left out: the stores have confirmed all in them\n",
			(unsigned long long)result->left_out);
}

int cli_carry_out(struct cli *cli)
{
	const char *names[MOST_STORES];
	struct conf *conf = cli_config(cli);
	char words[900];
	struct text why = text_over(words, sizeof(words));
	struct carry_result result;
	struct carry_out ask = {.to = cli->args[0], .stores = names, .each = show_file};
	unsigned i;
	int err;

	if (!conf)
		return CLI_USAGE;
	if (cli->store && !find_store(conf, cli->store)) {
		conf_free(conf);
		return CLI_USAGE;
	}
	for (i = 0; i < conf->n_stores; i++)
		if (!cli->store || !strcmp(cli->store, conf->stores[i].name))
			names[ask.n_stores++] = conf->stores[i].name;
	ask.dir = conf->spool.dir;
	ask.lab = conf->lab;
	err = carry_out(&ask, &result, &why);
	if (!err)
		show_out(&result);
	conf_free(conf);
	return err ? say(&why, err) : CLI_DONE;
}

/* --- the folders of a stick -------------------------------------------------------------------------------- */

/* Calls each(ctx, folder) for DIR itself, when it is one, or those in it; -1: there is none. */
static int each_folder(const char *dir, int (*each)(void *ctx, const char *folder), void *ctx)
{
	struct dirent **names = NULL;
	char path[FOLDER];
	int n, i, end = -1, one;

	snprintf(path, sizeof(path), "%s/manifest.txt", dir);
	if (access(path, F_OK) == 0)
		return each(ctx, dir);
	n = scandir(dir, &names, NULL, alphasort);
	for (i = 0; i < n; i++) {
		int len = snprintf(path, sizeof(path), "%s/%s", dir, names[i]->d_name);

		if (len > 0 && (size_t)len < sizeof(path) &&
			!strncmp(names[i]->d_name, "waterlab-", 9)) {
			one = each(ctx, path);
			end = one || end < 0 ? one : end;
		}
		free(names[i]);
	}
	free(names);
	if (end < 0)
		fprintf(stderr, "waterlab: %s: %s\n", dir,
			n < 0 ? strerror(errno) : "there is nothing on it that carry wrote");
	return end;
}

static int read_manifest(const char *folder, struct carry_manifest *manifest)
{
	char words[900], *text;
	struct text why = text_over(words, sizeof(words));
	size_t len;
	int err = carry_read(folder, "manifest.txt", &text, &len, &why);

	*manifest = (struct carry_manifest){.n = 0};
	if (!err)
		err = carry_read_manifest(manifest, text, len, &why);
	if (!err)
		err = carry_check_files(folder, manifest, &why);
	free(text);
	if (!err)
		return 0;
	carry_free_manifest(manifest);
	fprintf(stderr, "waterlab: %s: %s; nothing of it was taken\n", folder,
		why.len ? words : err_text(err));
	return err;
}

/* --- in ---------------------------------------------------------------------------------------------------- */

struct entering {
	const struct cli *cli;
	struct conf *conf;
};

static int show_still(void *ctx, uint64_t number, uint64_t last)
{
	static uint64_t shown;
	(void)ctx;
	if (isatty(2) && number / 10000 != shown) {
		shown = number / 10000;
		fprintf(stderr, "\r%llu of %llu ", (unsigned long long)number,
			(unsigned long long)last);
	}
	return 0;
}

static unsigned settle_of(const struct store_conf *store)
{
	unsigned ms =
		store->receipt_s > SETTLE_MOST_MS / 1000 ? SETTLE_MOST_MS : store->receipt_s * 1000;

	return ms < SETTLE_LEAST_MS ? SETTLE_LEAST_MS : ms;
}

static void show_in(const char *store, const struct carry_in_result *result)
{
	printf("%s: has %llu rows by its own count; %llu were there already, %llu were sent\n",
		store, (unsigned long long)result->confirmed, (unsigned long long)result->had,
		(unsigned long long)result->sent);
	if (result->untimed)
		printf("%s: %llu rows have no time yet: they stay with the van, which sends them\n",
			store, (unsigned long long)result->untimed);
	if (result->damaged)
		printf("%s: %llu rows were damaged in the van already\n", store,
			(unsigned long long)result->damaged);
	if (result->refused || result->too_old)
		printf("%s: %llu rows it refuses, %llu are older than it keeps; the van knows of "
		       "them\n",
			store, (unsigned long long)result->refused,
			(unsigned long long)result->too_old);
}

static int write_receipt(const char *folder, const struct carry_receipt *receipt, struct text *why)
{
	char name[STORE_NAME + 20], *text;
	size_t len;
	int err;

	snprintf(name, sizeof(name), "receipt-%s.txt", receipt->store);
	text = carry_put_receipt(receipt, &len);
	if (!text)
		return ERR_MEMORY;
	err = carry_write(folder, name, text, len, why);
	free(text);
	return err;
}

static int enter_store(
	const char *folder, const struct carry_manifest *manifest, const struct store_conf *store)
{
	struct carry_in ask = {.folder = folder,
		.manifest = manifest,
		.store = store,
		.clock = &clock_system,
		.settle_ms = settle_of(store),
		.patience_ms = PATIENCE_MS,
		.still = show_still};
	struct carry_in_result result;
	char words[900], more[900];
	struct text why = text_over(words, sizeof(words)), no = text_over(more, sizeof(more));
	int err = carry_in(&ask, &result, &why), kept = 0;

	show_in(store->name, &result);
	if (result.receipt.n)
		kept = write_receipt(folder, &result.receipt, &no);
	carry_free_receipt(&result.receipt);
	if (kept)
		fprintf(stderr,
			"waterlab: %s; the van gets no receipt, and sends them once more: "
			"harmless\n",
			no.len ? more : err_text(kept));
	if (err) {
		say(&why, err);
		fputs("waterlab: what went in stays; the same command goes on\n", stderr);
	}
	return err || kept ? CLI_FAILED : CLI_DONE;
}

static int enter_folder(void *ctx, const char *folder)
{
	const struct entering *entering = ctx;
	struct carry_manifest manifest;
	const struct conf *conf = entering->conf;
	int end = CLI_DONE, one;
	unsigned i;

	if (read_manifest(folder, &manifest))
		return CLI_FAILED;
	printf("lab %s, spool %s, carried out %s\n", manifest.lab, manifest.spool,
		manifest.made_at);
	for (i = 0; i < conf->n_stores; i++) {
		if (entering->cli->store && strcmp(entering->cli->store, conf->stores[i].name) != 0)
			continue;
		one = enter_store(folder, &manifest, &conf->stores[i]);
		end = one ? one : end;
	}
	carry_free_manifest(&manifest);
	return end;
}

int cli_carry_in(struct cli *cli)
{
	struct entering entering = {.cli = cli, .conf = cli_config_centre(cli)};
	int end = CLI_USAGE;

	if (!entering.conf)
		return CLI_USAGE;
	if (!entering.conf->n_stores)
		fputs("waterlab: the configuration names no store\n", stderr);
	else if (!cli->store || find_store(entering.conf, cli->store))
		end = each_folder(cli->args[0], enter_folder, &entering);
	conf_free(entering.conf);
	return end < 0 ? CLI_FAILED : end;
}

/* --- back -------------------------------------------------------------------------------------------------- */

struct returning {
	const struct cli *cli;
	const char *spool; /* the van's */
	unsigned receipts;
	unsigned long long taken, other;
};

static int give_block(struct returning *returning, const struct carry_receipt *receipt,
	const struct carry_block *block)
{
	const char *store = returning->cli->store ? returning->cli->store : receipt->store;
	char words[600];
	struct text why = text_over(words, sizeof(words));
	json_t *answer = NULL;
	json_t *request = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I}", "ask", "carry-back",
		"store", store, "spool", receipt->spool, "stream",
		block->stream == STREAM_LEDGER ? "ledger" : "readings", "first",
		(json_int_t)block->range.first, "last", (json_int_t)block->range.last, "rows",
		(json_int_t)block->rows, "sum", (json_int_t)block->sum);
	int end = cli_ask_quietly(returning->cli, request, &answer, &why);

	if (end)
		fprintf(stderr, "waterlab: %s\n", words);
	else if (json_is_true(json_object_get(answer, "taken")))
		returning->taken += block->rows;
	else
		returning->other += block->rows;
	json_decref(answer);
	return end;
}

static int give_receipt(struct returning *returning, const char *folder, const char *name)
{
	struct carry_receipt receipt = {.n = 0};
	char words[900], *text;
	struct text why = text_over(words, sizeof(words));
	size_t len, i;
	int err = carry_read(folder, name, &text, &len, &why), end = CLI_DONE;

	if (!err)
		err = carry_read_receipt(&receipt, text, len, &why);
	free(text);
	if (err)
		fprintf(stderr, "waterlab: %s/%s: %s\n", folder, name,
			why.len ? words : err_text(err));
	else
		returning->receipts++;
	for (i = 0; i < receipt.n && !err && !end; i++)
		end = give_block(returning, &receipt, &receipt.blocks[i]);
	carry_free_receipt(&receipt);
	return err ? CLI_FAILED : end;
}

/* Only the folder of this van; others' are passed over. */
static int return_folder(void *ctx, const char *folder)
{
	struct returning *returning = ctx;
	const char *name = strrchr(folder, '/');
	size_t len = strlen(folder);
	struct dirent **names = NULL;
	int n, i, end = CLI_DONE, one;

	if (len < SPOOL_ID || strcmp(folder + len - (SPOOL_ID - 1), returning->spool) != 0) {
		printf("%s is another van's\n", name ? name + 1 : folder);
		return CLI_DONE;
	}
	n = scandir(folder, &names, NULL, alphasort);
	for (i = 0; i < n; i++) {
		size_t tail = strlen(names[i]->d_name);

		if (!strncmp(names[i]->d_name, "receipt-", 8) && tail > 4 &&
			!strcmp(names[i]->d_name + tail - 4, ".txt")) {
			one = give_receipt(returning, folder, names[i]->d_name);
			end = one ? one : end;
		}
		free(names[i]);
	}
	free(names);
	return end;
}

int cli_carry_back(struct cli *cli)
{
	struct returning returning = {.cli = cli};
	char *real;
	json_t *stat = NULL;
	int end = cli_ask_one(cli, json_pack("{s:s}", "ask", "spool-stat"), &stat);

	if (end)
		return end;
	real = realpath(cli->args[0], NULL); /* "." has a name too */
	returning.spool = json_string_value(json_object_get(stat, "id"));
	end = each_folder(real ? real : cli->args[0], return_folder, &returning);
	free(real);
	json_decref(stat);
	if (end < 0)
		return CLI_FAILED;
	if (!end && !returning.receipts) {
		fputs("waterlab: there is no receipt for this van: was it carried in?\n", stderr);
		return CLI_FAILED;
	}
	printf("%llu rows count as received\n", returning.taken);
	if (returning.other)
		printf("%llu rows on the stick are not as they are in this van (another card with "
		       "a copy of "
		       "its spool?): they stay as they were\n",
			returning.other);
	return end || returning.other ? CLI_FAILED : CLI_DONE;
}
