#include "step_peer.h"
#include <string.h>

size_t onnx_start(struct step_peer *p, size_t threads, const struct vae_run *run, size_t batch,
                  const struct images *images, const char *checkpoint)
{
    char number[3][24], reason[STEP_PEER_REASON];
    const size_t values[] = {threads, batch, images->count};
    for (int i = 0; i < 3; i++) snprintf(number[i], sizeof number[i], "%zu", values[i]);
    const struct step_peer_command c = {
        {"node", "bench/peers/onnx_forward.js", number[0], number[1], number[2]},
        {{"NODE_PATH", NODE_MODULES}},
        threads};
    if (!step_peer_start(p, &c, images, checkpoint, reason)) {
        fprintf(stderr, "bench: ONNX Runtime is skipped: %s\n",
                *reason ? reason : "it does not start (make peers)");
        return 0;
    }
    p->passes = (int)(images->count / batch);
    p->work = p->passes * (double)batch * vae_forward_flops(&run->shape, 1);
    snprintf(p->name, sizeof p->name, "ONNX Runtime %.12s, %zu thread%s", p->version, threads,
             threads > 1 ? "s" : "");
    return 1;
}
