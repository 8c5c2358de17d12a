/* The plane of the first two coordinates: what stands everywhere, faint; the codes of examples; q(z|x) as ellipses; and the
 * point z, which a pointer or the arrow keys move. It is stretched by the prior's distribution function, so that equal areas
 * are equally probable and the crowded middle has room. */
"use strict";

const REACH = 3;       /* standard deviations that z may leave the middle */
const EDGE = 10;       /* CSS pixels around what can be reached, for marks that stand on its edge */
const MARK_AREA = 850; /* square pixels of the plane for each mark of an example */
const TILES = 17;      /* decoded images along an edge; odd, so that one stands in the middle */

class Plane {
    /* app.go(c) moves z; app.pick(i) takes it to an example's code */
    constructor(app, canvas) {
        Object.assign(this, { app, canvas, tiles: null, still: null, moved: false });
        canvas.addEventListener("pointerdown", e => this.#press(e));
        canvas.addEventListener("pointermove", e => this.#drag(e));
        canvas.addEventListener("pointerup", e => this.#release(e));
        canvas.addEventListener("pointercancel", () => { this.from = null; });
        canvas.addEventListener("keydown", e => this.#key(e));
        new ResizeObserver(() => this.refresh()).observe(canvas);
    }

    /* --- what lies below, drawn once --- */

    /* Asks the worker for what stands on a grid of z, a row at a time; a later call ends an earlier one. */
    async fill() {
        const turn = this.turn = Symbol(), { app } = this, { model, view, rest } = app;
        const size = Math.max(model.rows, model.columns);
        const left = (size - model.columns) >> 1, top = (size - model.rows) >> 1; /* of an image in its square */
        const tiles = new OffscreenCanvas(TILES * size, TILES * size);
        const context = tiles.getContext("2d"), c = Float64Array.from(app.c);
        if (!this.tiles || size !== this.size) this.tiles = tiles;
        this.size = size;
        this.done = false;
        for (let r = 0; r < TILES; r++) {
            const z = new Float32Array(TILES * model.latent);
            for (let t = 0; t < TILES; t++) {
                c[0] = normalQuantile((t + 0.5) / TILES);
                if (view.count > 1) c[1] = normalQuantile(1 - (r + 0.5) / TILES);
                z.set(view.point(c, rest), t * model.latent);
            }
            const x = await app.far.ask("decode", z, TILES);
            if (turn !== this.turn) return;
            const picture = context.createImageData(tiles.width, model.rows);
            for (let t = 0; t < TILES; t++)
                putImage(picture.data, tiles.width, t * size + left, 0, model, x, t * model.width);
            context.putImageData(picture, 0, r * size + top);
            if (this.tiles === tiles) this.refresh();
        }
        this.tiles = tiles;
        this.done = true;
        this.refresh();
    }

    stop() {
        this.turn = this.tiles = null;
        this.done = false;
    }

    refresh() {
        this.still = null;
        this.app.touch();
    }

    #background(width, height) {
        const scale = window.devicePixelRatio || 1;
        const still = new OffscreenCanvas(Math.max(1, width * scale), Math.max(1, height * scale));
        const context = still.getContext("2d"), { app } = this;
        context.scale(scale, scale);
        if (this.tiles) {
            const codes = app.shown.codes && app.examples.encoded; /* to be read over the pictures */
            context.globalAlpha = app.shown.manifold ? (codes ? 0.3 : 0.85) : 0;
            context.imageSmoothingQuality = "high";
            context.drawImage(this.tiles, EDGE, EDGE, width - 2 * EDGE, height - 2 * EDGE);
            context.globalAlpha = 1;
        }
        this.#rings(context);
        if (app.shown.codes && app.examples) this.#codes(context);
        return still;
    }

    /* One and two standard deviations of the prior. */
    #rings(context) {
        context.strokeStyle = theme.line;
        context.lineWidth = 1;
        for (const radius of [1, 2]) {
            this.#outline(context, angle => [radius * Math.cos(angle), radius * Math.sin(angle)]);
            context.stroke();
        }
    }

    /* A closed curve through at(angle), coordinates. */
    #outline(context, at) {
        context.beginPath();
        for (let i = 0; i < 96; i++) {
            const { x, y } = this.#place(at(2 * Math.PI * i / 96));
            context.lineTo(x, y);
        }
        context.closePath();
    }

    #codes(context) {
        const { c, labels } = this.app.examples, { count } = this.app.view, n = this.#marks();
        context.font = `bold ${Math.max(10, Math.min(13, this.canvas.clientWidth / 45))}px ${theme.font}`;
        context.textAlign = "center";
        context.textBaseline = "middle";
        for (let i = 0; i < n; i++) {
            const { x, y } = this.#place(c.subarray(i * count, (i + 1) * count));
            const label = labels ? labels[i] : null;
            context.fillStyle = label === null ? theme.quiet : theme.labels[label % 10];
            if (label !== null) context.fillText(label, x, y);
            else context.fillRect(x - 1.5, y - 1.5, 3, 3);
        }
    }

