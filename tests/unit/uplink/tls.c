/* TLS with a CA and client certificates of our own making, ended by a real nginx before the store. */
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "fixture.h"

static pid_t nginx;
static uint16_t port;
static const char *nginx_name = "server"; /* whose certificate it shows */

static const char make_certificates[] =
	"set -e\n"
	"new() { openssl req -newkey rsa:2048 -nodes -subj \"/CN=$1\" -keyout $1.key -out $1.csr; "
	"}\n"
	"sign() { openssl x509 -req -in $1.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 9 "
	"-extfile names -out $1.pem; }\n"
	"ca() { openssl req -x509 -newkey rsa:2048 -nodes -days 9 -subj \"/CN=$1\" -keyout $1.key "
	"-out $1.pem; }\n"
	/* It shares memory under its process number, which another that was killed may have left to somebody else. */
	"at() { faketime \"$@\" || faketime \"$@\"; }\n"
	"printf 'subjectAltName=IP:127.0.0.1' >names\n"
	"ca ca; ca other; new server; sign server; new van; sign van; new late; sign late\n"
	"if command -v faketime; then at '-99 days' openssl x509 -req -in late.csr -CA "
	"ca.pem "
	"-CAkey ca.key -CAcreateserial -days 9 -out late.pem; "
	/* and two of the store's own: out of its days, and not in them yet */
	"dated() { new $1; at \"$2 days\" openssl x509 -req -in $1.csr -CA ca.pem -CAkey "
	"ca.key -CAcreateserial -days 9 -extfile names -out $1.pem; }; "
	"dated expired -99; dated early +99; fi\n";

static const char nginx_conf[] =
	"daemon off; pid nginx.pid; error_log nginx.log;\n"
	"events {}\n"
	"http { access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path "
	"t3;\n"
	"uwsgi_temp_path t4; scgi_temp_path t5;\n"
	"server { listen 127.0.0.1:%u ssl; ssl_certificate %s.pem; ssl_certificate_key "
	"%s.key;\n"
	"ssl_client_certificate ca.pem; ssl_verify_client on; client_max_body_size 20m; "
	"client_body_buffer_size 20m;\n"
	"location / { proxy_pass http://127.0.0.1:%u; proxy_set_header Accept-Encoding ''; } } }\n";

static bool has_tools(void)
{
	return system("command -v nginx >/dev/null && command -v openssl >/dev/null") == 0 ||
	       system("test -x /usr/sbin/nginx && command -v openssl >/dev/null") == 0;
}

static bool begin_nginx(void)
{
	char here[512], path[600], *const args[] = {"nginx", "-p", here, "-c", path, NULL};
	FILE *file = fopen("nginx.conf", "w");
	int quiet, holder;

	/* nginx cannot be given port 0: one is kept for it, to the end of the test. */
	port = 0;
	holder = faultstore_hold(&port);
	if (!file || holder < 0 || !getcwd(here, sizeof(here)))
		return false;
	fprintf(file, nginx_conf, port, nginx_name, nginx_name, faultstore_port(faults));
	fclose(file);
	snprintf(path, sizeof(path), "%s/nginx.conf", here);
	nginx = fork();
	if (nginx == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		quiet = open("nginx.out", O_WRONLY | O_CREAT | O_TRUNC, 0600);
		dup2(quiet, STDERR_FILENO);
		execvp("nginx", args);
		execv("/usr/sbin/nginx", args);
		_exit(127);
	}
	return nginx > 0;
}

static int begin(void **state)
{
	if (!has_tools())
		return 0;
	if (access("ca.pem", R_OK)) {
		FILE *file = fopen("certificates.sh", "w");

		if (!file)
			return -1;
		fputs(make_certificates, file);
		fclose(file);
		if (system("sh certificates.sh >certificates.log 2>&1")) {
			unlink("ca.pem"); /* none, rather than some of them */
			return -1;
		}
	}
	if (fixture_begin(state) || !begin_nginx())
		return -1;
	snprintf(conf.url, sizeof(conf.url), "https://127.0.0.1:%u", port);
	strcpy(conf.ca_file, "ca.pem");
	strcpy(conf.cert_file, "van.pem");
	strcpy(conf.key_file, "van.key");
	conf.retry_most_ms = 200;
	return 0;
}

