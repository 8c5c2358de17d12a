/* How well the model accounts for one image: its bound and log p(x), in nats, as a figure of bars. */
"use strict";

const BOUND_DRAWS = 200;                    /* of z for the bound: rows with the same image */
const IMPORTANCE_DRAWS = [10, 100, 1000];   /* of z for log p(x), one estimate after another */

const COMPARED = 60, OUTLIERS = 5;

class Worth {
    constructor(app, elements) {
        Object.assign(this, { app, elements, turn: null, last: null, typical: [] });
    }

    /* Computes all of it for x in the worker, and shows each number as it arrives; a later call ends an earlier one. */
    async measure(x) {
        this.clear();
        this.elements.draws.textContent = "drawing z …";
        const turn = this.turn = Symbol(), { far } = this.app;
        const copies = new Float32Array(BOUND_DRAWS * x.length);
        for (let i = 0; i < BOUND_DRAWS; i++) copies.set(x, i * x.length);
        const worth = { ...await far.ask("bound", copies, BOUND_DRAWS), logP: null, draws: 0 };
        if (turn !== this.turn) return;
        this.show(worth);
        for (const draws of IMPORTANCE_DRAWS) {
            const [logP] = await far.ask("logP", x, 1, draws);
            if (turn !== this.turn) return;
            this.show(Object.assign(worth, { logP, draws }));
        }
    }

    /* The bounds of some examples, to compare with, but the lowest and highest, which would take up the figure. */
    async compare(examples) {
        const turn = this.comparing = Symbol(), bounds = [];
        for (let i = 0; i < Math.min(examples.n, COMPARED); i++) {
            bounds.push((await this.app.far.ask("bound", examples.image(i), 1)).elbo);
            if (turn !== this.comparing) return;
        }
        this.typical = bounds.sort((a, b) => a - b).slice(OUTLIERS, -OUTLIERS);
        if (this.last) this.#draw(this.last);
    }

    /* Before another model's numbers. */
    stop() {
        this.clear();
        this.comparing = null;
        this.typical = [];
    }

    clear() {
        this.turn = null;
        this.last = null;
        this.elements.figure.replaceChildren();
        this.elements.draws.textContent = "by importance sampling";
        this.elements.axis.replaceChildren();
        for (const name of ["recon", "kl", "elbo", "logP"]) this.elements[name].textContent = "–";
    }

    show(worth) {
        this.last = worth;
        const { elements } = this, digits = value => nats(value);
        elements.recon.textContent = digits(worth.recon);
        elements.kl.textContent = digits(worth.kl);
        elements.elbo.textContent = digits(worth.elbo);
        elements.logP.textContent = worth.logP === null ? "…" : digits(worth.logP);
        elements.draws.textContent = worth.draws ? `${worth.draws} draws of z` : "drawing z …";
        this.#draw(worth);
    }

    #draw({ elbo, recon, kl, logP }) {
        const ends = [0, elbo, recon, logP === null ? elbo : logP, ...this.typical];
        const least = Math.min(...ends), most = Math.max(...ends), room = (most - least || 1) * 0.04;
        const at = value => 100 * (value - least + room) / (most - least + 2 * room);
        const bar = (name, a, b) => {
            const element = document.createElement("span");
            element.className = `bar ${name}`;
            element.style.left = `${at(Math.min(a, b))}%`;
            element.style.width = `${Math.max(Math.abs(at(a) - at(b)), 0.15)}%`;
            return element;
        };
        const figure = [bar("recon", 0, recon), bar("kl", recon, elbo)];
        figure.push(...this.typical.map(value => bar("typical", value, value)));
        if (logP !== null) figure.push(bar("evidence", logP, logP));
        this.elements.figure.replaceChildren(...figure);
        this.elements.axis.replaceChildren(...ticks(least, most).map(value => {
            const tick = document.createElement("span");
            tick.textContent = value ? String(value).replace("-", "−") : "0 nats";
            tick.style.left = `${at(value)}%`;
            return tick;
        }));
        this.elements.figure.setAttribute("aria-label",
            `bound ${nats(elbo)} nats: reconstruction ${nats(recon)} less KL ${nats(kl)}` +
            (logP === null ? "" : `; log p(x) about ${nats(logP)} nats`));
    }
}

function nats(value) {
    return value.toFixed(1).replace("-", "−");
}

/* At most six round numbers between two. */
function ticks(least, most) {
    const rough = (most - least) / 5 || 1, ten = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map(m => m * ten).find(s => s >= rough), values = [];
    for (let i = Math.ceil(least / step); i * step <= most; i++) values.push(Math.round(i * step * 1e6) / 1e6);
    return values;
}
