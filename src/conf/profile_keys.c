#include "conf/profile_keys.h"

#define AT(type, field) .offset = offsetof(type, field), .size = sizeof(((type *)NULL)->field)
#define BIT(v)          (1u << (v))

static const struct schema_choice drive_levels[] = {
	{"documented", LEVEL_DOCUMENTED},
	{"recorded", LEVEL_RECORDED},
	{"field-proven", LEVEL_FIELD_PROVEN},
	{NULL, 0},
};

static const struct schema_choice functions[] = {
	{"coils", 1}, {"discrete", 2}, {"holding", 3}, {"input", 4}, {NULL, 0}};

static const struct schema_choice orders[] = {{"ABCD", ORDER_ABCD}, {"CDAB", ORDER_CDAB},
	{"BADC", ORDER_BADC}, {"DCBA", ORDER_DCBA}, {NULL, 0}};

static const struct schema_choice starts[] = {{"any", 0}, {"even", 1}, {NULL, 0}};

static const struct schema_choice gaps[] = {{"read", 0}, {"skip", 1}, {NULL, 0}};

static const struct schema_choice effects[] = {{"suspect", EFFECT_SUSPECT}, {"bad", EFFECT_BAD},
	{"warmup", EFFECT_WARMUP}, {"calibrating", EFFECT_CALIBRATING},
	{"cleaning", EFFECT_CLEANING}, {"standby", EFFECT_STANDBY}, {"over", EFFECT_OVER},
	{"under", EFFECT_UNDER}, {"absent", EFFECT_NO_VALUE}, {"unit", EFFECT_UNIT}, {NULL, 0}};

static const struct schema_choice switches[] = {{"true", 1}, {"false", 0}, {NULL, 0}};

static const struct schema_choice types[] = {{"u16", TYPE_U16}, {"i16", TYPE_I16},
	{"u32", TYPE_U32}, {"i32", TYPE_I32}, {"f32", TYPE_F32}, {"f64", TYPE_F64},
	{"bits", TYPE_BITS}, {"bcd16", TYPE_BCD16}, {"bcd32", TYPE_BCD32}, {NULL, 0}};

static const struct schema_choice identity_types[] = {
	{"u16", TYPE_U16}, {"u32", TYPE_U32}, {"string", TYPE_STRING}, {NULL, 0}};

enum {
	IS_TEXT = BIT(TYPE_STRING),
	IS_BITS = BIT(TYPE_BITS),
	IS_NUMBER = BIT(TYPE_U16) | BIT(TYPE_U32),
	IS_WHOLE = BIT(TYPE_U16) | BIT(TYPE_I16) | BIT(TYPE_U32) | BIT(TYPE_I32) | BIT(TYPE_BITS) |
		   BIT(TYPE_BCD16) | BIT(TYPE_BCD32)
};

enum { MOST_PRINTED = 500000 };

#define AT_KEY(type, name, words)                                                       \
	{                                                                               \
		.key = name, .help = words, .kind = SCHEMA_INTEGER, AT(type, where.at), \
		.least = 0, .most = MOST_PRINTED                                        \
	}
/* Where the entry differs from the profile as a whole. */
#define OWN_KEYS(type)                                                                   \
	{.key = "function",                                                              \
		.help = "Where it is, if not where the profile says.",                   \
		.kind = SCHEMA_CHOICE,                                                   \
		AT(type, where.function),                                                \
		.preset = "holding",                                                     \
		.choices = functions},                                                   \
	{                                                                                \
		.key = "base",                                                           \
		.help = "The printed number of wire address 0, if not the profile's.",   \
		.kind = SCHEMA_INTEGER, AT(type, where.base), .preset = "0", .least = 0, \
		.most = MOST_PRINTED                                                     \
	}
#define ORDER_KEY(type)                                                                           \
	{                                                                                         \
		.key = "order", .help = "Order of its bytes, if not the profile's.",              \
		.kind = SCHEMA_CHOICE, AT(type, where.order), .preset = "ABCD", .choices = orders \
	}

