#include "uplink/line_protocol.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "model/filed.h"
#include "model/summary.h"
#include "sample/check_step.h"
#include "uplink/lab_lines.h"
#include "uplink/sample_lines.h"

/* Direct-mapped: a lab has some tens of series in a few contexts and districts; a clash only costs
 * building the prefix again. */
enum { PREFIXES = 512, PREFIX = 400, TIME_TEXT = 24 };

struct prefix {
	char district[AREA_CODE], near[AREA_CODE];
	uint32_t series_key;
	uint8_t context;
	uint16_t len; /* 0: empty place */
	char at[PREFIX];
};

struct line_encoder {
	enum line_positions positions;
	char lab[2 * LINE_LAB];   /* escaped */
	char spool[2 * LINE_LAB]; /* escaped */
	struct prefix prefixes[PREFIXES];
};

static const char *const ledger_words[] = {[LEDGER_START] = "start",
	[LEDGER_ANCHOR] = "anchor",
	[LEDGER_GAP] = "gap",
	[LEDGER_ASIDE] = "aside",
	[LEDGER_PLACE] = "place",
	[LEDGER_BOUNDARIES] = "boundaries",
	[LEDGER_FILE_READING] = "file_reading",
	[LEDGER_FILE_CHECK] = "file_check",
	[LEDGER_FILE_CALIBRATION] = "file_calibration",
	[LEDGER_AGAIN] = "again",
	[LEDGER_SALVAGED] = "salvaged",
	[LEDGER_SAMPLE] = "sample",
	[LEDGER_CHECK] = "check",
	[LEDGER_AUDIT] = "audit",
	[LEDGER_SPIKE] = "spike"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void line_put_tag(struct text *to, const char *s)
{
	if (!*s)
		text_put_char(to, '_'); /* an empty tag is a malformed line */
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < ' ' || c == 0x7f || (c == '\\' && !s[1])) {
			text_put_char(to, '_');
			continue;
		}
		if (c == ',' || c == '=' || c == ' ')
			text_put_char(to, '\\');
		text_put_char(to, (char)c);
	}
}

struct line_encoder *line_encoder_new(
	const char *lab, const char *spool_id, enum line_positions positions)
{
	struct line_encoder *encoder;
	struct text text;

	if (strlen(lab) >= LINE_LAB || strlen(spool_id) >= LINE_LAB)
		return NULL;
	encoder = calloc(1, sizeof(*encoder));
	if (!encoder)
		return NULL;
	encoder->positions = positions;
	text = text_over(encoder->lab, sizeof(encoder->lab));
	line_put_tag(&text, lab);
	text = text_over(encoder->spool, sizeof(encoder->spool));
	line_put_tag(&text, spool_id);
	return encoder;
}

void line_encoder_free(struct line_encoder *encoder)
{
	free(encoder);
}

/* A place in the table for the row's tags; any spread will do. */
static size_t prefix_of(const struct spool_row *row, const char *district, const char *near)
{
	uint64_t parts[2 * AREA_CODE / 8], mixed = row->series_key | (uint64_t)row->context << 40;
	size_t i;

	memcpy(parts, district, AREA_CODE);
	memcpy(parts + AREA_CODE / 8, near, AREA_CODE);
	for (i = 0; i < COUNT(parts); i++)
		mixed = (mixed ^ parts[i]) * 0x9E3779B97F4A7C15U;
	return mixed >> 55;
}

static void copy_code(char *to, const char *code)
{
	memset(to, 0, AREA_CODE);
	memcpy(to, code, strnlen(code, AREA_CODE - 1));
}

