#include "readers.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#include "runs.h"

struct round {
	struct parts *parts;
	int64_t now_boot_ms;
	struct runs runs;
	size_t next; /* the first that nobody reads yet */
	int err;     /* the first */
	struct text *why;
	pthread_mutex_t lock; /* of next, err, why, and of the parts and their rows */
};

struct reader {
	struct round *round;
	struct store *store;
	struct rows rows; /* of one answer, with names of its own */
	char words[400];
};

/* The next runs to be asked for together; 0: none is left, or nothing is wanted any more. */
static size_t take_runs(struct reader *reader, const struct run **runs)
{
	struct round *round = reader->round;
	size_t n = 0;

	pthread_mutex_lock(&round->lock);
	if (!round->err && round->next < round->runs.n) {
		n = runs_together(&round->runs, round->next, store_labs_at_once(reader->store));
		*runs = &round->runs.at[round->next];
		round->next += n;
	}
	pthread_mutex_unlock(&round->lock);
	return n;
}

static int add_row(struct parts *parts, struct part *part, const struct result_row *from)
{
	struct result_row *row = rows_take_result(&parts->rows, from);

	if (!row)
		return ERR_MEMORY;
	row->part = (uint32_t)(part - parts->at);
	part->n_rows++;
	return 0;
}

/* Each part has at least what its print says: of the whole, rows that came since would stand for others that are missing. */
static int end_parts(const struct run *run, int64_t now_boot_ms, struct text *why)
{
	size_t k;

	for (k = 0; k < run->n; k++) {
		struct part *part = run->at[k];

		if (part->n_rows < part->print.n) {
			text_printf(why,
				"of lab \"%.80s\" the store counts %" PRIu64
				" results of some weeks and shows %zu of them; look at its limits "
				"for one answer",
				part->print.lab, part->print.n, part->n_rows);
			return ERR_DAMAGED;
		}
		part->read_ms = now_boot_ms;
	}
	return 0;
}

/* A part that is not read to its end stays one that is to be read. */
static int add_rows(struct reader *reader, const struct run *runs, size_t n, struct text *why)
{
	struct parts *parts = reader->round->parts;
	size_t i, k;
	int err = reader->rows.names.full ? ERR_MEMORY : 0;

	for (i = 0; i < n; i++)
		for (k = 0; k < runs[i].n; k++)
			runs[i].at[k]->n_rows = 0;
	for (i = 0; !err && i < reader->rows.n_results; i++) {
		const struct result_row *row = &reader->rows.results[i];
		struct part *part = runs_part_of(runs, n, row->lab, row->at_ms);

		if (part) {
			err = add_row(parts, part, row);
		} else {
			text_put(why, "the store shows results that were not asked for");
			err = ERR_DAMAGED;
		}
	}
	for (i = 0; !err && i < n; i++)
		err = end_parts(&runs[i], reader->round->now_boot_ms, why);
	return err;
}

static int ask_together(struct reader *reader, const struct run *runs, size_t n, struct text *why)
{
	struct round *round = reader->round;
	struct asked asked = runs_question(runs, n);
	int err = store_results(reader->store, &asked, &reader->rows, why);

	if (!err) {
		pthread_mutex_lock(&round->lock);
		err = add_rows(reader, runs, n, why);
		pthread_mutex_unlock(&round->lock);
	}
	reader->rows.n_results = 0;
	return err;
}

/* A store has limits of its own for one question (VictoriaMetrics: 300,000 series): what it refuses is asked for by halves. */
static int read_together(struct reader *reader, const struct run *runs, size_t n, struct text *why)
{
	size_t half = runs->n / 2;
	int err = ask_together(reader, runs, n, why);

	if (err != ERR_CONF || (n == 1 && !half))
		return err;
	text_clear(why);
	if (n > 1) {
		err = read_together(reader, runs, n / 2, why);
		return err ? err : read_together(reader, runs + n / 2, n - n / 2, why);
	}
	err = read_together(reader, &(struct run){runs->at, half}, 1, why);
	return err ? err
		   : read_together(reader, &(struct run){runs->at + half, runs->n - half}, 1, why);
}

static void end_round(struct reader *reader, int err, const struct text *why)
{
	struct round *round = reader->round;

	pthread_mutex_lock(&round->lock);
	if (err && !round->err) {
		round->err = err;
		text_put(round->why, why->at);
	}
	pthread_mutex_unlock(&round->lock);
}

static void *read_all(void *ctx)
{
	struct reader *reader = ctx;
	struct text why = text_over(reader->words, sizeof(reader->words));
	const struct run *runs;
	size_t n;
	int err = 0;

	while (!err && (n = take_runs(reader, &runs)))
		err = read_together(reader, runs, n, &why);
	end_round(reader, err, &why);
	rows_free(&reader->rows);
	return NULL;
}

static int read_at_once(struct round *round, struct store *store)
{
	struct reader readers[READERS] = {{.round = round, .store = store}};
	pthread_t threads[READERS];
	bool began[READERS] = {false};
	size_t i;
	int err = 0;

	for (i = 1; !err && i < READERS; i++) {
		readers[i].round = round;
		err = store_open_again(&readers[i].store, store, round->why);
		began[i] = !err && !pthread_create(&threads[i], NULL, read_all, &readers[i]);
	}
	/* Whatever became of the others, this one reads what is left. */
	if (!err)
		(void)read_all(&readers[0]);
	for (i = 1; i < READERS; i++) {
		if (began[i])
			pthread_join(threads[i], NULL);
		store_close(readers[i].store);
	}
	return err ? err : round->err;
}

int readers_read(
	struct parts *parts, struct store *store, int64_t now_boot_ms, size_t *n, struct text *why)
{
	struct round round = {.parts = parts, .now_boot_ms = now_boot_ms, .why = why};
	int err = runs_find(&round.runs, parts);

	*n = round.runs.n_wanted;
	if (err)
		return err;
	if (!round.runs.n) {
		runs_free(&round.runs);
		return 0;
	}
	pthread_mutex_init(&round.lock, NULL);
	err = read_at_once(&round, store);
	pthread_mutex_destroy(&round.lock);
	runs_free(&round.runs);
	return err;
}
