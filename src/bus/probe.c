#include "bus/probe.h"

#include <string.h>

#include "bus/decode.h"
#include "bus/trouble.h"

enum { IN_VAIN = 3 };

void probe_begin(struct probe *probe, const struct profile *profile)
{
	unsigned i;

	memset(probe, 0, sizeof(*probe));
	probe->profile = profile;
	for (i = 0; i < profile->n_fields; i++)
		probe->values[i].field = &profile->fields[i];
}

/* --- the reads, in their order ----------------------------------------------------------------------- */

/* The identity, the status rules, the values at each place, the values again. */
unsigned probe_steps(const struct probe *probe)
{
	return 1 + probe->profile->n_status + 2 * PROBE_PLACES * probe->profile->n_fields;
}

static void value_job(struct probe *probe, unsigned step, struct probe_job *job)
{
	static const unsigned places[] = {PROBE_WRITTEN, PROBE_LOWER, PROBE_HIGHER};
	unsigned one_look = PROBE_PLACES * probe->profile->n_fields;

	job->again = step >= one_look;
	step -= job->again ? one_look : 0;
	job->what = PROBE_VALUE;
	job->index = step / PROBE_PLACES;
	job->place = places[step % PROBE_PLACES];
	job->at = probe->profile->fields[job->index].at;
	job->into = &probe->values[job->index].at[job->place];
}

static void place_job(struct probe *probe, unsigned step, struct probe_job *job)
{
	const struct profile *profile = probe->profile;

	*job = (struct probe_job){.what = PROBE_IDENTITY,
		.place = PROBE_WRITTEN,
		.at = profile->identity,
		.into = &probe->identity};
	if (step == 0)
		return;
	if (step > profile->n_status) {
		value_job(probe, step - 1 - profile->n_status, job);
		return;
	}
	job->what = PROBE_STATUS;
	job->index = step - 1;
	job->at = profile->status[job->index].at;
	job->into = &probe->status[job->index];
}

bool probe_job(struct probe *probe, unsigned step, struct probe_job *job)
{
	char room[sizeof(job->into->why)];
	struct text why = text_over(room, sizeof(room));

	place_job(probe, step, job);
	if (job->what == PROBE_IDENTITY && !probe->profile->has_identity)
		return false;
	/* Only orders need a second look: values of one register have one. */
	if (job->again && (job->at.registers == 1 || !job->into->done))
		return false;
	if (probe_where(probe->profile, job->place, &job->at, &job->start, &job->count, &why))
		return true;
	memcpy(job->into->why, room, sizeof(job->into->why));
	return false;
}

/* --- asking ------------------------------------------------------------------------------------------ */

static bool is_in_vain(const struct probe *probe)
{
	return !probe->answered && probe->asked >= IN_VAIN;
}

bool probe_question(struct probe *probe, struct port_ask *ask)
{
	unsigned last = probe_steps(probe);
	struct probe_job job;

	while (probe->step < last && !probe_job(probe, probe->step, &job))
		probe->step++;
	if (probe->step == last || is_in_vain(probe))
		return false;
	if (job.again && !probe->again)
		probe->wait_ms = PROBE_CHANGE_MS;
	probe->again |= job.again;
	*ask = (struct port_ask){
		.function = job.at.function, .start = job.start, .count = job.count};
	return true;
}

static void take(struct probe_job *job, int err, const struct port_reply *reply)
{
	struct text why = text_over(job->into->why, sizeof(job->into->why));
	struct value_bytes *to = job->again ? &job->into->again : &job->into->bytes;
	bool *done = job->again ? &job->into->done_again : &job->into->done;

	if (err)
		trouble_put(&why, err, reply->exception);
	else if (decode_take(&job->at, reply->pdu, reply->len, job->start, to))
		text_put(&why, "the answer does not hold it");
	else
		*done = true;
}

void probe_answer(struct probe *probe, int err, const struct port_reply *reply)
{
	struct probe_job job;

	probe->asked++;
	if (!err || err == ERR_EXCEPTION)
		probe->answered++;
	else
		probe->last = err;
	probe->noisy |= err == ERR_NOISE || (reply->stale && err);
	probe->wait_ms = probe->profile->quiet_ms;
	if (probe_job(probe, probe->step, &job))
		take(&job, err, reply);
	probe->step++;
}
