/*
 * A connection to a gpsd on which nothing is ever waited for: gps_open() and gps_read() wait for as long as
 * the network pleases, and would hold up the daemon's end.
 */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "place/gpsd.h"
#include "place/source.h"

enum { HOST = 64, PAUSE_MS = 10 * 1000, DEAD_MS = 60 * 1000 };

struct source_gpsd {
	struct source source;
	const char *address;
	struct gpsd *gpsd;
};

static struct source_gpsd *gpsd_of(struct source *source)
{
	return (struct source_gpsd *)(void *)source;
}

static const struct source_gpsd *const_gpsd_of(const struct source *source)
{
	return (const struct source_gpsd *)(const void *)source;
}

/* The address as the system takes it, or NULL with words.  Nobody is asked for it: that takes minutes. */
static struct addrinfo *read_address(const char *address, struct text *why)
{
	static const struct addrinfo numbers = {
		.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
	const char *port = strrchr(address, ':'), *begin = address, *end = port;
	struct addrinfo *found = NULL;
	char host[HOST];
	struct text to = text_over(host, sizeof(host));

	if (port && port > address + 1 && *begin == '[' && port[-1] == ']') {
		begin++;
		end--;
	}
	if (port)
		text_put_n(&to, begin, (size_t)(end - begin));
	if (!strcmp(host, "localhost")) {
		text_clear(&to);
		text_put(&to, "127.0.0.1");
	}
	if (!port || !port[1] || !host[0] || to.cut ||
		getaddrinfo(host, port + 1, &numbers, &found)) {
		text_printf(why,
			"\"%s\" is no address of a gpsd: write its number and port, for example "
			"127.0.0.1:2947",
			address);
		return NULL;
	}
	return found;
}

static void close_link(struct source *source)
{
	if (source->fd >= 0)
		close(source->fd);
	source->fd = -1;
}

static int refuse(struct source *source, int number, struct text *why)
{
	close_link(source);
	text_printf(why, "%s; does gpsd run?", strerror(number));
	return number == EMFILE || number == ENFILE ? ERR_IO : ERR_GONE;
}

static int begin_to_connect(struct source *source, struct text *why)
{
	struct addrinfo *to = read_address(gpsd_of(source)->address, why);
	int rc = ERR_TIMEOUT;

	if (!to)
		return ERR_CONF;
	source->fd =
		socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, to->ai_protocol);
	if (source->fd < 0 ||
		(connect(source->fd, to->ai_addr, to->ai_addrlen) && errno != EINPROGRESS))
		rc = refuse(source, errno, why);
	freeaddrinfo(to);
	return rc;
}

static int open_link(struct source *source, struct text *why)
{
	struct pollfd now = {.fd = source->fd, .events = POLLOUT};
	int failed = 0, on = 1;
	socklen_t len = sizeof(failed);
	size_t n = strlen(GPSD_WATCH);

	if (source->fd < 0)
		return begin_to_connect(source, why);
	if (poll(&now, 1, 0) <= 0)
		return ERR_TIMEOUT;
	if (getsockopt(source->fd, SOL_SOCKET, SO_ERROR, &failed, &len))
		failed = errno;
	/* Some dozen bytes into an empty send buffer: all at once, or not at all. */
	if (!failed && (setsockopt(source->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)) ||
			       send(source->fd, GPSD_WATCH, n, MSG_NOSIGNAL) != (ssize_t)n))
		failed = errno ? errno : EIO;
	if (failed)
		return refuse(source, failed, why);
	gpsd_begin(gpsd_of(source)->gpsd);
	return 0;
}

static int read_piece(struct source *source, int64_t now_ms, size_t *n, struct text *why)
{
	char bytes[SOURCE_PIECE];
	ssize_t got = recv(source->fd, bytes, sizeof(bytes), 0);

	*n = got > 0 ? (size_t)got : 0;
	source->bytes += *n;
	if (got > 0)
		gpsd_take(gpsd_of(source)->gpsd, bytes, *n, now_ms);
	if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)))
		return 0;
	text_printf(why, "gpsd has closed the connection%s%s", got < 0 ? ": " : "",
		got < 0 ? strerror(errno) : "");
	return ERR_GONE;
}

static int look(struct source *source, struct text *why)
{
	(void)source;
	(void)why;
	return 0; /* reading tells */
}

static int judge(const struct source *source, bool silent, struct text *words)
{
	const struct gpsd *gpsd = const_gpsd_of(source)->gpsd;
	size_t n;

	text_put(words, "gpsd ");
	n = words->len;
	gpsd_say(gpsd, words);
	if (words->len > n)
		return ERR_ABSENT;
	text_clear(words);
	if (!silent)
		return 0;
	text_put(words, gpsd_is_one(gpsd)
				? "gpsd sends no positions: is its receiver on, and at the speed "
				  "that gpsd expects?"
				: "what answers there is not gpsd");
	return ERR_TIMEOUT;
}

static uint64_t bad(const struct source *source)
{
	return gpsd_bad(const_gpsd_of(source)->gpsd);
}

static void free_link(struct source *source)
{
	close_link(source);
	gpsd_free(gpsd_of(source)->gpsd);
	free(source);
}

static const struct source_ops gpsd_ops = {
	.open = open_link,
	.read = read_piece,
	.look = look,
	.judge = judge,
	.bad = bad,
	.close = close_link,
	.free = free_link,
};

int source_gpsd_new(struct source **out, const struct receiver_conf *conf,
	void (*hear)(void *ctx, const struct fix *fix), void *ctx, struct text *why)
{
	struct addrinfo *address = read_address(conf->address, why);
	struct source_gpsd *self;

	if (!address)
		return ERR_CONF;
	freeaddrinfo(address);
	self = calloc(1, sizeof(*self));
	if (!self || gpsd_new(&self->gpsd, conf->device, hear, ctx)) {
		free(self);
		text_put(why, err_text(ERR_MEMORY));
		return ERR_MEMORY;
	}
	self->source = (struct source){.ops = &gpsd_ops,
		.name = conf->address,
		.fd = -1,
		.pause_most_ms = PAUSE_MS,
		.dead_ms = DEAD_MS};
	self->address = conf->address;
	*out = &self->source;
	return 0;
}
