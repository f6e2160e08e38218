#include "uplink/post.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "uplink/url.h"

enum { MOST_REPLY = 64 * 1024, TOKEN = 1024, HEADER = 64, LOOK_MS = 250 };

struct post {
	enum post_route route;
	CURL *easy;
	CURLM *multi;
	struct curl_slist *plain, *gzip; /* request headers */
	const struct store_conf *conf;
	const struct clock *clock;
	const atomic_bool *stop;
	_Atomic int64_t *beat_ms;
	struct wire wire;
	bool anew;              /* the next request makes a new connection */
	struct stat token_file; /* as it was when read */
	/* the reply that comes in */
	struct reply *reply;
	post_sink sink; /* NULL: only its first bytes are kept, in `reply` */
	void *sink_ctx;
	size_t body_len, reply_bytes, head_bytes;
	char retry_after[HEADER], date[HEADER];
	char words[CURL_ERROR_SIZE];
};

static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *at)
{
	struct post *post = ctx;

	(void)purpose;
	return wire_open(
		&post->wire, at->family, at->socktype, at->protocol, &at->addr, at->addrlen);
}

static int close_socket(void *ctx, curl_socket_t fd)
{
	struct post *post = ctx;

	return wire_close(&post->wire, fd);
}

uint64_t post_wire_bytes(struct post *post)
{
	return wire_sent(&post->wire);
}

void post_set_note(struct post *post, wire_note note, void *ctx)
{
	post->wire.note = note;
	post->wire.note_ctx = ctx;
}

void post_tell(struct post *post)
{
	wire_tell(&post->wire);
}

void post_link(struct post *post, char *link)
{
	bool there = wire_link(&post->wire, link);

	post->anew = !there && wire_is_connected(&post->wire);
	if (!there)
		wire_route(&post->wire, link);
}

bool post_try_is_free(const struct post *post)
{
	return wire_try_is_free(&post->wire);
}

/* --- what comes back ---------------------------------------------------------------------------- */

static size_t take_body(char *at, size_t size, size_t n, void *ctx)
{
	struct post *post = ctx;
	struct reply *reply = post->reply;
	size_t i, len = size * n;

	post->reply_bytes += len;
	for (i = 0; i < len && post->body_len < sizeof(reply->body) - 1; i++)
		reply->body[post->body_len++] = at[i] >= ' ' && at[i] < 0x7f ? at[i] : ' ';
	if (post->sink)
		return post->sink(post->sink_ctx, at, len) ? len : 0;
	return post->reply_bytes > MOST_REPLY ? 0 : len;
}

static void copy_header(char *to, size_t cap, const char *at, size_t n)
{
	while (n && (*at == ' ' || *at == '\t')) {
		at++;
		n--;
	}
	while (n && (unsigned char)at[n - 1] <= ' ')
		n--;
	if (n >= cap)
		n = 0;
	memcpy(to, at, n);
	to[n] = '\0';
}

static size_t take_header(char *at, size_t size, size_t n, void *ctx)
{
	static const char type[] = "content-type:", retry[] = "retry-after:", date[] = "date:";
	struct post *post = ctx;
	size_t len = size * n;
	char value[HEADER];

	if (len > strlen(type) && !strncasecmp(at, type, strlen(type))) {
		copy_header(value, sizeof(value), at + strlen(type), len - strlen(type));
		post->reply->html = !strncasecmp(value, "text/html", 9);
	} else if (len > strlen(retry) && !strncasecmp(at, retry, strlen(retry))) {
		copy_header(post->retry_after, HEADER, at + strlen(retry), len - strlen(retry));
	} else if (len > strlen(date) && !strncasecmp(at, date, strlen(date))) {
		copy_header(post->date, HEADER, at + strlen(date), len - strlen(date));
	}
	post->head_bytes += len;
	return post->head_bytes > MOST_REPLY ? 0 : len;
}

/* --- the token ---------------------------------------------------------------------------------- */

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

bool post_token_changed(struct post *post)
{
	struct stat now;

	if (!post->conf->token_file[0] || stat(post->conf->token_file, &now))
		return false;
	return !same_file(&now, &post->token_file);
}

