#include "uplink/carry_in.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "uplink/carry_inside.h"

enum {
	APART_MS = 3600000, /* rows further apart in time are asked about apart */
	SHOW_MS = 40000,    /* a store may take so long to show what it took */
	SENDINGS = 3        /* of what it did not show even then */
};

/* --- a run ------------------------------------------------------------------------------------------------- */

static int take_row(void *ctx, const struct spool_row *row)
{
	struct carrying *carrying = ctx;
	struct receipt_question *question = &carrying->question;
	uint64_t n = carrying->next - question->range.first;
	int64_t last_ms;

	if (!n && row->clock == TIME_NONE)
		return 0; /* not this one's to send */
	if (!n) {
		carrying->next = question->range.first = row->number;
		text_copy(carrying->spool, sizeof(carrying->spool), row->spool);
	}
	if (row->clock == TIME_NONE || row->number != carrying->next ||
		strcmp(row->spool, carrying->spool) != 0)
		return 1;
	if (n) {
		last_ms = carrying->at_ms[n - 1];
		if (row->utc_ms - last_ms > APART_MS || last_ms - row->utc_ms > APART_MS)
			return 1;
	}
	if (!n || row->utc_ms < question->from_ms)
		question->from_ms = row->utc_ms;
	if (!n || row->utc_ms > question->to_ms)
		question->to_ms = row->utc_ms;
	carrying->at_ms[n] = row->utc_ms;
	carrying->next++;
	return 0;
}

/* The next rows from `from` on that have a time and stand together: the question; and `next` is behind them.  False in
 * *any: there are none up to `next`. */
static int gather(struct carrying *carrying, uint64_t from, uint64_t last, bool *any)
{
	struct receipt_question *question = &carrying->question;
	uint64_t damaged = 0;
	int err;

	if (last - from >= RECEIPT_RUN)
		last = from + RECEIPT_RUN - 1;
	*question = (struct receipt_question){
		.stream = carrying->stream, .range = {from, last}, .at_ms = carrying->at_ms};
	carrying->next = from;
	err = spool_read(carrying->reader, carrying->stream, (struct range){from, last}, take_row,
		carrying, &damaged);
	if (err == ERR_DAMAGED)
		err = 0;
	if (err < 0)
		return err;
	*any = carrying->next > question->range.first;
	if (*any)
		question->range.last = question->chance = carrying->next - 1;
	else
		carrying->next = last + 1;
	return 0;
}

static int confirm(struct carrying *carrying, uint64_t first, uint64_t last)
{
	return intervals_add(&carrying->confirmed[carrying->stream], first, last) ? 0 : ERR_MEMORY;
}

/* What the store has of the run is confirmed; what it has not, nor settled otherwise, is sent. */
static int settle_run(struct carrying *carrying)
{
	struct range run = carrying->question.range, part;
	bool has[RECEIPT_RUN];
	uint64_t n = run.last - run.first + 1, i, end;
	int err = carry_ask(carrying, has);

	for (i = 0; i < n && !err; i = end) {
		for (end = i + 1; end < n && has[end] == has[i]; end++)
			;
		part = (struct range){run.first + i, run.first + end - 1};
		if (has[i]) {
			carrying->out->had += carrying->first_round ? end - i : 0;
			err = confirm(carrying, part.first, part.last);
			continue;
		}
		while (!err && part.first <= run.first + end - 1) {
			part.last = run.first + end - 1;
			if (!intervals_trim(&carrying->settled[carrying->stream], &part))
				break;
			carrying->open += part.last - part.first + 1;
			if (carrying->sends)
				err = carry_send(carrying, part);
			part.first = part.last + 1;
		}
	}
	return err;
}

/* One file's numbers. */
static int settle_file(struct carrying *carrying, const struct carry_file *file)
{
	uint64_t last = spool_reader_range(carrying->reader, carrying->stream).last;
	struct range run = file->range;
	bool any;
	int err = 0;

	/* A manifest of nonsense may name numbers without end. */
	if (last > file->range.last)
		last = file->range.last;
	carrying->stop_at = last;
	while (!err && run.first <= last) {
		carrying->next = run.first;
		run.last = last;
		if (!intervals_trim(&carrying->confirmed[carrying->stream], &run))
			break;
		err = gather(carrying, run.first, run.last, &any);
		if (!err && any)
			err = settle_run(carrying);
		run.first = carrying->next;
		if (!err)
			err = carry_pause(carrying, 0);
	}
	return err;
}

static int settle_all(struct carrying *carrying)
{
	const struct carry_manifest *manifest = carrying->ask->manifest;
	size_t i;
	int err = 0;

	carrying->open = 0;
	for (i = 0; i < manifest->n && !err; i++) {
		carrying->stream = i ? STREAM_READINGS : STREAM_LEDGER;
		err = settle_file(carrying, &manifest->files[i]);
	}
	return err;
}

/* --- what it came to --------------------------------------------------------------------------------------- */

static int count_row(void *ctx, const struct spool_row *row)
{
	struct carrying *carrying = ctx;

	carrying->out->untimed += row->clock == TIME_NONE;
	return 0;
}

static int count_rows(struct carrying *carrying)
{
	const struct carry_manifest *manifest = carrying->ask->manifest;
	uint64_t damaged;
	size_t i;
	int err = 0;

	for (i = 0; i < manifest->n && err >= 0; i++) {
		damaged = 0;
		err = spool_read(carrying->reader, i ? STREAM_READINGS : STREAM_LEDGER,
			manifest->files[i].range, count_row, carrying, &damaged);
		carrying->out->damaged += damaged;
		if (err == ERR_DAMAGED)
			err = 0;
	}
	return err;
}

