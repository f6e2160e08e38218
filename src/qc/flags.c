#include "qc/flags.h"

#include "qc/judge.h"

static const char *const words[QC_TESTS] = {
	[QC_SYNTAX] = "syntax",
	[QC_GAP] = "gap",
	[QC_GROSS] = "gross",
	[QC_SPIKE] = "spike",
	[QC_RATE] = "rate",
	[QC_FLAT] = "flat",
	[QC_ATTENUATED] = "attenuated",
	[QC_CLIMATOLOGY] = "climatology",
	[QC_LOCATION] = "location",
};

const char *qc_test_word(enum qc_test test)
{
	return words[test];
}

struct qc_flags qc_flags_all(enum qc qc)
{
	struct qc_flags flags;
	unsigned i;

	for (i = 0; i < QC_TESTS; i++)
		flags.of[i] = (uint8_t)qc;
	return flags;
}

enum qc qc_flags_worst(const struct qc_flags *flags)
{
	enum qc worst = QC_MISSING;
	unsigned i;

	if (flags->of[QC_GROSS] == QC_MISSING)
		return QC_MISSING;
	for (i = 0; i < QC_TESTS; i++)
		if (i != QC_GAP)
			worst = qc_worst(worst, (enum qc)flags->of[i]);
	return worst;
}
