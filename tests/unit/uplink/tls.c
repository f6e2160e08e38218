/* TLS with a CA and client certificates of our own making, ended by a real nginx before the store. */
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "fixture.h"

static pid_t nginx;
static uint16_t port;

static const char make_certificates[] =
	"set -e\n"
	"new() { openssl req -newkey rsa:2048 -nodes -subj \"/CN=$1\" -keyout $1.key -out $1.csr; "
	"}\n"
	"sign() { openssl x509 -req -in $1.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 9 "
	"-extfile names -out $1.pem; }\n"
	"ca() { openssl req -x509 -newkey rsa:2048 -nodes -days 9 -subj \"/CN=$1\" -keyout $1.key "
	"-out $1.pem; }\n"
	"printf 'subjectAltName=IP:127.0.0.1' >names\n"
	"ca ca; ca other; new server; sign server; new van; sign van; new late; sign late\n"
	"if command -v faketime; then faketime '-99 days' openssl x509 -req -in late.csr -CA "
	"ca.pem "
	"-CAkey ca.key -CAcreateserial -days 9 -out late.pem; fi\n";

static const char nginx_conf[] =
	"daemon off; pid nginx.pid; error_log nginx.log;\n"
	"events {}\n"
	"http { access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path "
	"t3;\n"
	"uwsgi_temp_path t4; scgi_temp_path t5;\n"
	"server { listen 127.0.0.1:%u ssl; ssl_certificate server.pem; ssl_certificate_key "
	"server.key;\n"
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
	fprintf(file, nginx_conf, port, faultstore_port(faults));
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
		if (system("sh certificates.sh >certificates.log 2>&1"))
			return -1;
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

static struct uplink_state state_now(void)
{
	struct uplink_state state;

	uplink_state(uplink, &state);
	return state;
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

#define WITH_NGINX(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_NGINX(test_with_certificates),
		WITH_NGINX(test_without_client_certificate),
		WITH_NGINX(test_expired_client_certificate),
		WITH_NGINX(test_another_ca),
		WITH_NGINX(test_files_that_are_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
