#include "control/control.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "control/client.h"

enum { STACK = 256 * 1024, PATH_ROOM = sizeof(((struct sockaddr_un *)0)->sun_path) };

struct worker {
	struct control *control;
	pthread_t thread;
	int fd; /* the client it serves, -1: none; under the lock */
};

struct control {
	const struct control_command *commands;
	void *ctx;
	char path[PATH_ROOM];
	dev_t device; /* of the socket file made here: only that one is removed */
	ino_t inode;
	int listen_fd, stop_fd;
	pthread_mutex_t lock;
	pthread_cond_t work;
	bool stopping;
	bool accepting; /* the acceptor's thread runs */
	pthread_t acceptor;
	unsigned n_workers;
	struct worker workers[MOST_CLIENTS];
};

/* --- the socket file ------------------------------------------------------------------------------ */

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	memcpy(address.sun_path, path, strlen(path));
	return address;
}

/* 0 when `path` may be taken: nothing there, or a socket nobody listens on. */
static int check_free(const char *path, struct text *why)
{
	struct sockaddr_un address = address_of(path);
	struct stat st;
	int fd, err = 0;

	if (lstat(path, &st) != 0)
		return 0; /* bind() says what else is wrong with it */
	if (!S_ISSOCK(st.st_mode)) {
		text_printf(why, "%s is there and is no socket: name another control socket", path);
		return ERR_CONF;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return ERR_IO;
	/* EAGAIN: somebody listens, and more clients wait than it has room for */
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 || errno == EAGAIN) {
		text_printf(why, "%s: another waterlabd answers there", path);
		err = ERR_BUSY;
	}
	close(fd);
	return err;
}

/* Made beside its place, given its mode, then moved there: nobody ever meets it half made. */
static int make_socket(struct control *control, struct text *why)
{
	char beside[PATH_ROOM];
	struct text name = text_over(beside, sizeof(beside));
	struct sockaddr_un address;
	struct stat st;
	int fd;

	text_printf(&name, "%s.new", control->path);
	address = address_of(beside);
	unlink(beside);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
		chmod(beside, 0660) == 0 && listen(fd, MOST_CLIENTS) == 0 &&
		lstat(beside, &st) == 0 && rename(beside, control->path) == 0) {
		control->listen_fd = fd;
		control->device = st.st_dev;
		control->inode = st.st_ino;
		return 0;
	}
	text_printf(why, "%s: %s: the folder must be there and writable", control->path,
		strerror(errno));
	if (fd >= 0)
		close(fd);
	unlink(beside);
	return ERR_IO;
}

static void remove_socket(const struct control *control)
{
	struct stat st;

	if (lstat(control->path, &st) == 0 && st.st_dev == control->device &&
		st.st_ino == control->inode)
		unlink(control->path);
}

/* --- the threads ---------------------------------------------------------------------------------- */

static void *work(void *arg)
{
	struct worker *worker = arg;
	struct control *control = worker->control;
	struct control_client client = {-1, control->stop_fd};

	pthread_mutex_lock(&control->lock);
	for (;;) {
		while (worker->fd < 0 && !control->stopping)
			pthread_cond_wait(&control->work, &control->lock);
		client.fd = worker->fd;
		pthread_mutex_unlock(&control->lock);
		if (client.fd < 0)
			return NULL;
		client_serve(&client, control->commands, control->ctx);
		pthread_mutex_lock(&control->lock);
		close(client.fd);
		worker->fd = -1;
	}
}

/* A worker without a client gets it; false when all have one. */
static bool hand_over(struct control *control, int fd)
{
	unsigned i;

	pthread_mutex_lock(&control->lock);
	for (i = 0; i < control->n_workers && control->workers[i].fd >= 0; i++)
		;
	if (i < control->n_workers) {
		control->workers[i].fd = fd;
		pthread_cond_broadcast(&control->work);
	}
	pthread_mutex_unlock(&control->lock);
	return i < control->n_workers;
}

static void *accept_clients(void *arg)
{
	static const char full[] =
		"{\"error\":\"others ask already, as many as the daemon serves at once: try again "
		"in a moment\"}\n";
	struct control *control = arg;
	struct pollfd fds[2] = {{control->stop_fd, POLLIN, 0}, {control->listen_fd, POLLIN, 0}};
	int fd;

	for (;;) {
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[0].revents)
			return NULL;
		fd = accept4(control->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0) {
			/* out of descriptors or memory: they come back when others let go */
			if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
				errno == ENOMEM)
				(void)!poll(fds, 1, 100);
			continue;
		}
		if (hand_over(control, fd))
			continue;
		(void)!send(fd, full, sizeof(full) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
		close(fd);
	}
}

static int start_threads(struct control *control)
{
	pthread_attr_t attr;
	int err = ERR_MEMORY;

	if (pthread_attr_init(&attr) != 0)
		return ERR_MEMORY;
	if (pthread_attr_setstacksize(&attr, STACK) != 0)
		goto out;
	while (control->n_workers < MOST_CLIENTS) {
		struct worker *worker = &control->workers[control->n_workers];

		*worker = (struct worker){.control = control, .fd = -1};
		if (pthread_create(&worker->thread, &attr, work, worker) != 0)
			goto out;
		control->n_workers++;
	}
	if (pthread_create(&control->acceptor, &attr, accept_clients, control) != 0)
		goto out;
	control->accepting = true;
	err = 0;
out:
	pthread_attr_destroy(&attr);
	return err;
}

int control_start(struct control **out, const char *path, const struct control_command *commands,
	void *ctx, struct text *why)
{
	struct control *control;
	int err;

	if (strlen(path) + sizeof(".new") > PATH_ROOM) {
		text_printf(why, "%s: a control socket's path has at most %zu bytes", path,
			PATH_ROOM - sizeof(".new"));
		return ERR_CONF;
	}
	err = check_free(path, why);
	if (err)
		return err;
	control = calloc(1, sizeof(*control));
	if (!control)
		return ERR_MEMORY;
	control->commands = commands;
	control->ctx = ctx;
	control->listen_fd = -1;
	pthread_mutex_init(&control->lock, NULL);
	pthread_cond_init(&control->work, NULL);
	json_object_seed(0); /* before there are threads */
	memcpy(control->path, path, strlen(path));
	control->stop_fd = eventfd(0, EFD_CLOEXEC);
	if (control->stop_fd < 0) {
		text_printf(why, "eventfd: %s", strerror(errno));
		err = ERR_IO;
	} else {
		err = make_socket(control, why);
	}
	if (!err)
		err = start_threads(control);
	if (err) {
		control_stop(control);
		return err;
	}
	*out = control;
	return 0;
}

void control_stop(struct control *control)
{
	const uint64_t one = 1;
	unsigned i;

	if (!control)
		return;
	pthread_mutex_lock(&control->lock);
	control->stopping = true;
	pthread_cond_broadcast(&control->work);
	pthread_mutex_unlock(&control->lock);
	if (control->stop_fd >= 0)
		(void)!write(control->stop_fd, &one, sizeof(one));
	if (control->accepting)
		pthread_join(control->acceptor, NULL);
	for (i = 0; i < control->n_workers; i++)
		pthread_join(control->workers[i].thread, NULL);
	if (control->listen_fd >= 0) {
		remove_socket(control);
		close(control->listen_fd);
	}
	if (control->stop_fd >= 0)
		close(control->stop_fd);
	pthread_cond_destroy(&control->work);
	pthread_mutex_destroy(&control->lock);
	free(control);
}
