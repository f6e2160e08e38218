#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "store.h"

enum { HEAD = 16384, MOST_BODY = 64 << 20 };

struct peer {
	struct faultstore *store;
	size_t place;
	int fd;
	char head[HEAD];
	size_t len;      /* bytes in head */
	size_t head_len; /* of them the request's head */
	size_t used;     /* of them this request's, the body's start included */
	char *body, *text;
	size_t body_cap, text_cap;
	struct passed passed;
};

/* --- one request ------------------------------------------------------------------------------- */

static bool grow(char **at, size_t *cap, size_t want)
{
	char *more;

	if (want <= *cap)
		return true;
	if (want > MOST_BODY)
		return false;
	more = realloc(*at, want);
	if (!more)
		return false;
	*at = more;
	*cap = want;
	return true;
}

static bool answer(int fd, int status, const char *extra, const char *type, const char *body)
{
	char at[1024];
	int n;

	if (status == 204)
		n = snprintf(at, sizeof(at), "HTTP/1.1 204 No Content\r\n%s\r\n", extra);
	else
		n = snprintf(at, sizeof(at),
			"HTTP/1.1 %d Planned\r\n%sContent-Type: %s\r\nContent-Length: "
			"%zu\r\n\r\n%s",
			status, extra, type, strlen(body), body);
	return send_all(fd, at, (size_t)n);
}

static const char *header(const struct peer *peer, const char *name)
{
	const char *at = peer->head;
	size_t n = strlen(name);

	while ((at = memmem(at, peer->head_len - (size_t)(at - peer->head), "\r\n", 2))) {
		at += 2;
		if (!strncasecmp(at, name, n) && at[n] == ':')
			return at + n + 1 + strspn(at + n + 1, " ");
	}
	return NULL;
}

static bool read_head(struct peer *peer)
{
	for (;;) {
		char *end = memmem(peer->head, peer->len, "\r\n\r\n", 4);
		ssize_t got;

		if (end) {
			peer->head_len = (size_t)(end + 4 - peer->head);
			return true;
		}
		if (peer->len == sizeof(peer->head))
			return false;
		got = recv(peer->fd, peer->head + peer->len, sizeof(peer->head) - peer->len, 0);
		if (got <= 0)
			return false;
		peer->len += (size_t)got;
	}
}

/* Waits `ms`, or until we end or the client is gone. */
static bool stopped(const struct peer *peer, int ms, bool watch_client)
{
	struct pollfd at[2] = {
		{.fd = peer->store->stop, .events = POLLIN}, {.fd = peer->fd, .events = POLLRDHUP}};

	return poll(at, watch_client ? 2 : 1, ms) > 0;
}

/* Reads `n` of the body's bytes; per_s > 0: no faster than that. */
static bool read_body(struct peer *peer, size_t n, long per_s)
{
	size_t have = peer->len - peer->head_len, step = per_s > 0 ? (size_t)(per_s / 20 + 1) : n;

	if (!grow(&peer->body, &peer->body_cap, n + 1))
		return false;
	if (have > n)
		have = n;
	memcpy(peer->body, peer->head + peer->head_len, have);
	peer->used = peer->head_len + have;
	while (have < n) {
		size_t want = n - have < step ? n - have : step;
		ssize_t got = recv(peer->fd, peer->body + have, want, 0);

		if (got <= 0 || (per_s > 0 && stopped(peer, 50, false)))
			return false;
		have += (size_t)got;
	}
	return true;
}

static bool inflate_body(struct peer *peer, size_t n, size_t *text_len)
{
	z_stream z = {.next_in = (Bytef *)peer->body, .avail_in = (uInt)n};
	int rc = Z_OK;

	if (inflateInit2(&z, 15 + 16) != Z_OK)
		return false;
	while (rc == Z_OK) {
		if (!grow(&peer->text, &peer->text_cap, z.total_out + (1 << 20)))
			break;
		z.next_out = (Bytef *)peer->text + z.total_out;
		z.avail_out = (uInt)(peer->text_cap - z.total_out);
		rc = inflate(&z, Z_NO_FLUSH);
	}
	*text_len = z.total_out;
	inflateEnd(&z);
	return rc == Z_STREAM_END;
}

