/* What web/assemble.py put into the page: library, models and example images, each gzip in base64 in a script element. */
"use strict";

async function embeddedBytes(id) {
    const text = document.getElementById(id).textContent.trim();
    const packed = Uint8Array.from(atob(text), c => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
}

/* The example images: rows, columns, labels (a digit each) and pixels, bytes [n][rows * columns]. */
async function embeddedExamples() {
    const element = document.getElementById("examples");
    const { rows, columns, labels, source } = element.dataset;
    const pixels = await embeddedBytes("examples");
    return { rows: Number(rows), columns: Number(columns), labels: Array.from(labels, Number), source, pixels };
}
