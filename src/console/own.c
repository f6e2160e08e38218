#include "console/own.h"

#include <stdlib.h>
#include <string.h>

#include "console/files.h"
#include "model/audit.h"

enum { WRONG_EACH_MS = 600000 };

void own_make(struct own *own, struct door *door, struct relay *relay, const struct clock *clock)
{
	*own = (struct own){.door = door, .relay = relay, .clock = clock};
	pthread_mutex_init(&own->lock, NULL);
}

void own_end(struct own *own)
{
	pthread_mutex_destroy(&own->lock);
}

static struct own_answer page(struct own *own, const char *key, const json_t *question)
{
	(void)own;
	(void)key;
	(void)question;
	return (struct own_answer){.status = 200, .json = files_say_page()};
}

/* {"asks_pin", "here": {"name", "role"} or null, "operators": [...], "words": why it lets nobody in, or null}. */
static struct own_answer say_operators(struct own *own, struct visitor here)
{
	char words[512] = "";
	struct text why = text_over(words, sizeof(words));
	struct operators all;
	json_t *list = json_array(), *answer;
	struct own_answer said = {.status = 200};
	bool is_read = door_operators(own->door, &all, &why);
	unsigned i;

	for (i = 0; i < all.n; i++)
		json_array_append_new(list, json_pack("{s:s, s:s}", "name", all.all[i].name, "role",
						    role_word(all.all[i].role)));
	answer = json_pack("{s:b, s:o, s:o, s:s?}", "asks_pin", door_kind(own->door) == DOOR_PIN,
		"here",
		*here.name
			? json_pack("{s:s, s:s}", "name", here.name, "role", role_word(here.role))
			: json_null(),
		"operators", list, "words", is_read ? NULL : words);
	said.json = json_dumps(answer, JSON_COMPACT);
	json_decref(answer);
	return said;
}

static struct own_answer operators(struct own *own, const char *key, const json_t *question)
{
	(void)question;
	return say_operators(own, door_visitor(own->door, key));
}

static struct own_answer refuse(unsigned status, const char *words, unsigned wait_s)
{
	return (struct own_answer){
		.status = status, .json = relay_error(words, false), .wait_s = wait_s};
}

/* --- recorded ---------------------------------------------------------------------------------------- */

static unsigned record(
	struct own *own, enum audit_what what, const char *by, const char *about, unsigned count)
{
	json_t *question = json_pack("{s:s, s:s, s:s, s:s, s:i}", "ask", "audit-note", "what",
		audit_word(what), "by", by, "about", about, "count", (int)count);
	char *body = NULL;
	unsigned status = question ? relay_ask(own->relay, question, &body) : 503;

	json_decref(question);
	free(body);
	return status;
}

/* What is not recorded yet, when it is time or somebody comes in. */
static void record_wrong(struct own *own, const char *about, bool now)
{
	int64_t now_ms = clock_boot_ms(own->clock);
	unsigned count = 0;

	pthread_mutex_lock(&own->lock);
	if (own->wrong &&
		(now || !own->recorded_ms || now_ms - own->recorded_ms >= WRONG_EACH_MS)) {
		count = own->wrong;
		own->wrong = 0;
		own->recorded_ms = now_ms;
	}
	pthread_mutex_unlock(&own->lock);
	if (count && record(own, AUDIT_WRONG_PIN, "waterlab-console", about, count) != 200) {
		pthread_mutex_lock(&own->lock);
		own->wrong += count;
		pthread_mutex_unlock(&own->lock);
	}
}

static void note_wrong(struct own *own, const char *name)
{
	struct operators all;
	char words[512];
	struct text why = text_over(words, sizeof(words));

	pthread_mutex_lock(&own->lock);
	own->wrong++;
	pthread_mutex_unlock(&own->lock);
	/* What is no operator's name is nobody's words for the ledger. */
	if (!door_operators(own->door, &all, &why) || !operators_find(&all, name))
		name = "";
	record_wrong(own, name, false);
}

/* --- coming and going -------------------------------------------------------------------------------- */

static struct own_answer enter(struct own *own, const char *key, const json_t *question)
{
	const char *name = json_string_value(json_object_get(question, "operator"));
	char words[512] = "", fresh[SESSION_KEY];
	struct text why = text_over(words, sizeof(words));
	struct own_answer said;
	struct visitor who;
	unsigned status, wait_s;

	if (door_kind(own->door) != DOOR_PIN)
		return refuse(409, "no operators are configured: nobody is asked for a PIN", 0);
	status = door_enter(own->door, name, json_string_value(json_object_get(question, "pin")),
		fresh, &who, &wait_s, &why);
	if (status == 401)
		note_wrong(own, name);
	if (status)
		return refuse(status, words, wait_s);
	record_wrong(own, "", true);
	if (record(own, AUDIT_CAME_IN, who.name, "", 1) != 200) {
		door_leave(own->door, fresh);
		return refuse(
			503, "who comes in is recorded, and the laboratory does not answer", 0);
	}
	door_leave(own->door, key); /* one browser, one visitor */
	said = say_operators(own, who);
	memcpy(said.key, fresh, sizeof(said.key));
	return said;
}

static struct own_answer here(struct own *own, const char *key, const json_t *question)
{
	(void)question;
	door_touch(own->door, key);
	return say_operators(own, door_visitor(own->door, key));
}

static struct own_answer leave(struct own *own, const char *key, const json_t *question)
{
	struct own_answer said;

	(void)question;
	door_leave(own->door, key);
	said = say_operators(own, (struct visitor){.role = ROLE_NONE});
	said.ends = true;
	return said;
}

struct own_answer own_answer(
	struct own *own, const struct route *route, const char *key, const json_t *question)
{
	static const struct {
		const char *path;
		struct own_answer (*answer)(
			struct own *own, const char *key, const json_t *question);
	} all[] = {
		{"/api/page", page},
		{"/api/operators", operators},
		{"/api/operator/enter", enter},
		{"/api/operator/here", here},
		{"/api/operator/leave", leave},
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!strcmp(all[i].path, route->path))
			return all[i].answer(own, key, question);
	return refuse(404, "there is nothing of that name", 0);
}
