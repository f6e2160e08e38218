#include "bus/unit.h"

#include <math.h>
#include <string.h>

#include "bus/decode.h"

/* Modbus Application Protocol v1.1b3, 7 */
enum { ACKNOWLEDGE = 5, BUSY = 6, NO_PATH = 10, NO_ANSWER = 11 };

/* "holding registers 16..23 (wire addresses)" */
static void name_registers(struct text *to, uint8_t function, unsigned start, unsigned count)
{
	static const char *const kinds[] = {
		"register", "coil", "discrete input", "holding register", "input register"};

	text_put(to, kinds[function <= 4 ? function : 0]);
	if (count > 1)
		text_printf(to, "s %u..%u", start, start + count - 1);
	else
		text_printf(to, " %u", start);
}

/* --- schedule -------------------------------------------------------------------------------------- */

static int64_t interval_ns(const struct unit *unit)
{
	return (int64_t)unit->conf->interval_ms * 1000000;
}

static void set_due(struct unit *unit, int64_t due_ns)
{
	int64_t apart_ns = (unit->last_boot_ms + SERIES_APART_MS) * 1000000;

	unit->due_ns = due_ns > unit->unasked_until_ns ? due_ns : unit->unasked_until_ns;
	if (!unit->in_turn && unit->last_boot_ms && unit->due_ns < apart_ns)
		unit->due_ns = apart_ns;
	unit->said.next_ms = unit->due_ns / 1000000;
}

/* The next beat of its own grid: what one turn takes does not shift the others. */
static int64_t next_beat(const struct unit *unit, int64_t now_ns)
{
	int64_t since_ns = now_ns - unit->phase_ns, every_ns = interval_ns(unit);

	if (since_ns < 0)
		return unit->phase_ns;
	return unit->phase_ns + (since_ns / every_ns + 1) * every_ns;
}

static void show_health(struct unit *unit)
{
	unit->said.health = unit->health.state;
}

int unit_init(struct unit *unit, const struct unit_conf *conf, const struct line_conf *line,
	uint64_t seed, struct text *why)
{
	const struct profile *profile = conf->profile;
	struct plan_cost cost = plan_cost_of(&line->port, profile);
	struct unit_state *said = &unit->said;
	unsigned i;

	unit->conf = conf;
	unit->profile = profile;
	unit->line = line->name;
	unit->serial = line->port.kind == PORT_RTU;
	unit->health = health_new(seed);
	if ((!profile->n_fields && !profile->driver) || profile->n_fields > MOST_FIELDS ||
		profile->n_status > MOST_STATUS || !conf->interval_ms) {
		text_printf(why, "unit %s: profile %s has no values, or the interval is 0",
			conf->name, profile->name);
		return ERR_CONF;
	}
	text_copy(said->name, sizeof(said->name), conf->name);
	text_copy(said->profile, sizeof(said->profile), profile->name);
	said->level = profile->level;
	said->address = conf->address;
	said->interval_ms = conf->interval_ms;
	said->n_fields = profile->n_fields;
	for (i = 0; i < profile->n_fields; i++) {
		struct field_state *field = &said->fields[i];

		unit->parameters[i] = parameter_find(profile->fields[i].parameter);
		text_copy(field->parameter, sizeof(field->parameter), profile->fields[i].parameter);
		text_copy(field->unit, sizeof(field->unit), decode_unit(&profile->fields[i]));
		field->value = NAN;
		field->qc = QC_MISSING;
		field->kind = profile->fields[i].kind;
		field->decimals = profile->fields[i].decimals;
	}
	text_printf(why, "unit %s, profile %s: ", conf->name, profile->name);
	if (profile->driver)
		return unit_codec_init(unit, why);
	return blocks_init(&unit->blocks, profile, &cost, why);
}

static void remember_open(struct unit *unit, uint8_t function, uint16_t count)
{
	unsigned i;

	for (i = 0; i < unit->n_open; i++)
		if (unit->open[i].function == function && unit->open[i].count == count)
			return;
	if (unit->n_open < MOST_OPEN) {
		unit->open[unit->n_open].function = function;
		unit->open[unit->n_open++].count = count;
	}
}

