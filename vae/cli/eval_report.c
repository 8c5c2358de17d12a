#include "eval_report.h"
#include "../base/json.h"
#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *words, *key;
} bounds[] = {[SPLIT_TEST] = {"test", "test_bound"},
              [SPLIT_TRAIN] = {"training", "train_bound"},
              [SPLIT_VALIDATION] = {"validation", "validation_bound"}};

/* --- lines --- */

static void print_dimensions(const char *what, const struct vae_latent *l,
                             double (*of)(const struct vae_latent *, size_t))
{
    fputs(what, stdout);
    for (size_t j = 0; j < l->latent; j++) printf(" %.4g", of(l, j));
    putchar('\n');
}

static void print_local(const struct eval_report *r)
{
    const struct vae_local_mean *m = &r->local;
    printf("local bound %.2f nats (%zu steps for each image); amortisation gap %.2f", m->local,
           r->s->local_steps, m->local - m->amortised);
    if (r->bound.count > 1) printf(", standard error %.2f", m->se);
    if (r->s->draws) printf("; approximation gap %.2f", r->mean.log_p - m->local);
    putchar('\n');
}

static void print_hmc(const struct eval_report *r)
{
    const struct vae_marginal_mean *m = &r->hmc;
    printf("log p(x) %.2f nats", m->log_p);
    if (r->bound.count - m->stuck > 1) printf(", standard error %.2f", m->se);
    printf(" (Hamiltonian Monte Carlo from the %s, %zu draws, acceptance %.2f, step size %.3g)%s\n",
           vae_chains_from_names[r->s->chains.from], r->s->chains.draws, m->acceptance, m->step,
           r->grey ? "; of grey pixels, so it is no likelihood" : "");
    if (m->stuck)
        printf("%zu chains did not move and are left out; raise --burn-in or --hmc-samples\n",
               m->stuck);
    if (vae_marginal_unreliable(r->run->shape.latent))
        printf("not to be trusted with %zu dimensions of z: above %d the fitted density is too far "
               "from p(z|x); see --importance-samples\n",
               r->run->shape.latent, MARGINAL_MOST_LATENT);
}

void vae_eval_print(const struct eval_report *r)
{
    const struct settings *s = r->s;
    const double n = (double)r->bound.count;
    printf("%s bound %.2f nats (reconstruction %.2f, KL %.2f; binarisation: %s) on %zu images\n",
           bounds[s->split].words, vae_bound_elbo(&r->bound), r->bound.recon / n, r->bound.kl / n,
           vae_binarize_names[r->run->binarize], r->bound.count);
    if (r->run->estimator == VAE_ESTIMATOR_IWAE)
        printf("IWAE bound %.2f nats, %zu draws each\n", r->bound.log_mean / n, r->run->samples);
    if (s->draws) {
        printf("log p(x) %.2f nats", r->mean.log_p);
        if (r->bound.count > 1) printf(", standard error %.2f", r->mean.se);
        printf(" (importance sampling, K = %zu, effective sample size %.1f)", s->draws,
               r->mean.ess);
        puts(r->grey ? "; of grey pixels, so it is no likelihood" : "");
    }
    if (s->local_steps) print_local(r);
    if (s->hmc) print_hmc(r);
    if (s->per_dimension) {
        print_dimensions("KL per dimension, nats:", r->latent, vae_latent_kl);
        print_dimensions("variance of mu over the images:", r->latent, vae_latent_mean_variance);
    }
    if (s->active_units)
        printf("active units %zu of %zu (variance of mu over the images above %g)\n",
               vae_latent_active(r->latent), r->latent->latent, VAE_ACTIVE_VARIANCE);
}

/* --- JSON --- */

static json_t *dimensions(bool *ok, const struct vae_latent *l,
                          double (*of)(const struct vae_latent *, size_t))
{
    json_t *all = json_array();
    for (size_t j = 0; j < l->latent; j++) vae_json_add(ok, all, vae_json_number(of(l, j)));
    return all;
}

static void put_importance(bool *ok, json_t *j, const struct eval_report *r)
{
    vae_json_put(ok, j, "log_likelihood", vae_json_number(r->mean.log_p));
    vae_json_put(ok, j, "log_likelihood_se", vae_json_number(r->mean.se));
    vae_json_put(ok, j, "importance_samples", json_integer((json_int_t)r->s->draws));
    vae_json_put(ok, j, "ess", vae_json_number(r->mean.ess));
}

