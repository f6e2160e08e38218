#include "console/door.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

enum { PATH_ROOM = 256 };

struct session {
	char key[SESSION_KEY]; /* "": a free place */
	struct operator who;   /* as the file had them when they came in */
	int64_t touched_ms;
};

struct door {
	enum door_kind kind;
	char path[PATH_ROOM];
	int64_t idle_ms;
	const struct clock *clock;
	pthread_mutex_t lock;    /* of all below */
	pthread_mutex_t hashing; /* one PIN at a time: each takes 64 MiB */
	struct stat read;        /* the file as it was when it was read */
	bool is_read;
	struct operators operators;
	char why[512]; /* not "": it cannot be read */
	struct session sessions[MOST_SESSIONS];
	struct tries tries;
};

int door_make(struct door **out, const struct door_conf *conf, const struct clock *clock)
{
	struct door *door = calloc(1, sizeof(*door));

	*out = door;
	if (!door)
		return ERR_MEMORY;
	door->kind = conf->kind;
	if (conf->kind == DOOR_PIN && !text_copy(door->path, sizeof(door->path), conf->operators))
		door->kind = DOOR_LOOK;
	door->idle_ms = (int64_t)conf->idle_min * 60000;
	door->clock = clock;
	pthread_mutex_init(&door->lock, NULL);
	pthread_mutex_init(&door->hashing, NULL);
	return 0;
}

void door_free(struct door *door)
{
	if (!door)
		return;
	pthread_mutex_destroy(&door->lock);
	pthread_mutex_destroy(&door->hashing);
	explicit_bzero(door, sizeof(*door));
	free(door);
}

enum door_kind door_kind(const struct door *door)
{
	return door->kind;
}

/* --- the file, as it stands now ------------------------------------------------------------------------ */

static bool is_as_read(const struct door *door, const struct stat *now)
{
	return door->is_read && now->st_ino == door->read.st_ino &&
	       now->st_dev == door->read.st_dev && now->st_size == door->read.st_size &&
	       now->st_mtim.tv_sec == door->read.st_mtim.tv_sec &&
	       now->st_mtim.tv_nsec == door->read.st_mtim.tv_nsec;
}

/* Reads it again when it is another than it was; under the lock. */
static void look_at_file(struct door *door)
{
	struct text why = text_over(door->why, sizeof(door->why));
	struct stat now = {.st_ino = 0};
	bool was_wrong = *door->why != '\0';
	bool is_there = stat(door->path, &now) == 0;

	if (is_there && is_as_read(door, &now))
		return;
	text_clear(&why);
	door->read = now;
	door->is_read = operators_read(&door->operators, door->path, &why) == 0;
	if (!door->is_read && !was_wrong)
		fprintf(stderr, "waterlab-console: nobody comes in: %s\n", door->why);
	if (door->operators.others_read)
		fprintf(stderr,
			"waterlab-console: %s: everybody may read it, and try PINs as fast as "
			"their machine does: chmod 0640\n",
			door->path);
}

bool door_operators(struct door *door, struct operators *out, struct text *why)
{
	bool is_read = true;

	*out = (struct operators){.n = 0};
	if (door->kind != DOOR_PIN)
		return true;
	pthread_mutex_lock(&door->lock);
	look_at_file(door);
	is_read = door->is_read;
	if (is_read)
		*out = door->operators;
	else
		text_put(why, door->why);
	pthread_mutex_unlock(&door->lock);
	return is_read;
}

/* --- sessions ------------------------------------------------------------------------------------------ */

/* In the same time whatever is equal. */
static bool is_same_key(const char *a, const char *b)
{
	unsigned char differs = 0;
	size_t i;

	for (i = 0; i < SESSION_KEY; i++)
		differs |= (unsigned char)(a[i] ^ b[i]);
	return !differs;
}

static bool is_same(const struct operator* a, const struct operator* b)
{
	return b && a->role == b->role && !strcmp(a->hash, b->hash);
}

/* The living session of that key, under the lock; NULL: none. */
static struct session *find(struct door *door, const char *key)
{
	char asked[SESSION_KEY] = "";
	struct session *found = NULL;
	int64_t now_ms = clock_boot_ms(door->clock);
	size_t i;