/*
 * The device kept its power while the line was away or the daemon was started again: it may still owe an
 * answer to a question of before.  That is a danger only where two questions of the map have answers of
 * one length; those count as asked and not answered.
 */
static void owe_from_before(struct unit *unit)
{
	const struct plan *plan = &unit->blocks.plan;
	const struct profile_register *identity = &unit->profile->identity;
	unsigned i, k;

	for (i = 0; i < plan->n_requests; i++) {
		const struct plan_request *r = &plan->requests[i];
		bool alike = unit->profile->has_identity && identity->function == r->function &&
			     identity->registers == r->count;

		for (k = 0; k < plan->n_requests && !alike; k++)
			alike = k != i && plan->requests[k].function == r->function &&
				plan->requests[k].count == r->count;
		if (alike)
			remember_open(unit, r->function, r->count);
	}
}

void unit_line_opened(struct unit *unit, int64_t now_ns, bool away)
{
	unit->verified = false;
	unit->mismatch = false;
	unit->in_turn = false;
	if (!away)
		return;
	unit->n_open = 0;
	unit->gone_before = false;
	unit->appeared_ms = 0;
	unit->unasked_until_ns = 0;
	health_forget(&unit->health);
	if (unit->profile->driver) {
		unit_codec_opened(unit, now_ns);
	} else {
		blocks_forget(&unit->blocks);
		if (unit->serial)
			owe_from_before(unit);
	}
	show_health(unit);
	set_due(unit, now_ns);
}

void unit_line_lost(struct unit *unit)
{
	unit->in_turn = false;
	health_forget(&unit->health);
	show_health(unit);
	unit->said.next_ms = 0;
}

void unit_try(struct unit *unit, int64_t now_ns)
{
	if (!unit->in_turn)
		set_due(unit, now_ns);
}

unsigned unit_reply_ms(const struct unit *unit)
{
	unsigned reply_ms = unit->profile->reply_ms;

	return reply_ms < LEAST_REPLY_MS ? LEAST_REPLY_MS : reply_ms;
}

static int64_t reply_ns(const struct unit *unit)
{
	return (int64_t)unit_reply_ms(unit) * 1000000;
}

static void begin_probe(struct unit *unit)
{
	unit->stage = STAGE_PROBE;
	unit->telling = blocks_probe(&unit->blocks, unit->open, unit->n_open, &unit->probe) &&
			unit->n_open < MOST_OPEN;
}

static void after_probe(struct unit *unit)
{
	unit->stage =
		unit->profile->has_identity && !unit->verified ? STAGE_IDENTITY : STAGE_BLOCKS;
}

/* It lives; but an answer that might be an old one proves nothing more.  Let the old ones run dry. */
static void probe_answered(struct unit *unit, int64_t now_ns, bool telling)
{
	if (telling || !unit->n_open) {
		unit->n_open = 0;
		after_probe(unit);
		return;
	}
	unit->n_open = 0;
	unit->unasked_until_ns = now_ns + 5 * reply_ns(unit);
	unit_suspend(unit, now_ns);
	after_probe(unit);
}

void unit_left_open(struct unit *unit, int64_t now_ns, const struct port_ask *ask)
{
	if (unit->profile->driver) {
		unit_codec_left_open(unit, now_ns);
		return;
	}
	remember_open(unit, ask->function, ask->count);
	unit->verified = false;
	unit->unasked_until_ns = now_ns + reply_ns(unit);
	if (unit->in_turn)
		begin_probe(unit);
}

void unit_till_next_beat(struct unit *unit, int64_t now_ns)
{
	set_due(unit, next_beat(unit, now_ns));
}

void unit_wait(struct unit *unit, int64_t due_ns)
{
	set_due(unit, due_ns);
}

void unit_suspend(struct unit *unit, int64_t now_ns)
{
	set_due(unit, now_ns);
}

