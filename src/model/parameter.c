#include "model/parameter.h"

#include <stdlib.h>
#include <string.h>

static const struct parameter parameters[] = {
#define PARAMETER(code, unit, wqx, low, high) {#code, unit, wqx, low, high},
#include "model/parameter.def"
#undef PARAMETER
};

size_t parameter_count(void)
{
	return sizeof(parameters) / sizeof(parameters[0]);
}

const struct parameter *parameter_at(size_t i)
{
	return &parameters[i];
}

static int compare_code(const void *code, const void *parameter)
{
	return strcmp(code, ((const struct parameter *)parameter)->code);
}

const struct parameter *parameter_find(const char *code)
{
	return bsearch(code, parameters, parameter_count(), sizeof(parameters[0]), compare_code);
}