/* The first line of the token file.  False with words. */
static bool read_token(struct post *post, char *token, char *words, size_t cap)
{
	int fd = open(post->conf->token_file, O_RDONLY | O_CLOEXEC);
	struct text text = text_over(words, cap);
	ssize_t n = -1;
	size_t i;

	memset(&post->token_file, 0, sizeof(post->token_file));
	if (fd >= 0 && fstat(fd, &post->token_file) == 0)
		n = read(fd, token, TOKEN - 1);
	if (n < 0) {
		text_printf(&text, "token_file %s cannot be read: %s", post->conf->token_file,
			strerror(errno));
	} else {
		token[n] = '\0';
		token[strcspn(token, "\r\n")] = '\0';
		for (i = 0; token[i] > ' ' && token[i] < 0x7f; i++)
			;
		if (!token[0] || token[i] || n == TOKEN - 1) {
			text_printf(&text, "token_file %s holds no token: one line, no spaces",
				post->conf->token_file);
			n = -1;
		}
	}
	if (fd >= 0)
		close(fd);
	return n >= 0;
}

static struct curl_slist *make_headers(const struct post *post, const char *token, bool gzip)
{
	bool table = post->route == POST_EXPORT && post->conf->flavour != FLAVOUR_VICTORIAMETRICS;
	const char *const always[] = {post->route == POST_WRITE
					      ? "Content-Type: text/plain"
					      : "Content-Type: application/x-www-form-urlencoded",
		table ? "Accept: application/csv" : "Accept:", "Expect:"};
	struct curl_slist *list = NULL, *more;
	char line[TOKEN + 32];
	struct text text = text_over(line, sizeof(line));
	size_t i;

	for (i = 0; i < sizeof(always) / sizeof(always[0]); i++) {
		more = curl_slist_append(list, always[i]);
		if (!more)
			goto failed;
		list = more;
	}
	if (gzip) {
		more = curl_slist_append(list, "Content-Encoding: gzip");
		if (!more)
			goto failed;
		list = more;
	}
	if (token) {
		text_printf(&text, "Authorization: %s", token);
		more = curl_slist_append(list, line);
		explicit_bzero(line, sizeof(line));
		if (!more)
			goto failed;
		list = more;
	}
	return list;
failed:
	curl_slist_free_all(list);
	return NULL;
}

/* Headers and login as they are to be now.  False with words. */
static bool prepare_login(struct post *post, char *words, size_t cap)
{
	char token[TOKEN], header[TOKEN + 16];
	struct text text = text_over(header, sizeof(header));
	const struct store_conf *conf = post->conf;
	bool basic = conf->flavour != FLAVOUR_INFLUXDB_V2 && conf->user[0], ok = true;

	if (post->plain && wire_is_connected(&post->wire) && !post_token_changed(post))
		return true;
	token[0] = '\0';
	if (conf->token_file[0] && !read_token(post, token, words, cap))
		return false;
	if (token[0] && basic)
		ok = !curl_easy_setopt(post->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC) &&
		     !curl_easy_setopt(post->easy, CURLOPT_USERNAME, conf->user) &&
		     !curl_easy_setopt(post->easy, CURLOPT_PASSWORD, token);
	else if (token[0])
		text_printf(&text, "%s %s",
			conf->flavour == FLAVOUR_INFLUXDB_V2 ? "Token" : "Bearer", token);
	curl_slist_free_all(post->plain);
	curl_slist_free_all(post->gzip);
	post->plain = make_headers(post, text.len ? header : NULL, false);
	post->gzip = make_headers(post, text.len ? header : NULL, true);
	explicit_bzero(token, sizeof(token));
	explicit_bzero(header, sizeof(header));
	if (!ok || !post->plain || !post->gzip) {
		curl_slist_free_all(post->plain);
		post->plain = NULL;
		text = text_over(words, cap);
		text_put(&text, "no memory for the request");
		return false;
	}
	return true;
}

/* --- a request ---------------------------------------------------------------------------------- */

