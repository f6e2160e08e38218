#include "io/serial.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "io/usb.h"

static const struct {
	unsigned baud;
	speed_t code;
} speeds[] = {
	{1200, B1200},
	{2400, B2400},
	{4800, B4800},
	{9600, B9600},
	{19200, B19200},
	{38400, B38400},
	{57600, B57600},
	{115200, B115200},
};

unsigned serial_bits(const struct port_conf *conf)
{
	return 9u + (conf->parity == 'E' || conf->parity == 'O') + conf->stop_bits;
}

int64_t serial_gap_ns(const struct port_conf *conf)
{
	if (conf->baud > 19200)
		return 1750000;
	return (int64_t)serial_bits(conf) * 3500000000 / conf->baud;
}

static int resolve(const struct port_conf *conf, char *path, struct text *why)
{
	struct usb_adapter adapters[MOST_ADAPTERS];
	const struct usb_adapter *adapter = NULL;
	char real[PATH_MAX];
	int rc;

	if (usb_is_spec(conf->where)) {
		rc = usb_choose(
			conf->where, adapters, usb_list(adapters, MOST_ADAPTERS), &adapter, why);
		if (rc)
			return rc;
		if (text_copy(path, PORT_SPEC, adapter->path))
			return 0;
	} else if (!realpath(conf->where, real)) {
		text_printf(
			why, "%s: %s; is the adapter plugged in?", conf->where, strerror(errno));
		return ERR_GONE;
	} else if (text_copy(path, PORT_SPEC, real)) {
		return 0;
	}
	text_printf(why, "%s leads to a name longer than %d bytes", conf->where, PORT_SPEC - 1);
	return ERR_CONF;
}

static int open_error(const char *path, int number, struct text *why)
{
	switch (number) {
	case EBUSY:
	case EWOULDBLOCK:
		text_printf(why,
			"%s is held by another program (waterlabd, if it is one of its lines): "
			"stop "
			"that one first",
			path);
		return ERR_BUSY;
	case EACCES:
	case EPERM:
		text_printf(why,
			"%s may not be opened: add the daemon's user to the group of the device",
			path);
		return ERR_IO;
	case ENOENT:
	case ENODEV:
	case ENXIO:
	case EIO:
		text_printf(why, "%s: %s; is the adapter plugged in?", path, strerror(number));
		return ERR_GONE;
	default:
		text_printf(why, "%s: %s", path, strerror(number));
		return ERR_IO;
	}
}

static int set_raw(int fd, const struct port_conf *conf, const char *path, struct text *why)
{
	struct termios line, got;
	speed_t speed = B0;
	size_t i;

	for (i = 0; i < sizeof(speeds) / sizeof(*speeds); i++)
		if (speeds[i].baud == conf->baud)
			speed = speeds[i].code;
	if (speed == B0) {
		text_printf(why,
			"%u baud is not known: use 1200, 2400, 4800, 9600, 19200, 38400, 57600 or "
			"115200",
			conf->baud);
		return ERR_CONF;
	}
	if (tcgetattr(fd, &line)) {
		text_printf(why, "%s is no serial line: %s", path, strerror(errno));
		return errno == ENOTTY ? ERR_CONF : ERR_GONE;
	}
	cfmakeraw(&line);
	line.c_iflag |= IGNBRK;
	line.c_iflag &= ~(tcflag_t)(IXOFF | IXANY | INPCK);
	line.c_cflag |= CLOCAL | CREAD;
	line.c_cflag &= ~(tcflag_t)(PARENB | PARODD | CSTOPB | CRTSCTS | HUPCL);
	if (conf->parity == 'E' || conf->parity == 'O')
		line.c_cflag |= PARENB;
	if (conf->parity == 'O')
		line.c_cflag |= PARODD;
	if (conf->stop_bits == 2)
		line.c_cflag |= CSTOPB;
	line.c_cc[VMIN] = 0;
	line.c_cc[VTIME] = 0;
	cfsetispeed(&line, speed);
	cfsetospeed(&line, speed);
	/* tcsetattr succeeds when it could do any part of it: read back what matters most. */
	if (tcsetattr(fd, TCSANOW, &line) || tcgetattr(fd, &got)) {
		if (errno == EINVAL)
			text_printf(why, "%s does not take %u 8%c%u", path, conf->baud,
				conf->parity, conf->stop_bits);
		else
			text_printf(why, "%s: %s", path, strerror(errno));
		return errno == EINVAL ? ERR_CONF : ERR_GONE;
	}
	if (cfgetospeed(&got) != speed) {
		text_printf(why, "%s does not take %u baud", path, conf->baud);
		return ERR_CONF;
	}
	return 0;
}

int serial_open(struct serial *serial, const struct port_conf *conf, struct text *why)
{
	struct stat is;
	int rc, fd = -1;

	rc = resolve(conf, serial->path, why);
	if (rc)
		return rc;
	/* O_NONBLOCK: an adapter without carrier must not hold the open. */
	fd = open(serial->path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return open_error(serial->path, errno, why);
	/* libmodbus waits with select(): a descriptor above FD_SETSIZE would write past its set. */
	if (fd >= FD_SETSIZE) {
		text_printf(why, "%s: too many files are open", serial->path);
		rc = ERR_IO;
		goto out;
	}
	if (fstat(fd, &is)) {
		rc = open_error(serial->path, errno, why);
		goto out;
	}
	if (!S_ISCHR(is.st_mode)) {
		text_printf(why, "%s is no serial line", serial->path);
		rc = ERR_CONF;
		goto out;
	}
	/* TIOCEXCL does not hold back root, flock does; flock does not hold back the careless. */
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		rc = open_error(serial->path, errno, why);
		goto out;
	}
	rc = set_raw(fd, conf, serial->path, why);
	if (rc)
		goto out;
	if (ioctl(fd, TIOCEXCL)) {
		rc = open_error(serial->path, errno, why);
		goto out;
	}
	serial->device = is.st_rdev;
	serial->filesystem = is.st_dev;
	serial->node = is.st_ino;
	serial->fd = fd;
	return 0;
out:
	close(fd);
	return rc;
}

bool serial_lost(const struct serial *serial, const struct port_conf *conf)
{
	struct pollfd now = {.fd = serial->fd, .events = 0};
	const char *name = usb_is_spec(conf->where) ? serial->path : conf->where;
	struct stat is;

	if (poll(&now, 1, 0) > 0 && now.revents & (POLLHUP | POLLERR | POLLNVAL))
		return true;
	return stat(name, &is) || is.st_rdev != serial->device || is.st_dev != serial->filesystem ||
	       is.st_ino != serial->node;
}

void serial_close(struct serial *serial)
{
	if (serial->fd >= 0) {
		/* The lock outlives this descriptor while anybody else still has the line open. */
		ioctl(serial->fd, TIOCNXCL);
		close(serial->fd);
	}
	serial->fd = -1;
}