void unit_begin(struct unit *unit, int64_t now_ns)
{
	unit->in_turn = true;
	unit->turn_ms = now_ns / 1000000;
	unit->failed = false;
	unit->retried = false;
	unit->mismatch = false;
	memset(unit->rule_known, 0, sizeof(unit->rule_known));
	if (unit->profile->driver) {
		unit->stage = STAGE_CODEC;
		unit_codec_begin(unit, now_ns);
		return;
	}
	blocks_begin(&unit->blocks, now_ns / 1000000);
	/* What was asked ten worst reply times ago is answered or never will be. */
	if (unit->unasked_until_ns && now_ns - unit->unasked_until_ns > 10 * reply_ns(unit))
		unit->n_open = 0;
	if (unit->n_open || (unit->health.state == UNIT_ASIDE && !unit->profile->has_identity))
		begin_probe(unit);
	else
		after_probe(unit);
}

bool unit_question(struct unit *unit, struct port_ask *ask)
{
	const struct plan_request *r = NULL;

	memset(ask, 0, sizeof(*ask));
	ask->unit = unit->conf->address;
	switch (unit->stage) {
	case STAGE_IDENTITY:
		ask->function = unit->profile->identity.function;
		ask->start = unit->profile->identity.address;
		ask->count = unit->profile->identity.registers;
		return true;
	case STAGE_PROBE:
		r = &unit->probe;
		break;
	case STAGE_BLOCKS:
		r = blocks_now(&unit->blocks);
		break;
	case STAGE_CODEC:
		codec_question(&unit->codec, ask);
		return codec_now(&unit->codec) != NULL;
	}
	if (!r)
		return false;
	ask->function = r->function;
	ask->start = r->start;
	ask->count = r->count;
	return true;
}

void unit_end_if_over(struct unit *unit, int64_t now_ns)
{
	bool blocks = unit->stage == STAGE_BLOCKS;
	unsigned i;

	if (!unit->in_turn || (!blocks && unit->stage != STAGE_CODEC))
		return;
	if (blocks ? blocks_now(&unit->blocks) != NULL : codec_now(&unit->codec) != NULL)
		return;
	unit->in_turn = false;
	set_due(unit, next_beat(unit, now_ns));
	for (i = 0; i < unit->blocks.plan.n_items; i++)
		if (unit->blocks.learned.refused[i])
			return;
	if (!unit->failed) {
		unit->said.last_error = 0;
		unit->said.last_exception = 0;
		unit->said.last_words[0] = '\0';
	}
}

/* --- what came ------------------------------------------------------------------------------------- */

void unit_answered(struct unit *unit, int64_t now_ns)
{
	int64_t now_ms = now_ns / 1000000;
	bool aside = unit->health.state == UNIT_ASIDE;

	if (health_answered(&unit->health) || !unit->appeared_ms) {
		unit->appeared_ms = now_ms;
		if (aside && !unit->profile->driver) {
			blocks_forget(&unit->blocks);
			blocks_begin(&unit->blocks, now_ms);
		}
	}
	unit->gone_before = false;
	unit->said.last_ok_ms = now_ms;
	show_health(unit);
	log_back(&unit->edge, now_ms, "bus", "line %s, unit %s: answers again", unit->line,
		unit->conf->name);
}

int unit_good(
	struct unit *unit, int64_t now_ns, const struct port_reply *reply, struct delivery *out)
{
	struct plan_request r;
	unsigned i;

	out->n = 0;
	unit->said.exchanges++;
	if (unit->stage == STAGE_CODEC)
		return unit_codec_good(unit, now_ns, reply, out);
	if (unit->stage == STAGE_IDENTITY) {
		unit_take_identity(unit, now_ns, reply);
		return 0;
	}
	unit_answered(unit, now_ns);
	if (unit->stage == STAGE_PROBE) {
		probe_answered(unit, now_ns, unit->telling);
		return 0;
	}
	r = *blocks_now(&unit->blocks);
	unit_take_values(unit, now_ns, &r, reply, out);
	(void)blocks_good(&unit->blocks);
	for (i = r.first; i <= r.last; i++)
		if (blocks_has(&unit->blocks, &r, i))
			log_back(&unit->refusals[i], now_ns / 1000000, "bus",
				"line %s, unit %s: function %u, register %u (wire address) answers "
				"again",
				unit->line, unit->conf->name, unit->blocks.plan.items[i].function,
				unit->blocks.plan.items[i].start);
	return 0;
}