static int add_blocks(struct carrying *carrying, enum stream stream, struct range run)
{
	struct carry_receipt *receipt = &carrying->out->receipt;
	struct carry_block block, *more;
	int err;

	while (run.first <= run.last) {
		block = (struct carry_block){.stream = stream, .range = run};
		if (run.last - run.first >= CARRY_BLOCK)
			block.range.last = run.first + CARRY_BLOCK - 1;
		err = carry_sum_rows(carrying->reader, &block);
		if (err)
			return err;
		more = realloc(receipt->blocks, (receipt->n + 1) * sizeof(*more));
		if (!more)
			return ERR_MEMORY;
		receipt->blocks = more;
		more[receipt->n++] = block;
		run.first = block.range.last + 1;
	}
	return 0;
}

static int make_receipt(struct carrying *carrying)
{
	struct carry_receipt *receipt = &carrying->out->receipt;
	const struct carry_manifest *manifest = carrying->ask->manifest;
	time_t now = time(NULL);
	struct tm tm;
	int stream, err = 0;
	size_t i;

	text_copy(receipt->lab, sizeof(receipt->lab), manifest->lab);
	text_copy(receipt->spool, sizeof(receipt->spool), manifest->spool);
	text_copy(receipt->store, sizeof(receipt->store), carrying->ask->store->name);
	if (gmtime_r(&now, &tm))
		strftime(receipt->made_at, sizeof(receipt->made_at), "%Y-%m-%dT%H:%M:%SZ", &tm);
	for (stream = 0; stream < STREAM_COUNT; stream++) {
		const struct intervals *set = &carrying->confirmed[stream];

		carrying->out->confirmed += set->count;
		for (i = 0; i < set->n && !err; i++)
			err = add_blocks(carrying, (enum stream)stream, set->at[i]);
	}
	return err;
}

/* Asks until the store shows all, or nothing new for SHOW_MS. */
static int await(struct carrying *carrying)
{
	int64_t waited_ms = 0, ms = carrying->ask->settle_ms;
	uint64_t before = carrying->open;
	int err = 0;

	carrying->sends = false;
	while (!err && carrying->open && waited_ms < SHOW_MS) {
		err = carry_pause(carrying, ms);
		if (!err)
			err = settle_all(carrying);
		waited_ms = carrying->open < before ? 0 : waited_ms + ms;
		before = carrying->open;
	}
	return err;
}

static int run(struct carrying *carrying)
{
	unsigned sending;
	int err = count_rows(carrying);

	carrying->first_round = true;
	for (sending = 0; !err && sending < SENDINGS; sending++) {
		carrying->sends = true;
		err = settle_all(carrying);
		carrying->first_round = false;
		if (!err)
			err = await(carrying);
		if (err || !carrying->open)
			return err;
	}
	if (err)
		return err;
	text_clear(carrying->why);
	text_printf(carrying->why,
		"store %s took %llu rows and does not show them: is it asked where it is written "
		"to "
		"(read_url), and does it keep times so far back?",
		carrying->ask->store->name, (unsigned long long)carrying->open);
	return ERR_ABSENT;
}

static int open_parts(struct carrying *carrying)
{
	const struct carry_in *ask = carrying->ask;
	int err = carry_open(&carrying->reader, ask->folder, carrying->why);

	if (err)
		return err;
	if (strcmp(spool_reader_id(carrying->reader), ask->manifest->spool) != 0) {
		text_put(carrying->why, "the files are of another spool than the manifest says");
		return ERR_DAMAGED;
	}
	carrying->asked = receipt_asked_as(ask->store);
	carrying->lines = ask->store->batch_lines;
	carrying->answer = malloc(CARRY_ANSWER);
	carrying->batch = batch_new(ask->store->batch_lines, ask->store->gzip_level);
	carrying->encoder =
		line_encoder_new(ask->manifest->lab, ask->manifest->spool, ask->store->positions);
	if (!carrying->answer || !carrying->batch || !carrying->encoder)
		return ERR_MEMORY;
	err = post_new(&carrying->write, POST_WRITE, ask->store, ask->clock, &carrying->stop,
		&carrying->beat_ms, carrying->why);
	if (!err)
		err = post_new(&carrying->query, POST_QUERY, &carrying->asked, ask->clock,
			&carrying->stop, &carrying->beat_ms, carrying->why);
	return err;
}

int carry_in(const struct carry_in *ask, struct carry_in_result *out, struct text *why)
{
	struct carrying *carrying = calloc(1, sizeof(*carrying));
	int stream, err, told;

	*out = (struct carry_in_result){.had = 0};
	if (!carrying)
		return ERR_MEMORY;
	*carrying = (struct carrying){.ask = ask, .out = out, .why = why};
	atomic_init(&carrying->stop, false);
	err = open_parts(carrying);
	if (!err) {
		err = run(carrying);
		told = make_receipt(carrying);
		err = err ? err : told;
		if (err == ERR_IO && !why->len)
			text_printf(why,
				"%s: a file cannot be read, or one is there that carry did not "
				"write",
				ask->folder);
	}
	for (stream = 0; stream < STREAM_COUNT; stream++) {
		intervals_free(&carrying->confirmed[stream]);
		intervals_free(&carrying->settled[stream]);
	}
	post_free(carrying->write);
	post_free(carrying->query);
	batch_free(carrying->batch);
	line_encoder_free(carrying->encoder);
	spool_reader_close(carrying->reader);
	free(carrying->answer);
	free(carrying);
	return err;
}
