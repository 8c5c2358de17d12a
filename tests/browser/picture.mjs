/* picture.mjs PAGE OUT.webp: what the explorer page shows after someone has drawn on it. */
import { Browser } from "./driver.mjs";

const [page, out] = process.argv.slice(2);
const SIDE = 1320;

/* A three as a hand draws it, in shares of the pad: two arcs, each [middle right, middle down, radius]. */
function arc(right, down, radius, first, last) {
    const angles = [...Array(30).keys()].map(i => (first + (last - first) * i / 29) * Math.PI / 180);
    return angles.map(angle => [right + radius * Math.cos(angle), down + radius * Math.sin(angle)]);
}
const THREE = [...arc(0.47, 0.33, 0.16, -150, 80), ...arc(0.46, 0.67, 0.19, -80, 150)];

const browser = await Browser.open(page, { width: SIDE, height: SIDE });
await browser.until("!app.busy && parts.plane?.done && parts.worth.typical.length");
const places = [];
for (const [right, down] of THREE) places.push(await browser.place("#pad", right, down));
await browser.drag(places);
await browser.until("document.getElementById('draws').textContent.startsWith('1000')");
await browser.value("scrollTo(0, 0)");
await browser.until("!app.stale");
const height = await browser.value("document.querySelector('footer').offsetTop");
await browser.screenshot(out, { x: 0, y: 0, width: SIDE, height });
await browser.close();
console.log(`wrote ${out}`);