#define NUMBERS_KEY(name, words, most_of)                                          \
	{                                                                          \
		.key = #name, .help = words, .kind = SCHEMA_NUMBERS,               \
		AT(struct written_value, name), .preset = "",                      \
		.count = offsetof(struct written_value, n_##name), .most = most_of \
	}

static const struct schema_key value_keys[] = {
	{.key = "type",
		.help = "What the registers hold.",
		.kind = SCHEMA_CHOICE,
		AT(struct written_value, type),
		.choices = types},
	AT_KEY(struct written_value, "at",
		"Number of the first register, as the manual prints it."),
	{.key = "parameter",
		.help = "A code of src/model/parameter.def; with judged = false a name of its own.",
		.kind = SCHEMA_TEXT,
		AT(struct written_value, parameter)},
	{.key = "unit",
		.help = "What it is in as the manual has it (UCUM); empty: the parameter's unit.",
		.kind = SCHEMA_TEXT,
		AT(struct written_value, unit),
		.preset = ""},
	{.key = "judged",
		.help = "false: no water quality (a battery's voltage), never judged.",
		.kind = SCHEMA_CHOICE,
		AT(struct written_value, judged),
		.preset = "true",
		.choices = switches},
	{.key = "mask",
		.help = "The bits taken; they are shifted down.",
		.kind = SCHEMA_INTEGER,
		AT(struct written_value, mask),
		.least = 1,
		.most = 0xFFFF,
		.when = IS_BITS},
	{.key = "scale",
		.help = "value = raw * scale + offset, in the parameter's unit.",
		.kind = SCHEMA_REAL,
		AT(struct written_value, scale),
		.preset = "1",
		.least = -1e12,
		.most = 1e12},
	{.key = "offset",
		.help = "See scale.",
		.kind = SCHEMA_REAL,
		AT(struct written_value, offset),
		.preset = "0",
		.least = -1e12,
		.most = 1e12},
	{.key = "decimals",
		.help = "Places after the point; as many as scale and offset need, if not said.",
		.kind = SCHEMA_INTEGER,
		AT(struct written_value, decimals),
		.preset = "0",
		.least = 0,
		.most = 9,
		.when = IS_WHOLE},
	NUMBERS_KEY(sentinels,
		"Numbers that mean \"no value\": hexadecimal as the register words, others as the "
		"number before scale and offset.",
		WRITTEN_SENTINELS),
	NUMBERS_KEY(over, "Numbers that mean \"more than I measure\", written as sentinels.",
		WRITTEN_ENDS),
	NUMBERS_KEY(under, "Numbers that mean \"less than I measure\", written as sentinels.",
		WRITTEN_ENDS),
	NUMBERS_KEY(doubtful,
		"Numbers that may be no measurement; they are kept, suspect.  Written as "
		"sentinels.",
		WRITTEN_ENDS),
	ORDER_KEY(struct written_value),
	OWN_KEYS(struct written_value),
	{.key = NULL},
};

static const struct schema_key status_keys[] = {
	{.key = "effect",
		.help = "What the values are while the rule holds.",
		.kind = SCHEMA_CHOICE,
		AT(struct written_status, effect),
		.choices = effects},
	AT_KEY(struct written_status, "at",
		"Number of the register or bit, as the manual prints it."),
	{.key = "bit",
		.help = "The rule holds while this bit is 1.",
		.kind = SCHEMA_INTEGER,
		AT(struct written_status, bit),
		.preset = "0",
		.least = 0,
		.most = 15},
	{.key = "mask",
		.help = "The rule holds while one of these bits is 1, or, with equals, while these "
			"bits are exactly that.",
		.kind = SCHEMA_INTEGER,
		AT(struct written_status, mask),
		.preset = "65535",
		.least = 1,
		.most = 0xFFFF},
	{.key = "equals",
		.help = "See mask; without a mask, of the whole register.",
		.kind = SCHEMA_INTEGER,
		AT(struct written_status, equals),
		.preset = "0",
		.least = 0,
		.most = 0xFFFF},
	{.key = "meaning",
		.help = "The manual's words.",
		.kind = SCHEMA_TEXT,
		AT(struct written_status, meaning)},
	{.key = "only",
		.help = "The one parameter it touches; empty: all of the analyzer.",
		.kind = SCHEMA_TEXT,
		AT(struct written_status, only),
		.preset = ""},
	OWN_KEYS(struct written_status),
	{.key = NULL},
};

static const struct schema_key identity_keys[] = {
	{.key = "type",
		.help = "What the registers hold.",
		.kind = SCHEMA_CHOICE,
		AT(struct written_identity, type),
		.choices = identity_types},
	AT_KEY(struct written_identity, "at",
		"Number of the first register, as the manual prints it."),
	{.key = "equals",
		.help = "The number the right device says.",
		.kind = SCHEMA_NUMBERS,
		AT(struct written_identity, equals),
		.count = offsetof(struct written_identity, n_equals),
		.most = 1,
		.when = IS_NUMBER},
	{.key = "text",
		.help = "The text the right device says; blanks at its end do not count.",
		.kind = SCHEMA_TEXT,
		AT(struct written_identity, text),
		.when = IS_TEXT},
	{.key = "registers",
		.help = "How many registers the text fills.",
		.kind = SCHEMA_INTEGER,
		AT(struct written_identity, registers),
		.least = 1,
		.most = 32,
		.when = IS_TEXT},
	ORDER_KEY(struct written_identity),
	OWN_KEYS(struct written_identity),
	{.key = NULL},
};

static const struct schema_key forbidden_keys[] = {
	AT_KEY(struct written_forbidden, "first",
		"First register no request may touch, as printed."),
	{.key = "last",
		.help = "Last one, itself included.",
		.kind = SCHEMA_INTEGER,
		AT(struct written_forbidden, last),
		.least = 0,
		.most = MOST_PRINTED},
	OWN_KEYS(struct written_forbidden),
	{.key = NULL},
};

static const struct schema value_schema = {"value", value_keys};
static const struct schema status_schema = {"status rule", status_keys};
static const struct schema identity_schema = {"identity", identity_keys};
static const struct schema forbidden_schema = {"forbidden range", forbidden_keys};

static const struct schema_key profile_keys[] = {
	{.key = "models",
		.help = "Maker and models: \"Maker Model A, Model B\".",
		.kind = SCHEMA_TEXT,
		AT(struct written_profile, own.models)},
	{.key = "manual",
		.help = "The manual and the edition this follows, or the source it is from.",
		.kind = SCHEMA_TEXT,
		AT(struct written_profile, own.manual)},
	{.key = "level",
		.help = "How well it is known: from a manual, from recorded traffic, from the "
			"field.",
		.kind = SCHEMA_CHOICE,
		AT(struct written_profile, own.level),
		.preset = "documented",
		.choices = drive_levels},
	{.key = "function",
		.help = "Where the registers are: holding (function 3), input (4), coils (1), "
			"discrete inputs (2).",
		.kind = SCHEMA_CHOICE,
		AT(struct written_profile, function),
		.preset = "holding",
		.choices = functions},
	{.key = "base",
		.help = "The number the manual prints for wire address 0: mostly 0, 1, 30001 or "
			"40001.",
		.kind = SCHEMA_INTEGER,
		AT(struct written_profile, base),
		.least = 0,
		.most = MOST_PRINTED},
	{.key = "order",
		.help = "Order of the bytes of values that fill more than one register.",
		.kind = SCHEMA_CHOICE,
		AT(struct written_profile, order),
		.preset = "ABCD",
		.choices = orders},
	{.key = "most_registers",
		.help = "Most registers the device answers in one request.",
		.kind = SCHEMA_INTEGER,
		AT(struct written_profile, own.most_registers),
		.preset = "125",
		.least = 1,
		.most = 125,
		.unit = "registers"},
	{.key = "starts",
		.help = "Wire addresses a request may start at.",
		.kind = SCHEMA_CHOICE,
		AT(struct written_profile, own.even_start),
		.preset = "any",
		.choices = starts},
	{.key = "gaps",
		.help = "Whether registers nobody named may be read to save a request.",
		.kind = SCHEMA_CHOICE,
		AT(struct written_profile, own.exact_reads),
		.preset = "read",
		.choices = gaps},
	{.key = "quiet_ms",
		.help = "Silence the device needs before the next question.",
		.kind = SCHEMA_INTEGER,
		AT(struct written_profile, own.quiet_ms),
		.preset = "0",
		.least = 0,
		.most = 10000,
		.unit = "ms"},
	{.key = "reply_ms",
		.help = "Worst honest time to the first byte of an answer.",
		.kind = SCHEMA_INTEGER,
		AT(struct written_profile, own.reply_ms),
		.preset = "1000",
		.least = 10,
		.most = 60000,
		.unit = "ms"},
	{.key = "turnaround_ms",
		.help = "Usual time to the first byte; for planning.",
		.kind = SCHEMA_INTEGER,
		AT(struct written_profile, own.turnaround_ms),
		.preset = "20",
		.least = 0,
		.most = 60000,
		.unit = "ms"},
	{.key = "warmup_s",
		.help = "Values are suspect this long after the device (re)appears.",
		.kind = SCHEMA_INTEGER,
		AT(struct written_profile, own.warmup_s),
		.preset = "0",
		.least = 0,
		.most = 86400,
		.unit = "s"},
	{.key = "identity",
		.help = "A register that tells this device from others; read at every open.",
		.kind = SCHEMA_GROUP,
		AT(struct written_profile, identity),
		.optional = true,
		.inside = &identity_schema},
	{.key = "forbidden",
		.help = "Registers no request may touch.",
		.kind = SCHEMA_LIST,
		.offset = offsetof(struct written_profile, forbidden),
		.size = sizeof(struct written_forbidden),
		.preset = "",
		.count = offsetof(struct written_profile, n_forbidden),
		.most = MOST_FORBIDDEN,
		.inside = &forbidden_schema},
	{.key = "values",
		.help = "What the analyzer measures.",
		.kind = SCHEMA_LIST,
		.offset = offsetof(struct written_profile, values),
		.size = sizeof(struct written_value),
		.count = offsetof(struct written_profile, n_values),
		.least = 1,
		.most = MOST_FIELDS,
		.inside = &value_schema},
	{.key = "status",
		.help = "What the analyzer says about its values.",
		.kind = SCHEMA_LIST,
		.offset = offsetof(struct written_profile, status),
		.size = sizeof(struct written_status),
		.preset = "",
		.count = offsetof(struct written_profile, n_status),
		.most = MOST_STATUS,
		.inside = &status_schema},
	{.key = NULL},
};

const struct schema keys_profile = {"profile", profile_keys};