static CURLcode finished_as(struct post *post)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(post->multi, &left)))
		if (message->msg == CURLMSG_DONE)
			return message->data.result;
	return CURLE_RECV_ERROR;
}

static CURLcode run(struct post *post)
{
	int64_t now_ms = clock_boot_ms(post->clock), moved_ms = now_ms, looked_ms = now_ms;
	uint64_t taken = wire_taken(&post->wire), before;
	size_t came = 0;
	int running = 1;

	while (curl_multi_perform(post->multi, &running) == CURLM_OK && running) {
		if (atomic_load(post->stop))
			return CURLE_ABORTED_BY_CALLBACK;
		now_ms = clock_boot_ms(post->clock);
		atomic_store(post->beat_ms, now_ms);
		if (now_ms - looked_ms >= LOOK_MS) {
			looked_ms = now_ms;
			before = taken;
			taken = wire_taken(&post->wire);
			if (taken != before || (post->sink && post->reply_bytes != came))
				moved_ms = now_ms;
			came = post->reply_bytes;
			wire_tell(&post->wire);
		}
		if (now_ms - moved_ms >= (int64_t)post->conf->timeout_ms)
			return CURLE_OPERATION_TIMEDOUT;
		if (curl_multi_poll(post->multi, NULL, 0, LOOK_MS, NULL) != CURLM_OK)
			break;
	}
	return running ? CURLE_RECV_ERROR : finished_as(post);
}

/* OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED. */
static enum transport distrusted_as(struct post *post)
{
	long result = 0;

	curl_easy_getinfo(post->easy, CURLINFO_SSL_VERIFYRESULT, &result);
	return result == 9 ? TRANSPORT_EARLY : result == 10 ? TRANSPORT_EXPIRED : TRANSPORT_TRUST;
}

static void put_words(struct reply *reply, const char *words)
{
	struct text text = text_over(reply->body, sizeof(reply->body));
	size_t i;

	text_put(&text, words);
	for (i = 0; i < text.len; i++)
		if (reply->body[i] < ' ' || reply->body[i] == 0x7f)
			reply->body[i] = ' ';
}

