#include "uplink/batch.h"

#include <stdlib.h>
#include <zlib.h>

/* A line of a reading takes 120 to 200 bytes; a batch of longer ones ends earlier. */
enum { USUAL_LINE = 256, GZIP_HEAD = 16 };

struct batch {
	struct text text;
	uint32_t *begins; /* most + 1 places: of each line, and the end of the last */
	uint64_t *numbers;
	int64_t *utc_ms;
	size_t n, most;
	bool gzip;
	z_stream z;
	unsigned char *zipped;
	size_t zipped_cap;
	/* while filling */
	struct line_encoder *encoder;
	const struct batch_old *old;
	struct batch_fill *fill;
};

struct batch *batch_new(unsigned most_lines, unsigned gzip_level)
{
	struct batch *batch = calloc(1, sizeof(*batch));
	size_t cap = (size_t)most_lines * USUAL_LINE + LINE_LONGEST + 1;
	char *at;

	if (!batch)
		return NULL;
	batch->most = most_lines;
	at = malloc(cap);
	batch->begins = calloc((size_t)most_lines + 1, sizeof(*batch->begins));
	batch->numbers = calloc(most_lines, sizeof(*batch->numbers));
	batch->utc_ms = calloc(most_lines, sizeof(*batch->utc_ms));
	if (!at || !batch->begins || !batch->numbers || !batch->utc_ms) {
		free(at);
		goto failed;
	}
	batch->text = text_over(at, cap);
	if (gzip_level) {
		if (deflateInit2(&batch->z, (int)gzip_level, Z_DEFLATED, 15 + GZIP_HEAD, 8,
			    Z_DEFAULT_STRATEGY) != Z_OK)
			goto failed;
		batch->gzip = true;
		batch->zipped_cap = deflateBound(&batch->z, cap);
		batch->zipped = malloc(batch->zipped_cap);
		if (!batch->zipped)
			goto failed;
	}
	return batch;
failed:
	batch_free(batch);
	return NULL;
}

void batch_free(struct batch *batch)
{
	if (!batch)
		return;
	if (batch->gzip)
		deflateEnd(&batch->z);
	free(batch->zipped);
	free(batch->utc_ms);
	free(batch->numbers);
	free(batch->begins);
	free(batch->text.at);
	free(batch);
}

static int take_row(void *ctx, const struct spool_row *row)
{
	struct batch *batch = ctx;

	if (batch->old && row->clock != TIME_NONE && row->utc_ms <= batch->old->utc_ms) {
		batch->old->take(batch->old->ctx, row->number, row->utc_ms);
		batch->fill->old++;
		return 0;
	}
	if (batch->n == batch->most || batch->text.cap - batch->text.len <= LINE_LONGEST) {
		batch->fill->full = true;
		return 1;
	}
	if (!line_encode(batch->encoder, &batch->text, row)) {
		batch->fill->unsaid++;
		return 0;
	}
	batch->utc_ms[batch->n] = row->utc_ms;
	batch->numbers[batch->n++] = row->number;
	batch->begins[batch->n] = (uint32_t)batch->text.len;
	return 0;
}

int batch_fill(struct batch *batch, struct spool_reader *reader, struct line_encoder *encoder,
	enum stream stream, struct range block, const struct batch_old *old, struct batch_fill *out)
{
	int err;

	*out = (struct batch_fill){0};
	text_clear(&batch->text);
	batch->n = 0;
	batch->encoder = encoder;
	batch->old = old;
	batch->fill = out;
	err = spool_read(reader, stream, block, take_row, batch, &out->damaged);
	batch->old = NULL;
	batch->fill = NULL;
	out->lines = batch->n;
	return err < 0 ? err : 0;
}

uint64_t batch_number(const struct batch *batch, size_t line)
{
	return batch->numbers[line];
}

int64_t batch_utc_ms(const struct batch *batch, size_t line)
{
	return batch->utc_ms[line];
}

const char *batch_line(const struct batch *batch, size_t line, size_t *len)
{
	*len = batch->begins[line + 1] - batch->begins[line];
	return batch->text.at + batch->begins[line];
}

struct batch_body batch_body(struct batch *batch, size_t first, size_t n)
{
	struct batch_body body = {.at = batch->text.at + batch->begins[first],
		.len = batch->begins[first + n] - batch->begins[first]};

	if (!batch->gzip || deflateReset(&batch->z) != Z_OK)
		return body;
	batch->z.next_in = (Bytef *)batch->text.at + batch->begins[first];
	batch->z.avail_in = (uInt)body.len;
	batch->z.next_out = batch->zipped;
	batch->z.avail_out = (uInt)batch->zipped_cap;
	if (deflate(&batch->z, Z_FINISH) != Z_STREAM_END)
		return body;
	return (struct batch_body){
		.at = (const char *)batch->zipped, .len = batch->z.total_out, .gzip = true};
}