static void take_lines(struct peer *peer, size_t n, int *status, char *words, size_t cap)
{
	const char *encoding = header(peer, "Content-Encoding");
	bool zipped = encoding && !strncasecmp(encoding, "gzip", 4);
	struct faultstore *store = peer->store;
	const char *text = peer->body;
	size_t len = n;

	*status = 204;
	if (zipped && !inflate_body(peer, n, &len)) {
		*status = 400;
		snprintf(words, cap, "unexpected EOF");
		return;
	}
	if (zipped)
		text = peer->text;
	if (store->sink) {
		uint64_t lines = judge_count(text, len);

		pthread_mutex_lock(&store->lock);
		store->counts.accepted += lines;
		pthread_mutex_unlock(&store->lock);
		return;
	}
	pthread_mutex_lock(&store->lock);
	*status = judge_lines(store, text, len, words, cap);
	pthread_mutex_unlock(&store->lock);
}

static bool token_ok(struct peer *peer)
{
	const char *given = header(peer, "Authorization");
	char want[WORD + 16];
	bool ok;

	pthread_mutex_lock(&peer->store->lock);
	snprintf(want, sizeof(want), "Token %s\r\n", peer->store->token);
	ok = !peer->store->token[0] || (given && !strncmp(given, want, strlen(want)));
	pthread_mutex_unlock(&peer->store->lock);
	return ok;
}

static bool endless(struct peer *peer)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
	static const char chunk[] = "10\r\nfaultstore says \r\n";

	if (!send_all(peer->fd, head, sizeof(head) - 1))
		return false;
	while (!stopped(peer, 0, false) && send_all(peer->fd, chunk, sizeof(chunk) - 1))
		;
	return false;
}

/* The store's own answer, of which the client sees as much as the plan lets it. */
static bool serve_passed(struct peer *peer, const struct plan *plan, size_t n)
{
	struct faultstore *store = peer->store;
	struct passed *passed = &peer->passed;
	bool cut = plan->deed == DEED_HALF_BODY;

	if (!pass_on(store->behind, peer->head, peer->head_len, peer->body, cut ? n / 2 : n, cut,
		    passed) ||
		plan->deed == DEED_RESET_AFTER) {
		faultstore_reset_on_close(peer->fd);
		return false;
	}
	if (plan->deed == DEED_NO_REPLY) {
		stopped(peer, -1, true);
		return false;
	}
	if (plan->deed == DEED_HALF_REPLY || plan->deed == DEED_RESET_IN_REPLY) {
		if (plan->deed == DEED_RESET_IN_REPLY)
			faultstore_reset_on_close(peer->fd);
		send_all(peer->fd, passed->at, passed->len / 2);
		return false;
	}
	return send_all(peer->fd, passed->at, passed->len) && plan->deed != DEED_HALF_BODY;
}