static const struct prefix *find_prefix(struct line_encoder *encoder, const struct spool_row *row)
{
	struct prefix *prefix;
	struct text text;
	char district[AREA_CODE], near[AREA_CODE];

	copy_code(district, row->place.district);
	copy_code(near, place_neighbour(&row->place));
	prefix = &encoder->prefixes[prefix_of(row, district, near)];
	if (prefix->len && prefix->series_key == row->series_key &&
		prefix->context == row->context &&
		memcmp(prefix->district, district, sizeof(district)) == 0 &&
		memcmp(prefix->near, near, sizeof(near)) == 0)
		return prefix;

	text = text_over(prefix->at, sizeof(prefix->at));
	text_put(&text, "reading,analyzer=");
	line_put_tag(&text, row->series->unit);
	text_put(&text, ",context=");
	text_put(&text, context_word(row->context));
	text_put(&text, ",district=");
	line_put_tag(&text, *district ? district : "none");
	text_put(&text, ",lab=");
	text_put(&text, encoder->lab);
	if (*near) {
		text_put(&text, ",near=");
		line_put_tag(&text, near);
	}
	text_put(&text, ",parameter=");
	line_put_tag(&text, row->series->parameter);
	text_put(&text, ",spool=");
	text_put(&text, encoder->spool);
	text_put_char(&text, ' ');
	prefix->len = 0;
	if (text.cut)
		return NULL;
	prefix->len = (uint16_t)text.len;
	memcpy(prefix->district, district, sizeof(district));
	memcpy(prefix->near, near, sizeof(near));
	prefix->series_key = row->series_key;
	prefix->context = (uint8_t)row->context;
	return prefix;
}

static char *put_word(char *p, const char *word, size_t n)
{
	memcpy(p, word, n);
	return p + n;
}

static char *put_int(char *p, int64_t v)
{
	char digits[20];
	size_t n = sizeof(digits);
	uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	do {
		digits[--n] = (char)('0' + u % 10);
		u /= 10;
	} while (u);
	if (v < 0)
		*p++ = '-';
	return put_word(p, digits + n, sizeof(digits) - n);
}

/* v / 10^places without trailing zeros: 341230000 / 10^7 is 34.123 */
static char *put_scaled(char *p, int64_t v, int places)
{
	int64_t unit = 1;
	int i;

	for (i = 0; i < places; i++)
		unit *= 10;
	if (v < 0) {
		*p++ = '-';
		v = -v;
	}
	p = put_int(p, v / unit);
	v %= unit;
	if (v)
		*p++ = '.';
	while (v) {
		unit /= 10;
		*p++ = (char)('0' + v / unit);
		v %= unit;
	}
	return p;
}

#define PUT(p, literal) put_word(p, literal, sizeof(literal) - 1)

static char *put_value(char *p, const struct spool_row *row)
{
	p = PUT(p, "value=");
	p += reading_put_number(p, row->value, row->series->kind, row->series->decimals);
	*p++ = ',';
	return p;
}

static char *put_point(char *p, const struct place *place)
{
	p = put_scaled(PUT(p, ",lat="), place->lat_e7, 7);
	p = put_scaled(PUT(p, ",lon="), place->lon_e7, 7);
	if (place->origin != PLACE_NONE)
		p = put_scaled(PUT(p, ",fix_age="), place->fix_age_ms, 3);
	if (place->mode) {
		p = put_int(PUT(p, ",mode="), place->mode);
		*p++ = 'i';
	}
	if (place->eph_cm > 0)
		p = put_scaled(PUT(p, ",eph="), place->eph_cm, 2);
	if (place->border_m >= 0)
		p = put_int(PUT(p, ",border="), place->border_m);
	return p;
}

/*
 * Coordinates go with samples, or where the crew's safety allows it always.  That a person and not a
 * receiver said where the van is, goes with every reading: it bears on the district.
 */
static char *put_place(char *p, const struct line_encoder *encoder, const struct spool_row *row)
{
	const struct place *place = &row->place;
	bool pointed = place->has_point &&
		       (row->context == CONTEXT_SAMPLE || encoder->positions == POSITIONS_ALWAYS);

	if (place->origin == PLACE_NONE)
		return p;
	if (pointed)
		p = put_point(p, place);
	if (!pointed && place->origin == PLACE_GPS)
		return p;
	p = put_int(PUT(p, ",pos="), (int64_t)place->origin);
	*p++ = 'i';
	return p;
}

/* Nothing is said of a time that NTP or GPS confirmed. */
static char *put_clock(char *p, const struct spool_row *row)
{
	if (row->clock >= TIME_NTP)
		return p;
	p = put_int(PUT(p, ",clock="), (int64_t)row->clock);
	return put_scaled(PUT(p, "i,clock_err="), row->clock_error_ms, 3);
}