static int end(void **state)
{
	if (!has_tools())
		return 0;
	kill(nginx, SIGTERM);
	waitpid(nginx, NULL, 0);
	return fixture_end(state);
}

static void need_tools(void)
{
	if (!has_tools()) {
		print_message("no nginx or no openssl here: skipped\n");
		skip();
	}
}

/* nginx is up, refuses us for the given words, and nothing is lost or refused for good. */
static void expect_held(const char *words)
{
	fix_utc();
	add_rows(3000);
	begin_uplink(&clock_system);
	EVENTUALLY(state_now().condition == UPLINK_HELD);
	assert_non_null(strstr(state_now().last_words, words));
	assert_int_equal(unsent_rows(), 3000);
	assert_int_equal(refused_rows(), 0);
}

static void test_with_certificates(void **state)
{
	(void)state;
	need_tools();
	fix_utc();
	add_rows(20000);
	begin_uplink(&clock_system);
	EVENTUALLY(unsent_rows() == 0);
	expect_all_once(20000);
	/* Its overhead is on the wire. */
	assert_true(state_now().wire_bytes > state_now().body_bytes);
}

static void test_without_client_certificate(void **state)
{
	(void)state;
	need_tools();
	conf.cert_file[0] = conf.key_file[0] = '\0';
	expect_held("check cert_file");
	assert_int_equal(state_now().last_status, 400);
}

static void test_expired_client_certificate(void **state)
{
	(void)state;
	need_tools();
	if (system("command -v faketime >/dev/null")) {
		print_message("no faketime here: skipped\n");
		skip();
	}
	strcpy(conf.cert_file, "late.pem");
	strcpy(conf.key_file, "late.key");
	expect_held("check cert_file");
	assert_int_equal(state_now().last_status, 400);
}

static void test_another_ca(void **state)
{
	(void)state;
	need_tools();
	strcpy(conf.ca_file, "other.pem");
	expect_held("certificate is not trusted");
	assert_int_equal(state_now().last_status, 0);
}

static void test_files_that_are_not_there(void **state)
{
	(void)state;
	need_tools();
	strcpy(conf.cert_file, "no-such.pem");
	expect_held("cannot be used");
}

/* --- the van's clock ------------------------------------------------------------------------------- */

static _Atomic int64_t wall_off_ms;

static int64_t boot_ns(void *ctx)
{
	(void)ctx;
	return clock_boot_ns(&clock_system);
}

static int64_t wall_ns(void *ctx)
{
	(void)ctx;
	return clock_wall_ms(&clock_system) * 1000000 + atomic_load(&wall_off_ms) * 1000000;
}

static const struct clock machine = {boot_ns, wall_ns, NULL};

static int begin_with(void **state, const char *name)
{
	int no;

	nginx_name = name;
	no = begin(state);
	nginx_name = "server";
	return no;
}

static int begin_expired(void **state)
{
	return begin_with(state, system("command -v faketime >/dev/null") ? "server" : "expired");
}

static int begin_early(void **state)
{
	return begin_with(state, system("command -v faketime >/dev/null") ? "server" : "early");
}

static void need_faketime(void)
{
	need_tools();
	if (system("command -v faketime >/dev/null")) {
		print_message("no faketime here: skipped\n");
		skip();
	}
}