static void refused(struct unit *unit, int64_t now_ns, const struct plan_request *r, uint8_t code,
	struct delivery *out)
{
	char words[96];
	struct text where = text_over(words, sizeof(words));
	struct text last = text_over(unit->said.last_words, sizeof(unit->said.last_words));

	name_registers(&where, r->function, r->start, r->count);
	text_printf(&last, "%s: exception %u", words, code);
	log_lost(&unit->refusals[r->first], now_ns / 1000000, "bus",
		"line %s, unit %s: %s (wire address) refuses with exception %u; its value is "
		"missing, "
		"the others go on",
		unit->line, unit->conf->name, words, code);
	unit_take_refusal(unit, now_ns, r->first, out);
}

void unit_exception(struct unit *unit, int64_t now_ns, const struct port_ask *ask,
	const struct port_reply *reply, int64_t took_ms, struct delivery *out)
{
	struct plan_request r;

	out->n = 0;
	unit->said.exchanges++;
	unit->said.exceptions++;
	/* A gateway speaks for a unit that does not. */
	if (reply->exception == NO_PATH || reply->exception == NO_ANSWER) {
		unit->said.last_exception = reply->exception;
		if (unit->stage == STAGE_CODEC) /* whoever answers next may be another */
			unit->verified = false;
		unit_failed(unit, now_ns, ERR_EXCEPTION, ask, took_ms);
		return;
	}
	if (unit->stage == STAGE_CODEC && unit_codec_exception(unit, now_ns))
		return;
	unit->said.last_error = ERR_EXCEPTION;
	unit->said.last_exception = reply->exception;
	unit->failed = true;
	if (unit->stage == STAGE_CODEC) { /* told of by unit_failed(), but it lives */
		unit_failed(unit, now_ns, ERR_EXCEPTION, ask, took_ms);
		return;
	}
	if (unit->stage == STAGE_IDENTITY) {
		unit_identity_refused(unit, now_ns, reply->exception, took_ms);
		return;
	}
	unit_answered(unit, now_ns);
	if (unit->stage == STAGE_PROBE) { /* exceptions have no length to tell them by */
		probe_answered(unit, now_ns, false);
		return;
	}
	if (reply->exception == ACKNOWLEDGE || reply->exception == BUSY) {
		blocks_skip(&unit->blocks);
		return;
	}
	r = *blocks_now(&unit->blocks);
	if (blocks_exception(&unit->blocks, now_ns / 1000000) == BLOCK_REFUSED)
		refused(unit, now_ns, &r, reply->exception, out);
}

void unit_failed(
	struct unit *unit, int64_t now_ns, int rc, const struct port_ask *ask, int64_t took_ms)
{
	struct text last = text_over(unit->said.last_words, sizeof(unit->said.last_words));
	int64_t now_ms = now_ns / 1000000, pause_ms;

	unit->in_turn = false;
	unit->failed = true;
	unit->said.last_error = rc;
	if (unit->stage == STAGE_CODEC)
		unit_codec_name(unit, &last);
	else
		name_registers(&last, ask->function, ask->start, ask->count);
	text_printf(&last, ": %s", err_text(rc));
	if (rc == ERR_TIMEOUT || rc == ERR_NOISE)
		unit->verified = false;
	if (unit->stage == STAGE_CODEC && !unit->verified)
		codec_forget(&unit->codec);
	pause_ms = health_failed(&unit->health, took_ms);
	show_health(unit);
	set_due(unit, pause_ms ? now_ns + pause_ms * 1000000 : next_beat(unit, now_ns));
	if (unit->health.state == UNIT_ASIDE)
		log_lost(&unit->edge, now_ms, "bus",
			"line %s, unit %s (address %u): %s; left alone, tried again in %lld s",
			unit->line, unit->conf->name, unit->conf->address, unit->said.last_words,
			(long long)(pause_ms + 500) / 1000);
}