static char *put_sample(char *p, uint64_t sample)
{
	if (!sample)
		return p;
	p = put_int(PUT(p, ",sample="), (int64_t)sample);
	*p++ = 'i';
	return p;
}

static char *put_reading(char *p, const struct line_encoder *encoder, const struct prefix *prefix,
	const struct spool_row *row)
{
	p = put_word(p, prefix->at, prefix->len);
	if (isfinite(row->value))
		p = put_value(p, row);
	p = put_int(PUT(p, "seq="), (int64_t)row->number);
	p = put_int(PUT(p, "i,qc="), row->qc);
	*p++ = 'i';
	if (row->flags) {
		p = put_int(PUT(p, ",flags="), row->flags);
		*p++ = 'i';
	}
	p = put_clock(p, row);
	p = put_place(p, encoder, row);
	return put_sample(p, row->sample);
}

/*
 * What a meter's file says goes out as analyzer, parameter and number.  Sample id, probe and operator stand in the
 * words alone, and stay in the van.  Words that nobody can read cost these three, never the row.
 */
static struct filed_head filed_of(const struct spool_row *row)
{
	struct filed_head head = {.value = (double)NAN};

	if (row->kind < LEDGER_FILE_READING || row->kind > LEDGER_FILE_CALIBRATION || !row->words ||
		!filed_read(row->words, &head))
		return (struct filed_head){.value = (double)NAN};
	if (row->c & FLAG_NO_VALUE)
		head.value = (double)NAN;
	return head;
}

/* A check's step goes out the same way: its value is the standard's or the analyzer's; who and which lot stay in the van. */
static struct filed_head check_of(const struct spool_row *row)
{
	struct filed_head head = {.value = (double)NAN};
	struct check_step step;

	if (!row->words || !check_step_read(&step, row->number, row->a, row->b, row->c, row->words))
		return head;
	text_copy(head.analyzer, sizeof(head.analyzer), step.unit);
	text_copy(head.parameter, sizeof(head.parameter), step.parameter);
	if (*step.value)
		head.value = strtod(step.value, NULL);
	return head;
}

/* A tag of an event, where there is one. */
static char *put_name(char *p, const char *key, const char *name)
{
	char at[2 * UNIT_NAME + 2 * PARAMETER_CODE];
	struct text text = text_over(at, sizeof(at));

	if (!*name)
		return p;
	line_put_tag(&text, name);
	p = put_word(p, key, strlen(key));
	return put_word(p, at, text.len);
}

static char *put_event_tags(char *p, const struct line_encoder *encoder,
	const struct spool_row *row, const struct filed_head *head)
{
	const char *word = ledger_words[row->kind];

	p = put_name(PUT(p, "event"), ",analyzer=", head->analyzer);
	p = put_word(PUT(p, ",kind="), word, strlen(word));
	p = put_word(PUT(p, ",lab="), encoder->lab, strlen(encoder->lab));
	p = put_name(p, ",parameter=", head->parameter);
	p = put_word(PUT(p, ",spool="), encoder->spool, strlen(encoder->spool));
	*p++ = ' ';
	return p;
}

static char *put_event(char *p, const struct line_encoder *encoder, const struct spool_row *row)
{
	struct filed_head head = row->kind == LEDGER_CHECK ? check_of(row) : filed_of(row);

	p = put_event_tags(p, encoder, row, &head);
	/* Of a place that a person entered the coordinates stay in the van. */
	if (row->kind != LEDGER_PLACE) {
		p = put_int(PUT(p, "a="), row->a);
		p = put_int(PUT(p, "i,b="), row->b);
		p = PUT(p, "i,");
	}
	p = put_int(PUT(p, "c="), row->c);
	p = put_int(PUT(p, "i,seq="), (int64_t)row->number);
	*p++ = 'i';
	if (isfinite(head.value)) {
		p = PUT(p, ",value=");
		p += number_put_f64(p, head.value);
	}
	return put_clock(p, row);
}

static char *put_measured(char *p, const char *key, double value)
{
	if (!isfinite(value))
		return p;
	p = put_word(p, key, strlen(key));
	return p + number_put_f64(p, value);
}