/* From 1970, over 2035 beyond the ceiling, to now: not one connection before, all is sent after. */
static void test_a_clock_that_cannot_be_right(void **state)
{
	int64_t now_ms = clock_wall_ms(&clock_system);
	struct faultstore_counts counts;

	(void)state;
	need_tools();
	conf.tls_from_ms = now_ms - 86400000;
	conf.tls_to_ms = now_ms + 86400000;
	atomic_store(&wall_off_ms, -now_ms);
	fix_utc();
	add_rows(3000);
	begin_uplink(&machine);
	EVENTUALLY(state_now().condition == UPLINK_CLOCK);
	assert_non_null(strstr(state_now().last_words, "the van's clock says 1970-01-01"));
	atomic_store(&wall_off_ms, 2 * INT64_C(86400000));
	uplink_wake(uplink);
	EVENTUALLY(!strstr(state_now().last_words, "1970-01-01"));
	assert_int_equal(state_now().condition, UPLINK_CLOCK);
	assert_int_equal(state_now().requests, 0);
	faultstore_count(faults, &counts);
	assert_int_equal(counts.connections, 0);
	atomic_store(&wall_off_ms, 0);
	EVENTUALLY(unsent_rows() == 0);
	expect_all_once(3000);
	EVENTUALLY(state_now().condition == UPLINK_IDLE);
	assert_string_equal(state_now().last_words, "");
}

static void test_http_does_not_ask_the_clock(void **state)
{
	(void)state;
	need_tools();
	conf.tls_from_ms = 1;
	conf.tls_to_ms = 2;
	snprintf(conf.url, sizeof(conf.url), "http://127.0.0.1:%u", faultstore_port(faults));
	conf.ca_file[0] = conf.cert_file[0] = conf.key_file[0] = '\0';
	fix_utc();
	add_rows(3000);
	begin_uplink(&machine);
	EVENTUALLY(unsent_rows() == 0);
}

static void expect_dates(enum uplink_condition condition, const char *one, const char *two)
{
	add_rows(3000);
	begin_uplink(&machine);
	EVENTUALLY(state_now().condition == condition);
	if (!strstr(state_now().last_words, one) || !strstr(state_now().last_words, two))
		fail_msg("%s", state_now().last_words);
	assert_int_equal(unsent_rows(), 3000);
	assert_int_equal(refused_rows(), 0);
}

static void test_an_expired_store_and_a_clock_that_nobody_confirmed(void **state)
{
	(void)state;
	need_faketime();
	assert_int_equal(spool_fix_utc(spool, utc_offset_ms, TIME_RESTORED, 10), 0);
	expect_dates(UPLINK_CLOCK, "has expired by the van's clock", "the clock may be the reason");
}

static void test_an_expired_store_and_a_clock_that_is_right(void **state)
{
	int64_t offset_ms = clock_wall_ms(&clock_system) - clock_boot_ms(&clock_system);

	(void)state;
	need_faketime();
	assert_int_equal(spool_fix_utc(spool, offset_ms, TIME_NTP, 10), 0);
	expect_dates(UPLINK_HELD, "has expired by the van's clock", "needs another certificate");
}

static void test_a_store_that_is_not_valid_yet(void **state)
{
	(void)state;
	need_faketime();
	fix_utc(); /* of 2023: the machine's clock is wrong by it */
	expect_dates(UPLINK_CLOCK, "is not valid yet by the van's clock", "set the clock");
}

#define WITH_NGINX(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_NGINX(test_with_certificates),
		WITH_NGINX(test_without_client_certificate),
		WITH_NGINX(test_expired_client_certificate),
		WITH_NGINX(test_another_ca),
		WITH_NGINX(test_files_that_are_not_there),
		WITH_NGINX(test_a_clock_that_cannot_be_right),
		WITH_NGINX(test_http_does_not_ask_the_clock),
		cmocka_unit_test_setup_teardown(
			test_an_expired_store_and_a_clock_that_nobody_confirmed, begin_expired,
			end),
		cmocka_unit_test_setup_teardown(
			test_an_expired_store_and_a_clock_that_is_right, begin_expired, end),
		cmocka_unit_test_setup_teardown(
			test_a_store_that_is_not_valid_yet, begin_early, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
