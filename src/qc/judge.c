#include "qc/judge.h"

#include <math.h>

static int rank(enum qc qc)
{
	switch (qc) {
	case QC_FAIL:
		return 4;
	case QC_SUSPECT:
		return 3;
	case QC_PASS:
		return 2;
	case QC_NOT_EVALUATED:
		return 1;
	case QC_MISSING:
		break;
	}
	return 0;
}

enum qc qc_worst(enum qc a, enum qc b)
{
	return rank(a) >= rank(b) ? a : b;
}

uint16_t qc_range(const struct parameter *parameter, double value)
{
	if (!parameter || !isfinite(value))
		return 0;
	return value < parameter->low || value > parameter->high ? FLAG_RANGE : 0;
}

enum qc qc_judge(const struct parameter *parameter, double value, uint16_t flags)
{
	enum qc qc = parameter ? QC_PASS : QC_NOT_EVALUATED;

	if (!isfinite(value))
		return QC_MISSING;
	if (flags & (FLAG_STATUS | FLAG_WARMUP | FLAG_OVER | FLAG_UNDER | FLAG_NOT_DETECTED))
		qc = qc_worst(qc, QC_SUSPECT);
	if (flags & (FLAG_RANGE | FLAG_FAULT | FLAG_CALIBRATING | FLAG_CLEANING))
		qc = qc_worst(qc, QC_FAIL);
	return qc;
}