	if (door->kind != DOOR_PIN || !key || !text_copy(asked, sizeof(asked), key) || !*asked)
		return NULL;
	look_at_file(door);
	for (i = 0; i < MOST_SESSIONS; i++)
		if (is_same_key(door->sessions[i].key, asked))
			found = &door->sessions[i];
	if (!found)
		return NULL;
	if (door->is_read && now_ms - found->touched_ms < door->idle_ms &&
		is_same(&found->who, operators_find(&door->operators, found->who.name)))
		return found;
	*found = (struct session){.key = ""};
	return NULL;
}

struct visitor door_visitor(struct door *door, const char *key)
{
	struct visitor who = {.role = ROLE_NONE};
	const struct session *found;

	pthread_mutex_lock(&door->lock);
	found = find(door, key);
	if (found) {
		memcpy(who.name, found->who.name, sizeof(who.name));
		who.role = found->who.role;
	}
	pthread_mutex_unlock(&door->lock);
	return who;
}

void door_touch(struct door *door, const char *key)
{
	struct session *found;

	pthread_mutex_lock(&door->lock);
	found = find(door, key);
	if (found)
		found->touched_ms = clock_boot_ms(door->clock);
	pthread_mutex_unlock(&door->lock);
}

void door_leave(struct door *door, const char *key)
{
	struct session *found;

	pthread_mutex_lock(&door->lock);
	found = find(door, key);
	if (found)
		*found = (struct session){.key = ""};
	pthread_mutex_unlock(&door->lock);
}

static bool make_key(char key[SESSION_KEY])
{
	unsigned char bytes[(SESSION_KEY - 1) / 2];
	size_t i;

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return false;
	for (i = 0; i < sizeof(bytes); i++)
		snprintf(key + 2 * i, 3, "%02x", bytes[i]);
	return true;
}

static void begin_session(struct door *door, const struct operator* who, const char *key)
{
	struct session *at = &door->sessions[0];
	size_t i;

	for (i = 1; i < MOST_SESSIONS && *at->key; i++)
		if (!*door->sessions[i].key || door->sessions[i].touched_ms < at->touched_ms)
			at = &door->sessions[i];
	*at = (struct session){.who = *who, .touched_ms = clock_boot_ms(door->clock)};
	memcpy(at->key, key, SESSION_KEY);
}

/* --- PINs ---------------------------------------------------------------------------------------------- */

/* The operator of that name, if a PIN may be tried now. */
static unsigned knock(struct door *door, const char *name, struct operator* who, unsigned *wait_s,
	struct text *why)
{
	const struct operator* found;
	int64_t wait_ms = 0;
	unsigned status = 0;

	*who = (struct operator){.role = ROLE_NONE};
	pthread_mutex_lock(&door->lock);
	look_at_file(door);
	found = operators_find(&door->operators, name);
	if (!door->is_read) {
		text_put(why, door->why);
		status = 503;
	} else if (!tries_take(&door->tries, &door->operators, name, clock_boot_ms(door->clock),
			   &wait_ms)) {
		*wait_s = (unsigned)((wait_ms + 999) / 1000);
		text_printf(why, "too many PINs were tried: wait %u s", *wait_s);
		status = 429;
	} else if (found) {
		*who = *found;
	}
	pthread_mutex_unlock(&door->lock);
	return status;
}

static bool is_right(struct door *door, const struct operator* who, const char *pin)
{
	bool right;

	if (who->role == ROLE_NONE)
		return false;
	pthread_mutex_lock(&door->hashing);
	right = pin_is(who->hash, pin);
	pthread_mutex_unlock(&door->hashing);
	return right;
}

unsigned door_enter(struct door *door, const char *name, const char *pin, char key[SESSION_KEY],
	struct visitor *who, unsigned *wait_s, struct text *why)
{
	struct operator one;
	unsigned status;

	*wait_s = 0;
	*who = (struct visitor){.role = ROLE_NONE};
	status = knock(door, name, &one, wait_s, why);
	if (status)
		return status;
	if (!is_right(door, &one, pin)) {
		text_put(why, "that is not the PIN");
		return 401;
	}
	if (!make_key(key)) {
		text_put(why, "the machine gives no random bytes");
		return 503;
	}
	pthread_mutex_lock(&door->lock);
	tries_forget(&door->tries, one.name);
	begin_session(door, &one, key);
	pthread_mutex_unlock(&door->lock);
	memcpy(who->name, one.name, sizeof(who->name));
	who->role = one.role;
	return 0;
}
