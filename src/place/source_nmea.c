/* A receiver on a serial line of its own. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "io/serial.h"
#include "place/nmea.h"
#include "place/source.h"

enum { PAUSE_MS = 1000 };

struct source_nmea {
	struct source source;
	const struct port_conf *port;
	struct serial serial;
	struct nmea nmea;
	uint64_t sentences; /* when the bytes since the last report began */
};

static struct source_nmea *nmea_of(struct source *source)
{
	return (struct source_nmea *)(void *)source;
}

static const struct source_nmea *const_nmea_of(const struct source *source)
{
	return (const struct source_nmea *)(const void *)source;
}

static int open_line(struct source *source, struct text *why)
{
	struct source_nmea *self = nmea_of(source);
	int rc = serial_open(&self->serial, self->port, why);

	source->fd = self->serial.fd;
	return rc;
}

static void close_line(struct source *source)
{
	serial_close(&nmea_of(source)->serial);
	source->fd = -1;
}

static int look(struct source *source, struct text *why)
{
	struct source_nmea *self = nmea_of(source);

	if (!serial_lost(&self->serial, self->port))
		return 0;
	text_put(why, "the receiver has vanished: is it plugged in?");
	return ERR_GONE;
}

static int read_piece(struct source *source, int64_t now_ms, size_t *n, struct text *why)
{
	struct source_nmea *self = nmea_of(source);
	uint8_t bytes[SOURCE_PIECE];
	ssize_t got = read(source->fd, bytes, sizeof(bytes));

	*n = got > 0 ? (size_t)got : 0;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	/* A raw line reads 0 bytes when nothing is there, and when it has hung up. */
	if (got <= 0)
		return look(source, why);
	if (!source->bytes)
		self->sentences = self->nmea.sentences;
	source->bytes += *n;
	nmea_take(&self->nmea, bytes, *n, now_ms);
	return 0;
}

static int judge(const struct source *source, bool silent, struct text *words)
{
	const struct source_nmea *self = const_nmea_of(source);

	if (!silent)
		return 0;
	if (!source->bytes) {
		text_put(words, "nothing comes: is the receiver on, and is this its port?");
		return ERR_TIMEOUT;
	}
	if (self->nmea.sentences == self->sentences) {
		text_printf(words,
			"bytes come, but no NMEA that is whole: is %u baud the receiver's speed?",
			self->port->baud);
		return ERR_NOISE;
	}
	text_put(words, "NMEA comes, but neither RMC nor GGA: switch them on in the receiver");
	return ERR_ABSENT;
}

static uint64_t bad(const struct source *source)
{
	return const_nmea_of(source)->nmea.bad;
}

static void free_line(struct source *source)
{
	close_line(source);
	free(source);
}

static const struct source_ops line_ops = {
	.open = open_line,
	.read = read_piece,
	.look = look,
	.judge = judge,
	.bad = bad,
	.close = close_line,
	.free = free_line,
};

int source_nmea_new(struct source **out, const struct receiver_conf *conf,
	void (*hear)(void *ctx, const struct fix *fix), void *ctx, struct text *why)
{
	struct source_nmea *self = calloc(1, sizeof(*self));

	if (!self) {
		text_put(why, err_text(ERR_MEMORY));
		return ERR_MEMORY;
	}
	self->source = (struct source){
		.ops = &line_ops, .name = conf->port.where, .fd = -1, .pause_most_ms = PAUSE_MS};
	self->port = &conf->port;
	self->serial.fd = -1;
	nmea_begin(&self->nmea, hear, ctx);
	*out = &self->source;
	return 0;
}