static void put_local(bool *ok, json_t *j, const struct eval_report *r)
{
    const struct vae_local_mean *m = &r->local;
    vae_json_put(ok, j, "local_steps", json_integer((json_int_t)r->s->local_steps));
    vae_json_put(ok, j, "local_elbo", vae_json_number(m->local));
    vae_json_put(ok, j, "amortisation_gap", vae_json_number(m->local - m->amortised));
    vae_json_put(ok, j, "amortisation_gap_se", vae_json_number(m->se));
    if (r->s->draws)
        vae_json_put(ok, j, "approximation_gap", vae_json_number(r->mean.log_p - m->local));
}

static void put_hmc(bool *ok, json_t *j, const struct eval_report *r)
{
    const struct vae_marginal_mean *m = &r->hmc;
    const struct vae_marginal_settings *s = &r->s->chains;
    json_t *o = json_object();
    vae_json_put(ok, o, "log_likelihood", vae_json_number(m->log_p));
    vae_json_put(ok, o, "log_likelihood_se", vae_json_number(m->se));
    vae_json_put(ok, o, "acceptance", vae_json_number(m->acceptance));
    vae_json_put(ok, o, "step", vae_json_number(m->step));
    vae_json_put(ok, o, "stuck", json_integer((json_int_t)m->stuck));
    vae_json_put(ok, o, "samples", json_integer((json_int_t)s->draws));
    vae_json_put(ok, o, "leapfrog", json_integer((json_int_t)s->leapfrogs));
    vae_json_put(ok, o, "burn_in", json_integer((json_int_t)s->burn_in));
    vae_json_put(ok, o, "from", json_string(vae_chains_from_names[s->from]));
    if (s->from == CHAINS_PRIOR) vae_json_put(ok, o, "starts", json_integer((json_int_t)s->starts));
    vae_json_put(ok, o, "unreliable", json_boolean(vae_marginal_unreliable(r->run->shape.latent)));
    vae_json_put(ok, j, "hmc", o);
}

static void put_latent(bool *ok, json_t *j, const struct eval_report *r)
{
    if (r->s->per_dimension) {
        vae_json_put(ok, j, "kl_per_dimension", dimensions(ok, r->latent, vae_latent_kl));
        vae_json_put(ok, j, "mean_variance", dimensions(ok, r->latent, vae_latent_mean_variance));
    }
    if (r->s->active_units)
        vae_json_put(ok, j, "active_units", json_integer((json_int_t)vae_latent_active(r->latent)));
}

bool vae_eval_print_json(const struct eval_report *r, struct vae_error *e)
{
    const struct settings *s = r->s;
    const double n = (double)r->bound.count;
    bool ok = true;
    json_t *j = json_object();
    vae_json_put(&ok, j, bounds[s->split].key, vae_json_number(vae_bound_elbo(&r->bound)));
    vae_json_put(&ok, j, "kl", vae_json_number(r->bound.kl / n));
    vae_json_put(&ok, j, "recon", vae_json_number(r->bound.recon / n));
    if (r->run->estimator == VAE_ESTIMATOR_IWAE)
        vae_json_put(&ok, j, "iwae_bound", vae_json_number(r->bound.log_mean / n));
    vae_json_put(&ok, j, "split", json_string(vae_split_names[s->split]));
    if (s->first) vae_json_put(&ok, j, "first", json_integer((json_int_t)s->first));
    vae_json_put(&ok, j, "images", json_integer((json_int_t)r->bound.count));
    vae_json_put(&ok, j, "binarize", json_string(vae_binarize_names[r->run->binarize]));
    if (s->draws) put_importance(&ok, j, r);
    if (r->grey) vae_json_put(&ok, j, "is_likelihood", json_false());
    if (s->local_steps) put_local(&ok, j, r);
    if (s->hmc) put_hmc(&ok, j, r);
    put_latent(&ok, j, r);
    vae_json_put(&ok, j, "samples", json_integer((json_int_t)vae_run_points(r->run)));
    vae_json_put(&ok, j, "seed", json_integer((json_int_t)r->seed));
    char *text = vae_json_text(ok, j, JSON_COMPACT | JSON_REAL_PRECISION(9));
    if (!text) return vae_fail(e, "the bound as JSON: not enough memory");
    puts(text);
    free(text);
    return true;
}
