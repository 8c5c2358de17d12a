/* Images whose codes the page shows: those in the page where a model takes images of their size, else draws of its own. */
"use strict";

const PRIOR_DRAWS = 60;

class Examples {
    /* encoded: whether the codes are the encoder's. */
    constructor(model, images, codes, labels, source, encoded) {
        Object.assign(this, { model, images, codes, labels, source, encoded, n: codes.length / model.latent });
    }

    static async of(far, model, embedded) {
        const { rows, columns, pixels, labels, source } = embedded;
        if (model.rows === rows && model.columns === columns && model.channels === 1) {
            const n = pixels.length / (rows * columns), images = seen(model, Float32Array.from(pixels, p => p / 255));
            const { mu } = await far.ask("encode", images, n);
            return new Examples(model, images, mu, labels.length === n ? labels : null, source, true);
        }
        const codes = normals(PRIOR_DRAWS * model.latent);
        const images = await far.ask("decode", codes, PRIOR_DRAWS);
        return new Examples(model, images, codes, null, "draws of the model's prior", false);
    }

    /* Sets c, the coordinates [n][count] of the codes in the view. */
    project(view) {
        this.c = new Float64Array(this.n * view.count);
        for (let i = 0; i < this.n; i++) this.c.set(view.coordinates(this.code(i)), i * view.count);
    }

    /* One that stands neither in the crowd nor at the edge of the plane, to begin with. */
    first() {
        const { n, c } = this, count = c.length / n;
        const far = i => Math.hypot(...c.subarray(i * count, i * count + Math.min(count, 2)));
        return Math.max(0, [...Array(n).keys()].findIndex(i => far(i) > 0.6 && far(i) < 1.2));
    }

    image(i) { return this.images.slice(i * this.model.width, (i + 1) * this.model.width); }
    code(i) { return this.codes.slice(i * this.model.latent, (i + 1) * this.model.latent); }
}

/* What a model may be asked the probability of: a Bernoulli decoder knows black and white alone. */
function seen(model, x) {
    return model.kind === "bernoulli" ? x.map(value => value >= 0.5 ? 1 : 0) : x;
}

/* A grey image in the channels of the model. */
function inChannels(model, grey) {
    if (model.channels === 1) return grey;
    return Float32Array.from({ length: model.width }, (_, i) => grey[Math.floor(i / model.channels)]);
}