/* Words that nobody can read cost the tags and the three numbers, never the row. */
static char *put_summary(char *p, const struct line_encoder *encoder, const struct spool_row *row)
{
	struct summary summary = {.min = (double)NAN, .mean = (double)NAN, .max = (double)NAN};
	bool known = row->words && summary_read(row->words, &summary);
	const struct summary_of *of = &summary.of;
	const char *context = context_word(of->context);

	if (!context)
		return NULL;
	p = put_name(PUT(p, "summary"), ",analyzer=", of->analyzer);
	if (known) {
		p = put_name(p, ",context=", context);
		p = put_name(p, ",district=", *of->district ? of->district : "none");
	}
	p = put_word(PUT(p, ",lab="), encoder->lab, strlen(encoder->lab));
	p = put_name(p, ",near=", of->near);
	p = put_name(p, ",parameter=", of->parameter);
	p = put_word(PUT(p, ",spool="), encoder->spool, strlen(encoder->spool));
	p = put_int(PUT(p, " n="), row->b);
	p = put_int(PUT(p, "i,n_good="), row->c);
	*p++ = 'i';
	p = put_measured(p, ",min=", summary.min);
	p = put_measured(p, ",mean=", summary.mean);
	p = put_measured(p, ",max=", summary.max);
	p = put_int(PUT(p, ",seq="), (int64_t)row->number);
	*p++ = 'i';
	p = put_clock(p, row);
	if (summary.entered)
		p = PUT(p, ",pos=2i");
	return put_sample(p, of->sample);
}

static char *put_row(char *p, struct line_encoder *encoder, const struct spool_row *row)
{
	const struct prefix *prefix;

	if (row->stream == STREAM_READINGS) {
		if (!context_word(row->context) || !row->series)
			return NULL;
		prefix = find_prefix(encoder, row);
		if (!prefix)
			return NULL;
		p = put_reading(p, encoder, prefix, row);
	} else if (row->kind == LEDGER_SUMMARY) {
		p = put_summary(p, encoder, row);
		if (!p)
			return NULL;
	} else if (row->kind == LEDGER_RESULT || row->kind == LEDGER_POINT ||
		   row->kind == LEDGER_LAB_STATUS) {
		struct text line = text_over(p, LINE_LONGEST - TIME_TEXT);
		bool put = row->kind == LEDGER_LAB_STATUS
				   ? lab_line_put(&line, row, encoder->lab, encoder->spool)
				   : sample_line_put(&line, row, encoder->lab, encoder->spool);

		if (!put)
			return NULL;
		p += line.len;
	} else {
		if ((size_t)row->kind >= COUNT(ledger_words) || !ledger_words[row->kind])
			return NULL;
		p = put_event(p, encoder, row);
	}
	*p++ = ' ';
	p = put_int(p, row->utc_ms);
	*p++ = '\n';
	return p;
}

/* Rows born elsewhere have another id; there are few such borders. */
static void know_spool(struct line_encoder *encoder, const char *id)
{
	struct text text;
	size_t i;

	if (!id || strcmp(id, encoder->spool) == 0)
		return;
	text = text_over(encoder->spool, sizeof(encoder->spool));
	line_put_tag(&text, id);
	for (i = 0; i < COUNT(encoder->prefixes); i++)
		encoder->prefixes[i].len = 0;
}

bool line_encode(struct line_encoder *encoder, struct text *to, const struct spool_row *row)
{
	char line[LINE_LONGEST];
	size_t room = to->cap - 1 - to->len;
	bool direct = room >= LINE_LONGEST;
	char *start = direct ? to->at + to->len : line;
	char *end;
	size_t n;

	if (row->clock == TIME_NONE)
		return false;
	know_spool(encoder, row->spool);
	end = put_row(start, encoder, row);
	if (!end || (size_t)(end - start) > room) {
		to->at[to->len] = '\0';
		return false;
	}
	n = (size_t)(end - start);
	if (!direct)
		memcpy(to->at + to->len, line, n);
	to->len += n;
	to->at[to->len] = '\0';
	return true;
}