/* What a plan does once the body is in; false ends the connection. */
static bool serve_planned(struct peer *peer, const struct plan *plan, size_t n)
{
	static const char half[] = "HTTP/1.1 204 No Con";
	static const char page[] = "<html><head><title>Welcome</title></head>Please log in</html>";
	static const char nginx[] =
		"<html><head><title>400 The SSL certificate error</title></head>"
		"<body>400 Bad Request</body></html>";
	char words[256], body[320], extra[64] = "";
	int status = plan->status;

	switch (plan->deed) {
	case DEED_PORTAL:
		return answer(peer->fd, 200, "", "text/html; charset=utf-8", page);
	case DEED_REDIRECT:
		return answer(
			peer->fd, 302, "Location: http://127.0.0.1:1/\r\n", "text/html", page);
	case DEED_PROXY_400:
		return answer(peer->fd, 400, "", "text/html", nginx);
	case DEED_ENDLESS_REPLY:
		return endless(peer);
	case DEED_GARBAGE:
		send_all(peer->fd, "+OK ready\r\n", 11);
		return false;
	case DEED_RESET_IN_BODY:
		faultstore_reset_on_close(peer->fd);
		return false;
	default:
		break;
	}
	if (peer->store->behind && status == 204)
		return serve_passed(peer, plan, n);
	if (plan->argument > 0 && plan->deed == DEED_STATUS)
		snprintf(extra, sizeof(extra), "Retry-After: %ld\r\n", plan->argument);
	snprintf(words, sizeof(words), "faultstore says %d", status);
	if (status == 204)
		take_lines(peer, plan->deed == DEED_HALF_BODY ? n / 2 : n, &status, words,
			sizeof(words));
	if (plan->deed == DEED_RESET_AFTER) {
		faultstore_reset_on_close(peer->fd);
		return false;
	}
	if (plan->deed == DEED_HALF_REPLY || plan->deed == DEED_RESET_IN_REPLY) {
		if (plan->deed == DEED_RESET_IN_REPLY)
			faultstore_reset_on_close(peer->fd);
		send_all(peer->fd, half, sizeof(half) - 1);
		return false;
	}
	if (plan->deed == DEED_NO_REPLY) {
		stopped(peer, -1, true);
		return false;
	}
	snprintf(body, sizeof(body), "{\"error\":\"%s%s\"}",
		status == 400 && plan->status == 204 ? "partial write: " : "", words);
	return answer(peer->fd, status, extra, "application/json", body);
}

