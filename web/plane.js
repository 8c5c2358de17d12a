/* The plane of the first two coordinates: what stands everywhere, faint; the codes of examples; q(z|x) as ellipses; and the
 * point z, which a pointer or the arrow keys move. */
"use strict";

const PLANE_REACH = 3; /* standard deviations from the middle to each edge */
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
        const size = Math.max(model.rows, model.columns), step = 2 * PLANE_REACH / TILES;
        const tiles = new OffscreenCanvas(TILES * model.columns, TILES * model.rows);
        const context = tiles.getContext("2d"), c = Float64Array.from(app.c);
        if (!this.tiles || size !== this.size) this.tiles = tiles;
        this.size = size;
        this.done = false;
        for (let r = 0; r < TILES; r++) {
            const z = new Float32Array(TILES * model.latent);
            for (let t = 0; t < TILES; t++) {
                c[0] = -PLANE_REACH + (t + 0.5) * step;
                if (view.count > 1) c[1] = PLANE_REACH - (r + 0.5) * step;
                z.set(view.point(c, rest), t * model.latent);
            }
            const x = await app.far.ask("decode", z, TILES);
            if (turn !== this.turn) return;
            const picture = context.createImageData(tiles.width, model.rows);
            for (let t = 0; t < TILES; t++)
                putImage(picture.data, tiles.width, t * model.columns, 0, model, x, t * model.width);
            context.putImageData(picture, 0, r * model.rows);
            if (this.tiles === tiles) this.refresh();
        }
        this.tiles = tiles;
        this.done = true;
        this.refresh();
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
            context.globalAlpha = app.shown.manifold ? (app.shown.codes ? 0.3 : 0.85) : 0;
            context.imageSmoothingQuality = "high";
            context.drawImage(this.tiles, 0, 0, width, height);
            context.globalAlpha = 1;
        }
        this.#rings(context, width, height);
        if (app.shown.codes && app.examples) this.#codes(context);
        return still;
    }

    /* One, two, three standard deviations of the prior. */
    #rings(context, width, height) {
        context.strokeStyle = theme.line;
        context.lineWidth = 1;
        for (let r = 1; r <= PLANE_REACH; r++) {
            context.beginPath();
            context.arc(width / 2, height / 2, r * width / 2 / PLANE_REACH, 0, 2 * Math.PI);
            context.stroke();
        }
    }

    #codes(context) {
        const { n, c, labels } = this.app.examples, { count } = this.app.view;
        context.font = `600 ${Math.max(9, Math.min(12, this.canvas.clientWidth / 48))}px system-ui, sans-serif`;
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

    /* --- what moves --- */

    paint() {
        const { context, width, height } = fineContext(this.canvas), { app } = this;
        if (!width) return;
        this.still = this.still || this.#background(width, height);
        context.drawImage(this.still, 0, 0, width, height);
        if (app.path) this.#path(context, app.path);
        if (app.cloud) this.#cloud(context, app.cloud, width / 2 / PLANE_REACH);
        this.#point(context);
    }

    #cloud(context, { c, ellipse }, unit) {
        const { x, y } = this.#place(c);
        context.fillStyle = context.strokeStyle = theme.cloud;
        context.lineWidth = 2;
        for (const deviations of [2, 1]) {
            context.beginPath();
            context.ellipse(x, y, Math.max(1, deviations * unit * ellipse.long), Math.max(1, deviations * unit * ellipse.short),
                -ellipse.angle, 0, 2 * Math.PI);
            context.globalAlpha = 0.16;
            context.fill();
            context.globalAlpha = 1;
            context.stroke();
        }
    }

    #path(context, { from, to }) {
        const a = this.#place(from), b = this.#place(to);
        context.strokeStyle = theme.accent;
        context.lineWidth = 1.5;
        context.setLineDash([2, 4]);
        context.beginPath();
        context.moveTo(a.x, a.y);
        context.lineTo(b.x, b.y);
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
        const { clientWidth: width, clientHeight: height } = this.canvas, most = PLANE_REACH;
        const inside = value => Math.min(Math.max(value, -most), most);
        return {
            x: width * (0.5 + inside(c[0]) / 2 / most),
            y: height * (0.5 - inside(c.length > 1 ? c[1] : 0) / 2 / most),
        };
    }

    #at({ clientX, clientY }) {
        const box = this.canvas.getBoundingClientRect(), most = PLANE_REACH;
        const inside = value => Math.min(Math.max(value, -most), most);
        return [inside(((clientX - box.left) / box.width - 0.5) * 2 * most),
            inside((0.5 - (clientY - box.top) / box.height) * 2 * most)];
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
        for (let i = 0; i < examples.n; i++) {
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
            const inside = value => Math.min(Math.max(value, -PLANE_REACH), PLANE_REACH);
            this.#move(inside(c[0] + step * dx), inside((c[1] || 0) + step * dy));
        } else return;
        e.preventDefault();
        this.app.settle();
    }
}
