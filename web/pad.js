/* A pad to draw on, and what becomes of a drawing: an image like those of MNIST. */
"use strict";

const STROKE = 2.3; /* pixels of the image, as MNIST's digits have */
const FINE = 8;     /* samples along a pixel's edge */

/* Strokes (lists of {x, y}, any unit) to an image of rows x columns, floats from 0 to 1: fitted into a box of 20/28 of each
 * side, proportions kept, and moved so that the centre of mass is the image's. Null if there is nothing. */
function imageOfStrokes(strokes, rows, columns, smallest) {
    const points = strokes.flat();
    if (!points.length) return null;
    const xs = points.map(p => p.x), ys = points.map(p => p.y);
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const pen = STROKE * Math.min(rows, columns) / 28;
    const scale = Math.min((columns * 20 / 28 - pen) / Math.max(right - left, smallest),
        (rows * 20 / 28 - pen) / Math.max(bottom - top, smallest));
    const draw = (dx, dy) => {
        const canvas = new OffscreenCanvas(FINE * columns, FINE * rows);
        const context = canvas.getContext("2d", { willReadFrequently: true });
        context.scale(FINE, FINE);
        context.translate(columns / 2 + dx, rows / 2 + dy);
        context.scale(scale, scale);
        context.translate(-(left + right) / 2, -(top + bottom) / 2);
        context.lineWidth = pen / scale;
        context.lineCap = context.lineJoin = "round";
        for (const stroke of strokes) {
            context.beginPath();
            context.moveTo(stroke[0].x, stroke[0].y);
            for (const p of stroke) context.lineTo(p.x, p.y);
            context.stroke();
        }
        return areaMeans(context.getImageData(0, 0, canvas.width, canvas.height).data, rows, columns);
    };
    const first = draw(0, 0), mass = centreOfMass(first, rows, columns);
    return draw(columns / 2 - mass.x, rows / 2 - mass.y);
}

/* The mean opacity over each pixel of what was drawn FINE times as large. */
function areaMeans(rgba, rows, columns) {
    const x = new Float32Array(rows * columns);
    for (let r = 0; r < FINE * rows; r++)
        for (let c = 0; c < FINE * columns; c++)
            x[Math.floor(r / FINE) * columns + Math.floor(c / FINE)] += rgba[4 * (r * FINE * columns + c) + 3];
    return x.map(sum => sum / (255 * FINE * FINE));
}

function centreOfMass(x, rows, columns) {
    let sum = 0, sx = 0, sy = 0;
    for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
            const value = x[r * columns + c];
            sum += value, sx += value * (c + 0.5), sy += value * (r + 0.5);
        }
    }
    return sum ? { x: sx / sum, y: sy / sum } : { x: columns / 2, y: rows / 2 };
}

class Pad {
    /* changed(strokes) is called as the drawing grows, finished(strokes) when the pen is lifted */
    constructor(canvas, changed, finished) {
        Object.assign(this, { canvas, changed, finished, strokes: [], pen: null });
        canvas.addEventListener("pointerdown", e => this.#begin(e));
        canvas.addEventListener("pointermove", e => this.#go(e));
        for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, e => this.#end(e));
        new ResizeObserver(() => this.paint()).observe(canvas);
    }

    clear() {
        this.strokes = [];
        this.paint();
    }

    paint() {
        const { context, width } = fineContext(this.canvas);
        if (!this.strokes.length) {
            context.fillStyle = theme.quiet;
            context.font = `15px ${theme.font}`;
            context.textAlign = "center";
            context.fillText("draw a digit here", width / 2, width / 2);
        }
        context.strokeStyle = theme.text;
        context.lineWidth = STROKE * width / 24;
        context.lineCap = context.lineJoin = "round";
        for (const stroke of this.strokes) {
            context.beginPath();
            context.moveTo(stroke[0].x * width, stroke[0].y * width);
            for (const p of stroke) context.lineTo(p.x * width, p.y * width);
            context.stroke();
        }
    }

    /* In widths of the pad. */
    #at({ clientX, clientY }) {
        const box = this.canvas.getBoundingClientRect();
        return { x: (clientX - box.left) / box.width, y: (clientY - box.top) / box.width };
    }

    #begin(e) {
        if (e.button || this.pen !== null) return;
        e.preventDefault();
        this.canvas.setPointerCapture(e.pointerId);
        this.pen = e.pointerId;
        this.strokes.push([this.#at(e)]);
        this.#grown();
    }

    #go(e) {
        if (e.pointerId !== this.pen) return;
        const between = e.getCoalescedEvents ? e.getCoalescedEvents() : [];
        for (const p of between.length ? between : [e]) this.strokes[this.strokes.length - 1].push(this.#at(p));
        this.#grown();
    }

    #end(e) {
        if (e.pointerId !== this.pen) return;
        this.pen = null;
        this.finished(this.strokes);
    }

    #grown() {
        this.paint();
        this.changed(this.strokes);
    }
}