    /* How many examples have room. */
    #marks() {
        return Math.min(this.app.examples.n, Math.floor(this.canvas.clientWidth ** 2 / MARK_AREA));
    }

    /* --- what moves --- */

    /* Returns whether only what moves had to be drawn. */
    paint() {
        const { context, width, height } = fineContext(this.canvas), { app } = this, kept = Boolean(this.still);
        if (!width) return false;
        this.still = this.still || this.#background(width, height);
        context.drawImage(this.still, 0, 0, width, height);
        if (app.path) this.#path(context, app.path);
        if (app.cloud) this.#cloud(context, app.cloud, width);
        this.#point(context);
        return kept;
    }

    #cloud(context, cloud, size) {
        const { c, ellipse: { long, short, angle } } = cloud;
        const turned = [Math.cos(angle), Math.sin(angle)];
        context.fillStyle = context.strokeStyle = theme.cloud;
        context.lineWidth = 2;
        for (const deviations of [2, 1]) {
            this.#outline(context, a => {
                const u = deviations * long * Math.cos(a), v = deviations * short * Math.sin(a);
                return [c[0] + u * turned[0] - v * turned[1], (c[1] || 0) + u * turned[1] + v * turned[0]];
            });
            context.globalAlpha = 0.16;
            context.fill();
            context.globalAlpha = 1;
            context.stroke();
        }
        const middle = this.#place(c), end = this.#place([c[0] + 2 * long * turned[0], (c[1] || 0) + 2 * long * turned[1]]);
        if (Math.hypot(end.x - middle.x, end.y - middle.y) < 28)
            paintLens(context, size, cloud, this.app.c, at => this.#place(at));
    }

    #path(context, { from, to }) {
        context.strokeStyle = theme.accent;
        context.lineWidth = 2;
        context.setLineDash([2, 4]);
        context.beginPath();
        for (let t = 0; t <= 1; t += 0.02) {
            const { x, y } = this.#place(from.map((value, k) => value + t * (to[k] - value)));
            context.lineTo(x, y);
        }
        context.stroke();
        context.setLineDash([]);
    }

    #point(context) {
        const { x, y } = this.#place(this.app.c);
        for (const [radius, colour, wide] of [[11, `rgb(${theme.paper})`, 5], [11, theme.accent, 3]]) {
            context.beginPath();
            context.arc(x, y, radius, 0, 2 * Math.PI);
            context.strokeStyle = colour;
            context.lineWidth = wide;
            context.stroke();
        }
        context.fillStyle = theme.accent;
        context.fillRect(x - 1.5, y - 1.5, 3, 3);
    }

    /* --- pointer and keys --- */

    #place(c) {
        const { clientWidth: width, clientHeight: height } = this.canvas;
        const inside = (share, size) => EDGE + share * (size - 2 * EDGE);
        return { x: inside(normalShare(c[0]), width), y: inside(1 - normalShare(c.length > 1 ? c[1] : 0), height) };
    }

    #at({ clientX, clientY }) {
        const box = this.canvas.getBoundingClientRect();
        const share = (at, size) => (at - EDGE) / (size - 2 * EDGE);
        return [reach(normalQuantile(share(clientX - box.left, box.width))),
            reach(normalQuantile(1 - share(clientY - box.top, box.height)))];
    }

    #move(c0, c1) {
        const c = Float64Array.from(this.app.c);
        c[0] = c0;
        if (c.length > 1) c[1] = c1;
        this.app.go(c);
    }

    #press(e) {
        if (e.button) return;
        this.canvas.setPointerCapture(e.pointerId);
        this.canvas.focus({ preventScroll: true });
        this.from = { x: e.clientX, y: e.clientY };
        this.moved = false;
        e.preventDefault();
        if (!this.#exampleAt(e)) this.#move(...this.#at(e));
    }

    #drag(e) {
        if (!this.from) return;
        this.moved = this.moved || Math.hypot(e.clientX - this.from.x, e.clientY - this.from.y) > 4;
        if (this.moved) this.#move(...this.#at(e));
    }

    #release(e) {
        const example = this.from && !this.moved && this.#exampleAt(e);
        this.from = null;
        if (example) this.app.pick(example.i);
        else this.app.settle();
    }

    /* The example whose code is under the pointer. */
    #exampleAt(e) {
        const { examples, shown, view } = this.app, box = this.canvas.getBoundingClientRect();
        if (!examples || !shown.codes) return null;
        let best = null;
        for (let i = 0; i < this.#marks(); i++) {
            const { x, y } = this.#place(examples.c.subarray(i * view.count, (i + 1) * view.count));
            const far = Math.hypot(x - e.clientX + box.left, y - e.clientY + box.top);
            if (far < 6 && (!best || far < best.far)) best = { i, far };
        }
        return best;
    }

    #key(e) {
        const step = e.shiftKey ? 0.5 : 0.1, { c } = this.app;
        const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[e.key] || [0, 0];
        if (e.key === "Home") this.#move(0, 0);
        else if (dx || dy) {
            this.#move(reach(c[0] + step * dx), reach((c[1] || 0) + step * dy));
        } else return;
        e.preventDefault();
        this.app.settle();
    }
}

function reach(value) {
    return Math.min(Math.max(value, -REACH), REACH);
}