static bool serve_one(struct peer *peer)
{
	struct faultstore *store = peer->store;
	const char *length;
	struct plan plan;
	bool over, authorised;
	size_t n;

	/* What came after the last body, were a client to pipeline, is this request's. */
	peer->len -= peer->used;
	memmove(peer->head, peer->head + peer->used, peer->len);
	peer->used = 0;
	if (!read_head(peer))
		return false;
	length = header(peer, "Content-Length");
	n = length ? (size_t)strtoull(length, NULL, 10) : 0;
	authorised = token_ok(peer);
	pthread_mutex_lock(&store->lock);
	store->counts.requests++;
	plan = plan_next(store);
	if (!length || header(peer, "Expect") || header(peer, "Accept-Encoding"))
		store->counts.manners++;
	store->counts.body_bytes += n;
	over = store->over && n > store->over;
	pthread_mutex_unlock(&store->lock);
	if (plan.deed == DEED_RESET_BEFORE || n > MOST_BODY) {
		faultstore_reset_on_close(peer->fd);
		return false;
	}
	if (over && !answer(peer->fd, 413, "Connection: close\r\n", "application/json",
			    "{\"error\":\"Request Entity Too Large\"}"))
		return false;
	if (plan.deed == DEED_SLOW) {
		int small = 4096;

		setsockopt(peer->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	}
	if (!read_body(peer, plan.deed == DEED_RESET_IN_BODY ? n / 2 : n,
		    plan.deed == DEED_SLOW ? plan.argument : 0) ||
		over)
		return false;
	if (!authorised)
		return answer(peer->fd, 401, "", "application/json",
			"{\"error\":\"authorization failed\"}");
	return serve_planned(peer, &plan, n);
}

static void *serve_peer(void *arg)
{
	struct peer *peer = arg;
	struct faultstore *store = peer->store;
	size_t place = peer->place;

	while (serve_one(peer))
		;
	pthread_mutex_lock(&store->lock);
	close(peer->fd);
	store->places[place] = PLACE_DONE;
	pthread_mutex_unlock(&store->lock);
	free(peer->body);
	free(peer->text);
	free(peer->passed.at);
	free(peer);
	return NULL;
}

static void take_peer(struct faultstore *store, int fd)
{
	struct peer *peer;
	size_t i;
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	pthread_mutex_lock(&store->lock);
	for (i = 0; i < CONNECTIONS && store->places[i] == PLACE_TAKEN; i++)
		;
	peer = i < CONNECTIONS ? calloc(1, sizeof(*peer)) : NULL;
	if (!peer) {
		close(fd);
		goto out;
	}
	if (store->places[i] == PLACE_DONE)
		pthread_join(store->threads[i], NULL);
	store->places[i] = PLACE_FREE;
	*peer = (struct peer){.store = store, .place = i, .fd = fd};
	store->connections[i] = fd;
	if (pthread_create(&store->threads[i], NULL, serve_peer, peer)) {
		close(fd);
		free(peer);
		goto out;
	}
	store->places[i] = PLACE_TAKEN;
	store->counts.connections++;
out:
	pthread_mutex_unlock(&store->lock);
}

static void *accept_peers(void *arg)
{
	struct faultstore *store = arg;
	struct pollfd at[2] = {
		{.fd = store->stop, .events = POLLIN}, {.fd = store->listener, .events = POLLIN}};
	int fd;

	/* The bound lets it see the listener that `down` and `up` put in the old one's place. */
	for (;;) {
		if (poll(at, 2, 50) < 0 || at[0].revents)
			return NULL;
		if (!(at[1].revents & POLLIN))
			continue;
		fd = accept4(store->listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			take_peer(store, fd);
	}
}

struct faultstore *faultstore_open(uint16_t port, const char *store_path, bool sink)
{
	struct faultstore *store = calloc(1, sizeof(*store));

	if (!store)
		return NULL;
	pthread_mutex_init(&store->lock, NULL);
	plan_clear(store);
	store->sink = sink;
	store->port = port;
	store->stop = eventfd(0, EFD_CLOEXEC);
	store->holder = faultstore_hold(&store->port);
	store->listener = store->holder < 0 ? -1 : faultstore_listen(store->port);
	if (store_path)
		store->file = fopen(store_path, "ae");
	if (store->stop < 0 || store->listener < 0 || (store_path && !store->file) ||
		pthread_create(&store->acceptor, NULL, accept_peers, store)) {
		if (store->file)
			fclose(store->file);
		close(store->listener);
		close(store->holder);
		close(store->stop);
		free(store);
		return NULL;
	}
	return store;
}

bool faultstore_plan(struct faultstore *store, const char *line)
{
	char copy[256];
	bool ok;

	snprintf(copy, sizeof(copy), "%s", line);
	copy[strcspn(copy, "\r\n")] = '\0';
	if (!copy[0] || copy[0] == '#')
		return true;
	pthread_mutex_lock(&store->lock);
	ok = plan_take(store, copy);
	pthread_mutex_unlock(&store->lock);
	return ok;
}

void faultstore_before(struct faultstore *store, uint16_t port)
{
	pthread_mutex_lock(&store->lock);
	store->behind = port;
	pthread_mutex_unlock(&store->lock);
}

uint16_t faultstore_port(const struct faultstore *store)
{
	return store->port;
}

void faultstore_count(struct faultstore *store, struct faultstore_counts *out)
{
	pthread_mutex_lock(&store->lock);
	*out = store->counts;
	pthread_mutex_unlock(&store->lock);
}

void faultstore_close(struct faultstore *store)
{
	bool used[CONNECTIONS];
	uint64_t one = 1;
	size_t i;

	if (write(store->stop, &one, sizeof(one)) != (ssize_t)sizeof(one))
		return;
	pthread_join(store->acceptor, NULL);
	pthread_mutex_lock(&store->lock);
	for (i = 0; i < CONNECTIONS; i++) {
		used[i] = store->places[i] != PLACE_FREE;
		if (store->places[i] == PLACE_TAKEN)
			shutdown(store->connections[i], SHUT_RDWR);
	}
	pthread_mutex_unlock(&store->lock);
	for (i = 0; i < CONNECTIONS; i++)
		if (used[i])
			pthread_join(store->threads[i], NULL);
	if (store->file)
		fclose(store->file);
	close(store->listener);
	close(store->holder);
	close(store->stop);
	pthread_mutex_destroy(&store->lock);
	free(store);
}