void post_send(struct post *post, const char *body, size_t len, bool gzip, struct reply *reply)
{
	curl_off_t uploaded = 0;
	char link[LINK_NAME];
	long status = 0;
	CURLcode code;

	*reply = (struct reply){.transport = TRANSPORT_OURS};
	if (!prepare_login(post, reply->body, sizeof(reply->body)))
		return;
	post->reply = reply;
	post->body_len = post->reply_bytes = post->head_bytes = 0;
	post->retry_after[0] = post->date[0] = post->words[0] = '\0';
	curl_easy_setopt(post->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
	curl_easy_setopt(post->easy, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(post->easy, CURLOPT_HTTPHEADER, gzip ? post->gzip : post->plain);
	post_link(post, link);
	curl_easy_setopt(post->easy, CURLOPT_FRESH_CONNECT, (long)post->anew);
	if (curl_multi_add_handle(post->multi, post->easy) != CURLM_OK) {
		put_words(reply, "the request could not be started");
		return;
	}
	code = run(post);
	curl_easy_getinfo(post->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(post->easy, CURLINFO_SIZE_UPLOAD_T, &uploaded);
	curl_multi_remove_handle(post->multi, post->easy);
	wire_tell(&post->wire);

	reply->transport = post_transport_of((int)code);
	if (reply->transport == TRANSPORT_TRUST)
		reply->transport = distrusted_as(post);
	reply->status = (int)status;
	reply->sent_bytes = (size_t)uploaded;
	reply->body[post->body_len] = '\0';
	reply->retry_ms =
		verdict_retry_ms(post->retry_after, post->date, clock_wall_ms(post->clock));
	if (reply->transport != TRANSPORT_WHOLE && !post->body_len)
		put_words(reply, post->words[0] ? post->words : curl_easy_strerror(code));
}

void post_stream(struct post *post, const char *form, size_t len, post_sink sink, void *ctx,
	struct reply *reply)
{
	post->sink = sink;
	post->sink_ctx = ctx;
	post_send(post, form, len, false, reply);
	post->sink = NULL;
}

static bool keep_whole(void *ctx, const char *at, size_t len)
{
	struct text *whole = ctx;

	text_put_n(whole, at, len);
	return !whole->cut;
}

void post_ask(
	struct post *post, const char *form, size_t len, struct text *whole, struct reply *reply)
{
	post_stream(post, form, len, keep_whole, whole, reply);
}

void post_wake(struct post *post)
{
	curl_multi_wakeup(post->multi);
}

/* --- life --------------------------------------------------------------------------------------- */

static void init_curl(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

static bool set_options(struct post *post, const char *url)
{
	const struct store_conf *conf = post->conf;
	CURL *easy = post->easy;
	CURLcode bad = CURLE_OK;

#define SET(option, value) bad = bad ? bad : curl_easy_setopt(easy, option, value)
	SET(CURLOPT_URL, url);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_QUICK_EXIT, 1L); /* stopping does not wait for a name server */
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_POST, 1L);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_USERAGENT, "waterlabd/" WATERLAB_VERSION);
	SET(CURLOPT_ERRORBUFFER, post->words);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)conf->timeout_ms);
	SET(CURLOPT_BUFFERSIZE, post->route == POST_EXPORT ? 128L * 1024 : 4096L);
	SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(CURLOPT_OPENSOCKETDATA, post);
	SET(CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	SET(CURLOPT_CLOSESOCKETDATA, post);
	SET(CURLOPT_WRITEFUNCTION, take_body);
	SET(CURLOPT_WRITEDATA, post);
	SET(CURLOPT_HEADERFUNCTION, take_header);
	SET(CURLOPT_HEADERDATA, post);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (post->route != POST_WRITE && !url_is_loopback(conf->url))
		SET(CURLOPT_ACCEPT_ENCODING, "gzip");
	if (conf->ca_file[0]) {
		SET(CURLOPT_CAINFO, conf->ca_file);
		SET(CURLOPT_CAPATH, NULL); /* that CA and no other */
	}
	if (conf->cert_file[0])
		SET(CURLOPT_SSLCERT, conf->cert_file);
	if (conf->key_file[0])
		SET(CURLOPT_SSLKEY, conf->key_file);
#undef SET
	return bad == CURLE_OK &&
	       curl_multi_setopt(post->multi, CURLMOPT_MAXCONNECTS, 1L) == CURLM_OK;
}

int post_new(struct post **out, enum post_route route, const struct store_conf *conf,
	const struct clock *clock, const atomic_bool *stop, _Atomic int64_t *beat_ms,
	struct text *why)
{
	static const char *const of_vm[] = {[POST_QUERY] = "/api/v1/export/csv",
		[POST_EXPORT] = "/api/v1/export",
		[POST_INSTANT] = "/api/v1/query"};
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	char at[URL_LONGEST];
	struct text url = text_over(at, sizeof(at));
	const char *words = "url, database or org is too long";
	struct post *post;
	int err;

	*out = NULL;
	err = route == POST_WRITE ? url_put_write(&url, conf, &words)
				  : url_put_asking(&url, conf, of_vm[route], &words);
	if (err) {
		text_put(why, words);
		return ERR_CONF;
	}
	pthread_once(&once, init_curl);
	post = calloc(1, sizeof(*post));
	if (!post)
		return ERR_MEMORY;
	post->route = route;
	post->conf = conf;
	post->clock = clock;
	post->stop = stop;
	post->beat_ms = beat_ms;
	wire_init(&post->wire);
	post->easy = curl_easy_init();
	post->multi = curl_multi_init();
	if (!post->easy || !post->multi || !set_options(post, at)) {
		post_free(post);
		return ERR_MEMORY;
	}
	*out = post;
	return 0;
}

void post_free(struct post *post)
{
	if (!post)
		return;
	/* curl closes its sockets through close_socket(), so the post must outlive both. */
	if (post->easy)
		curl_easy_cleanup(post->easy);
	if (post->multi)
		curl_multi_cleanup(post->multi);
	curl_slist_free_all(post->plain);
	curl_slist_free_all(post->gzip);
	free(post);
}
