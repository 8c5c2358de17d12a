/* From one image to another: the straight line between their codes, decoded. */
"use strict";

const STEPS = 9;       /* images on the way, both ends included */
const PLAY_SECONDS = 3;

class Blend {
    /* elements: strip, slider, play, ends (two buttons), shelf */
    constructor(app, elements) {
        Object.assign(this, { app, elements, ends: [null, null], open: 0, playing: null });
        const { slider, play, ends } = elements;
        slider.addEventListener("input", () => {
            this.stop();
            this.#follow();
        });
        slider.addEventListener("change", () => app.settle());
        play.addEventListener("click", () => this.playing ? this.stop() : this.#play());
        ends.forEach((button, i) => button.addEventListener("click", () => this.#choose(i)));
        this.cells = Array.from({ length: STEPS }, () => document.createElement("canvas"));
        this.cells.forEach(cell => cell.setAttribute("aria-hidden", "true"));
        elements.strip.replaceChildren(...this.cells);
    }

    /* Anew for another model: two examples as ends, and some to choose among. */
    build() {
        const { examples } = this.app, some = shelfOf(examples);
        this.elements.shelf.replaceChildren(...some.map(i => this.#thumbnail(examples.image(i), examples.code(i),
            examples.labels ? `a ${examples.labels[i]}` : `image ${i + 1}`)));
        const [a, b] = [some[2 % some.length], some[some.length - 1]];
        this.ends = [a, b].map(i => ({ z: examples.code(i), x: examples.image(i) }));
        this.#choose(0);
        this.drawn = null;
        this.#show();
    }

    /* Puts an image of the reader's at the head of the shelf. */
    offer(x, z) {
        const thumbnail = this.#thumbnail(x, z, "your picture");
        if (this.drawn) this.drawn.replaceWith(thumbnail);
        else this.elements.shelf.prepend(thumbnail);
        this.drawn = thumbnail;
    }

    stop() {
        cancelAnimationFrame(this.playing);
        this.playing = null;
        this.elements.play.textContent = "Play";
    }

    /* Before another model's images. */
    reset() {
        this.stop();
        this.turn = this.repaint = null;
    }

    #thumbnail(x, z, name) {
        const button = document.createElement("button"), canvas = document.createElement("canvas");
        button.type = "button";
        button.setAttribute("aria-label", name);
        button.repaint = () => paintImage(canvas, this.app.model, x);
        button.repaint();
        button.append(canvas);
        button.addEventListener("click", () => {
            this.ends[this.open] = { x, z };
            this.#choose(1 - this.open);
            this.#show();
            this.#follow();
            this.app.settle();
        });
        return button;
    }

    /* Which end the next choice from the shelf replaces. */
    #choose(end) {
        this.open = end;
        this.elements.ends.forEach((button, i) => button.setAttribute("aria-pressed", i === end));
    }

    at(t) {
        const [a, b] = this.ends;
        return a.z.map((value, i) => value + t * (b.z[i] - value));
    }

    async #show() {
        const { app, cells, ends } = this, turn = this.turn = Symbol();
        const z = new Float32Array(STEPS * app.model.latent);
        for (let s = 0; s < STEPS; s++) z.set(this.at(s / (STEPS - 1)), s * app.model.latent);
        const x = await app.far.ask("decode", z, STEPS);
        if (turn !== this.turn) return;
        this.repaint = () => {
            cells.forEach((cell, s) => paintImage(cell, app.model, x, s * app.model.width));
            this.elements.ends.forEach((button, i) => paintImage(button.querySelector("canvas"), app.model, ends[i].x));
            for (const button of this.elements.shelf.children) button.repaint();
        };
        this.repaint();
    }

    #follow() {
        const { app } = this, t = this.elements.slider.valueAsNumber;
        app.goTo(this.at(t));
        app.path = { from: app.view.coordinates(this.ends[0].z), to: app.view.coordinates(this.ends[1].z) };
        this.cells.forEach((cell, s) => cell.classList.toggle("here", Math.round(t * (STEPS - 1)) === s));
    }

    #play() {
        const { slider, play } = this.elements, begin = performance.now(), start = slider.valueAsNumber;
        play.textContent = "Stop";
        const step = now => {
            const phase = (start + Math.max(now - begin, 0) / 1000 / PLAY_SECONDS) % 2; /* there and back */
            slider.value = phase > 1 ? 2 - phase : phase;
            this.#follow();
            this.playing = requestAnimationFrame(step);
        };
        this.playing = requestAnimationFrame(step);
    }
}

/* Two examples of each label, in its order; the first twenty where there are no labels. */
function shelfOf({ n, labels }) {
    if (!labels) return Array.from({ length: Math.min(n, 20) }, (_, i) => i);
    const some = [];
    for (const label of [...new Set(labels)].sort((a, b) => a - b))
        for (let i = 0, found = 0; i < n && found < 2; i++)
            if (labels[i] === label) some.push(i), found++;
    return some;
}
