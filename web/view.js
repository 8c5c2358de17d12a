/* Where z stands among the axes that the page shows: z = origin + sum over k of c_k deviation_k axis_k + rest. The axes are
 * orthonormal; what z has beyond them is kept in rest, so that a code of an example stays exactly that. */
"use strict";

const SHOWN_AXES = 8;

class View {
    /* axes: [count][latent] */
    constructor(latent, origin, axes, deviations, names) {
        Object.assign(this, { latent, origin, axes, deviations, names, count: names.length });
    }

    /* The dimensions of z themselves, in units of the prior's standard deviation. */
    static plain(latent) {
        const count = Math.min(latent, SHOWN_AXES), axes = new Float32Array(count * latent);
        for (let k = 0; k < count; k++) axes[k * latent + k] = 1;
        return new View(latent, new Float32Array(latent), axes, new Float32Array(count).fill(1),
            Array.from({ length: count }, (_, k) => `z${subscript(k + 1)}`));
    }

    /* The first principal components of codes, as Engine.principal gives them. */
    static principal(latent, { mean, axes, deviations }) {
        let count = Math.min(latent, SHOWN_AXES);
        while (count > 1 && !(deviations[count - 1] > 1e-6)) count--;
        return new View(latent, mean, axes.slice(0, count * latent), deviations.slice(0, count),
            Array.from({ length: count }, (_, k) => `component ${k + 1}`));
    }

    coordinates(z) {
        const c = new Float64Array(this.count), { latent } = this;
        for (let k = 0; k < this.count; k++) {
            let sum = 0;
            for (let i = 0; i < latent; i++) sum += (z[i] - this.origin[i]) * this.axes[k * latent + i];
            c[k] = sum / this.deviations[k];
        }
        return c;
    }

    point(c, rest) {
        const z = new Float32Array(this.latent), { latent } = this;
        for (let i = 0; i < latent; i++) {
            let sum = this.origin[i] + (rest ? rest[i] : 0);
            for (let k = 0; k < this.count; k++) sum += c[k] * this.deviations[k] * this.axes[k * latent + i];
            z[i] = sum;
        }
        return z;
    }

    /* What of z the shown axes cannot say. */
    rest(z) {
        const near = this.point(this.coordinates(z));
        return Float64Array.from(z, (value, i) => value - near[i]);
    }

    /* The ellipse of a Gaussian with these log-variances in the plane of the first two axes: half axes of one standard
     * deviation, and the angle of the longer one. */
    ellipse(logvar) {
        const { latent } = this, c = [0, 0, 0];
        for (let i = 0; i < latent; i++) {
            const a = this.axes[i] / this.deviations[0];
            const b = this.count > 1 ? this.axes[latent + i] / this.deviations[1] : 0;
            const variance = Math.exp(logvar[i]);
            c[0] += a * a * variance, c[1] += a * b * variance, c[2] += b * b * variance;
        }
        const middle = (c[0] + c[2]) / 2, apart = Math.hypot((c[0] - c[2]) / 2, c[1]);
        return {
            long: Math.sqrt(middle + apart), short: Math.sqrt(Math.max(middle - apart, 0)),
            angle: Math.atan2(2 * c[1], c[0] - c[2]) / 2,
        };
    }
}

function subscript(n) {
    return String(n).replace(/\d/g, d => String.fromCharCode(0x2080 + Number(d)));
}
