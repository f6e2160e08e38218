#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "store.h"

static const struct {
	const char *word;
	enum deed deed;
} deeds[] = {{"portal", DEED_PORTAL}, {"redirect", DEED_REDIRECT}, {"400-proxy", DEED_PROXY_400},
	{"reset-before", DEED_RESET_BEFORE}, {"reset-in-body", DEED_RESET_IN_BODY},
	{"reset-after", DEED_RESET_AFTER}, {"half-reply", DEED_HALF_REPLY},
	{"reset-in-reply", DEED_RESET_IN_REPLY}, {"half-body", DEED_HALF_BODY},
	{"no-reply", DEED_NO_REPLY}, {"endless-reply", DEED_ENDLESS_REPLY},
	{"garbage", DEED_GARBAGE}, {"slow", DEED_SLOW}};

const char faultstore_plans[] =
	"Plans, one a line.  Each request takes one; when none is left the standing one holds "
	"(204).\n"
	"  STATUS [retry-after S]   answer it; 204 judges and stores the lines\n"
	"  portal                   200 and a page       redirect        302\n"
	"  400-proxy                nginx's 400 page     garbage         not HTTP\n"
	"  reset-before             reset before the body is read\n"
	"  reset-in-body            reset when half of it is read\n"
	"  reset-after              store the lines, then reset instead of an answer\n"
	"  reset-in-reply           store the lines, then half an answer and a reset\n"
	"  half-reply               store the lines, then half an answer\n"
	"  half-body                half of it reaches the store, which says what it thinks of "
	"that\n"
	"  no-reply                 store the lines, then silence\n"
	"  endless-reply            an answer without end\n"
	"  slow BYTES               read the body at so many bytes a second, then as 204\n"
	"Any of these may end with xN (so many requests) or begin with `always`.\n"
	"Rules, which stand until `clear`:\n"
	"  poison TEXT              lines that contain TEXT are refused in InfluxDB 1's words, "
	"others stored\n"
	"  poison-all-or-nothing    a refused line refuses its whole request, as InfluxDB 2 does\n"
	"  retention MS             lines older than this UTC are beyond the retention policy\n"
	"  over BYTES               413 for a longer body, said before it is read\n"
	"  token TEXT               401 unless `Authorization: Token TEXT`\n"
	"  down / up                close the port and all connections / listen on the same port "
	"again\n"
	"  clear                    forget all plans and rules\n";

static bool read_deed(char *words, struct plan *plan)
{
	char *save = NULL, *word = strtok_r(words, " ", &save), *end;
	size_t i;

	*plan = (struct plan){.times = 1};
	if (!word)
		return false;
	plan->status = (int)strtol(word, &end, 10);
	if (*end || plan->status < 100 || plan->status > 999) {
		plan->status = 204;
		for (i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
			if (!strcmp(word, deeds[i].word))
				break;
		if (i == sizeof(deeds) / sizeof(deeds[0]))
			return false;
		plan->deed = deeds[i].deed;
	}
	while ((word = strtok_r(NULL, " ", &save))) {
		if (!strcmp(word, "retry-after"))
			continue;
		if (*word == 'x')
			plan->times = strtoull(word + 1, &end, 10);
		else
			plan->argument = strtol(word, &end, 10);
		if (*end)
			return false;
	}
	return plan->deed != DEED_SLOW || plan->argument > 0;
}

int faultstore_hold(uint16_t *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(*port)};
	socklen_t len = sizeof(at);
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) ||
		getsockname(fd, (struct sockaddr *)&at, &len)) {
		close(fd);
		return -1;
	}
	*port = ntohs(at.sin_port);
	return fd;
}

int faultstore_listen(uint16_t port)
{
	int fd = faultstore_hold(&port);

	if (fd >= 0 && listen(fd, 64)) {
		close(fd);
		return -1;
	}
	return fd;
}

void faultstore_reset_on_close(int fd)
{
	struct linger hard = {.l_onoff = 1};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
}

/* The acceptor polls the listener's number: it is replaced by dup2, never closed under it. */
static bool set_down(struct faultstore *store, bool down)
{
	size_t i;
	int fd;

	if (down == store->down)
		return true;
	fd = down ? eventfd(0, EFD_CLOEXEC) : faultstore_listen(store->port);
	if (fd < 0)
		return false;
	shutdown(store->listener, SHUT_RDWR); /* a poll() that runs would keep it open */
	dup2(fd, store->listener);
	close(fd);
	store->down = down;
	for (i = 0; down && i < CONNECTIONS; i++)
		if (store->places[i] == PLACE_TAKEN) {
			faultstore_reset_on_close(store->connections[i]);
			shutdown(store->connections[i], SHUT_RDWR);
		}
	return true;
}

void plan_clear(struct faultstore *store)
{
	store->n_plans = store->n_poison = 0;
	store->standing = (struct plan){.status = 204};
	store->all_or_nothing = false;
	store->retention_ms = INT64_MIN;
	store->over = 0;
	store->token[0] = '\0';
}

bool plan_take(struct faultstore *store, const char *text)
{
	char line[256];
	size_t word;
	char *rest;
	struct plan plan;

	snprintf(line, sizeof(line), "%s", text);
	word = strcspn(line, " ");
	rest = line[word] ? line + word + 1 : line + word;
	line[word] = '\0';
	if (!strcmp(line, "clear")) {
		plan_clear(store);
	} else if (!strcmp(line, "down") || !strcmp(line, "up")) {
		return set_down(store, !strcmp(line, "down"));
	} else if (!strcmp(line, "poison") && *rest && store->n_poison < RULES) {
		snprintf(store->poison[store->n_poison++], WORD, "%s", rest);
	} else if (!strcmp(line, "poison-all-or-nothing")) {
		store->all_or_nothing = true;
	} else if (!strcmp(line, "retention")) {
		store->retention_ms = strtoll(rest, NULL, 10);
	} else if (!strcmp(line, "over")) {
		store->over = (size_t)strtoull(rest, NULL, 10);
	} else if (!strcmp(line, "token")) {
		snprintf(store->token, sizeof(store->token), "%s", rest);
	} else if (!strcmp(line, "always")) {
		if (!read_deed(rest, &plan))
			return false;
		store->standing = plan;
	} else {
		if (*rest)
			line[word] = ' ';
		if (store->n_plans == PLANS || !read_deed(line, &plan))
			return false;
		store->plans[store->n_plans++] = plan;
	}
	return true;
}

struct plan plan_next(struct faultstore *store)
{
	struct plan plan = store->n_plans ? store->plans[0] : store->standing;

	if (store->n_plans && --store->plans[0].times == 0)
		memmove(store->plans, store->plans + 1, --store->n_plans * sizeof(plan));
	return plan;
}
