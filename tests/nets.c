#include "nets.h"
#include "cli.h"
#include <stdio.h>
#include <string.h>

struct dataset net_plain;

struct vae_net_rows net_rows(const struct images *i)
{
    return (struct vae_net_rows){
        .f32 = i->values, .u8 = i->pixels, .n = i->count, .d = vae_images_size(i)};
}

void net_make_fixture(void)
{
    struct vae_error e;
    cli_make_fixture();
    ck_assert_msg(vae_dataset_open("plain", &(struct dataset_options){0}, &net_plain, &e), "%s",
                  e.line);
}

void net_remove_fixture(void)
{
    vae_dataset_free(&net_plain);
    cli_remove_fixture();
}

void net_must(struct vae_net *net, enum vae_net_status status)
{
    ck_assert_msg(status == VAE_NET_OK, "status %d: %s", (int)status, vae_net_message(net));
    ck_assert_str_eq(vae_net_message(net), "");
}

void net_must_fail(const struct vae_net *net, enum vae_net_status is, enum vae_net_status should,
                   const char *says)
{
    ck_assert_msg(is == should, "status %d, not %d: %s", (int)is, (int)should,
                  vae_net_message(net));
    ck_assert_msg(strstr(vae_net_message(net), says) != NULL, "\"%s\" does not say \"%s\"",
                  vae_net_message(net), says);
}

void net_set_all(struct vae_net *net, const char *words)
{
    char copy[256], *rest;
    snprintf(copy, sizeof copy, "%s", words);
    for (char *name = strtok_r(copy, " ", &rest); name; name = strtok_r(NULL, " ", &rest))
        net_must(net, vae_net_set(net, name, strtok_r(NULL, " ", &rest)));
}

struct vae_net *net_new(const char *words)
{
    struct vae_net *net = vae_net_create();
    ck_assert_ptr_nonnull(net);
    net_set_all(net, NET_SMALL);
    net_set_all(net, words);
    return net;
}
