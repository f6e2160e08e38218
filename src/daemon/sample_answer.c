#include "daemon/sample_answer.h"

#include <stdlib.h>

#include "daemon/sample_status.h"

int sample_send(const struct parts *parts, uint64_t number, struct control_client *client)
{
	struct sample *sample = malloc(sizeof(*sample));
	json_t *answer = NULL;

	if (!sample)
		return ERR_MEMORY;
	if (field_sample(parts->field, number, sample))
		answer = sample_status(parts, sample);
	free(sample);
	if (!answer)
		return control_refuse(client,
			"there is no sample %llu here; `waterlab sample list` shows them",
			(unsigned long long)number);
	return control_send_new(client, answer);
}

int sample_record(const struct parts *parts, const struct step *step, struct control_client *client)
{
	char words[200] = "";
	struct text why = text_over(words, sizeof(words));
	uint64_t sample;
	int err = field_record(parts->field, step, &sample, &why);

	if (err == ERR_RANGE && why.len)
		return control_refuse(client, "%s", words);
	if (err)
		return control_refuse(client,
			"it is not recorded: %s; what was typed is kept nowhere else: do it again",
			err_text(err));
	return sample_send(parts, sample, client);
}

bool sample_is_sure(const json_t *request)
{
	return json_is_true(json_object_get(request, "sure"));
}

int sample_ask_back(struct control_client *client, const char *words)
{
	return control_send_new(client, json_pack("{s:s}", "question", words));
}

int sample_refuse_term(struct control_client *client, const char *key, enum term_list list)
{
	char words[320] = "";
	struct text all = text_over(words, sizeof(words));
	size_t i;

	for (i = 0; term_at(list, i); i++)
		text_printf(&all, "%s%s", i ? ", " : "", term_at(list, i));
	return control_refuse(client, "\"%s\" is one of %s", key, words);
}
