/* Images on canvases, in the colours of the theme. */
"use strict";

/* The theme's colours as the style sheet names them, read anew when it changes. */
const theme = {
    read() {
        const style = getComputedStyle(document.documentElement);
        const value = name => style.getPropertyValue(name).trim();
        this.paper = rgb(value("--sheet"));
        this.ink = rgb(value("--ink"));
        this.labels = Array.from({ length: 10 }, (_, i) => value(`--label-${i}`));
        this.accent = value("--accent");
        this.cloud = value("--cloud");
        this.line = value("--line");
        this.text = value("--ink");
        this.quiet = value("--quiet");
        this.font = getComputedStyle(document.body).fontFamily;
    },
};

function rgb(hex) {
    return [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16));
}

/* Writes one image of floats into RGBA bytes, its left upper corner at (left, top) of a picture so many pixels wide. Black
 * and white models are ink on paper; grey and colour stay what they are. */
function putImage(rgba, stride, left, top, model, x, from) {
    const { rows, columns, channels, kind } = model, ink = kind === "bernoulli" && channels === 1;
    for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
            const to = 4 * ((top + r) * stride + left + c), at = from + (r * columns + c) * channels;
            for (let i = 0; i < 3; i++) {
                const value = Math.min(Math.max(x[channels === 3 ? at + i : at], 0), 1);
                rgba[to + i] = ink ? theme.paper[i] + (theme.ink[i] - theme.paper[i]) * value : 255 * value;
            }
            rgba[to + 3] = 255;
        }
    }
}

/* One image per pixel of the canvas; the style sheet enlarges it. */
function paintImage(canvas, model, x, from = 0) {
    if (canvas.width !== model.columns) canvas.width = model.columns;
    if (canvas.height !== model.rows) canvas.height = model.rows;
    canvas.style.aspectRatio = `${model.columns} / ${model.rows}`;
    const context = canvas.getContext("2d"), picture = context.createImageData(model.columns, model.rows);
    putImage(picture.data, model.columns, 0, 0, model, x, from);
    context.putImageData(picture, 0, 0);
}

/* Makes the canvas as fine as the screen. Returns its context, in CSS pixels, and its size in them. */
function fineContext(canvas) {
    const scale = window.devicePixelRatio || 1, { clientWidth: width, clientHeight: height } = canvas;
    const w = Math.round(width * scale), h = Math.round(height * scale);
    if (canvas.width !== w || canvas.height !== h) canvas.width = w, canvas.height = h;
    const context = canvas.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    return { context, width, height };
}
