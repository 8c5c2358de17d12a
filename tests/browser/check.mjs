/* check.mjs PAGE VAE MODELS: the explorer page in a browser, with the mouse, fingers and keys of a reader, against the program
 * on this machine. MODELS is the folder that the page's models came from. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Browser, pause } from "./driver.mjs";

const [page, vae, models] = process.argv.slice(2);
const scratch = mkdtempSync(join(tmpdir(), "explorer-"));
const run = (...words) => execFileSync(vae, words, { stdio: ["ignore", "pipe", "pipe"] });
const ROWS = 13; /* a multiple of no kernel's width */
const DRAWS = 20;

let failed = 0;
function check(what, good, seen = "") {
    if (!good) failed++;
    console.log(`${good ? "ok  " : "FAIL"} ${what}${seen === "" ? "" : `: ${seen}`}`);
}

/* --- the program's side --- */

/* A .npy file of floats. */
function writeNpy(path, values, ...shape) {
    const about = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")}), }`;
    const head = Buffer.from("\x93NUMPY\x01\0\0\0" + about.padEnd(117) + "\n", "latin1");
    head.writeUInt16LE(118, 8);
    writeFileSync(path, Buffer.concat([head, Buffer.from(values.buffer)]));
}

function sumOfNpy(path) {
    const bytes = readFileSync(path);
    return createHash("sha256").update(bytes.subarray(10 + bytes.readUInt16LE(8))).digest("hex");
}

/* Of the program: SHA-256 of what it decodes and encodes, and log p(x) of each row. */
function nativeAnswers(model, { rows, columns, channels, latent }, z, x) {
    const file = name => join(scratch, name);
    writeNpy(file("z.npy"), Float32Array.from(z), ROWS, latent);
    writeNpy(file("x.npy"), Float32Array.from(x), ROWS, rows, columns, ...(channels === 1 ? [] : [channels]));
    run("decode", model, "--codes", file("z.npy"), "--out", file("decoded.npy"));
    run("encode", model, "--data", file("x.npy"), "--codes", "posterior", "--out", file("encoded.npy"));
    run("eval", model, "--data", file("x.npy"), "--importance-samples", String(DRAWS), "--per-image", file("nats.csv"));
    const logP = readFileSync(file("nats.csv"), "utf8").trim().split("\n").slice(1).map(line => Number(line.split(",")[1]));
    return { decode: sumOfNpy(file("decoded.npy")), encode: sumOfNpy(file("encoded.npy")), logP };
}

/* --- the page's side --- */

/* The same in the page, of the same numbers: doubles, as the program writes them. */
const pageAnswers = `(async () => {
    const n = ${ROWS}, { latent, width, kind } = app.model, z = normals(n * latent), noise = normals(n * width);
    const x = noise.map(v => kind === "bernoulli" ? (v > 0.5 ? 1 : 0) : Math.min(Math.abs(v) / 3, 1));
    const sum = async values => {
        const bytes = await crypto.subtle.digest("SHA-256", Float64Array.from(values).buffer);
        return Array.from(new Uint8Array(bytes), byte => byte.toString(16).padStart(2, "0")).join("");
    };
    const { mu, logvar } = app.near.encode(x, n), rows = [];
    for (let i = 0; i < n; i++)
        rows.push(...mu.slice(i * latent, (i + 1) * latent), ...logvar.slice(i * latent, (i + 1) * latent));
    return { about: app.model, z: [...z], x: [...x], decode: await sum(app.near.decode(z, n)), encode: await sum(rows),
        logP: [...await app.far.ask("logP", x, n, ${DRAWS})] };
})()`;

async function sameBits(browser, name, model) {
    const { about, z, x, ...page } = await browser.value(pageAnswers), native = nativeAnswers(model, about, z, x);
    check(`${name}: what the page decodes has the program's SHA-256`, page.decode === native.decode, page.decode.slice(0, 16));
    check(`${name}: what it encodes too`, page.encode === native.encode, page.encode.slice(0, 16));
    check(`${name}: and log p(x) is the program's`, page.logP.every((value, i) => value === native.logP[i]), page.logP[0]);
}

const text = (browser, id) => browser.value(`document.getElementById("${id}").textContent`);
const settled = browser => browser.until("!app.busy && parts.plane?.done && !app.stale");

async function chooses(browser, name) {
    await browser.value(`document.querySelector("input[name=model][value=${name}]").click()`);
    await browser.until(`app.name === "${name}" || document.getElementById("notice").textContent`);
    check(`${name}: loads`, await text(browser, "notice") === "", await text(browser, "notice"));
    await settled(browser);
}

/* Drops bytes as a file of that name. */
async function drops(browser, name, bytes) {
    await browser.value(`(() => { const files = new DataTransfer();
        const bytes = Uint8Array.from(atob("${bytes.toString("base64")}"), c => c.charCodeAt(0));
        files.items.add(new File([bytes], "${name}"));
        document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true })); })()`);
    await browser.until("app.busy", 5).catch(() => {});
    await browser.until("!app.busy");
    await pause(100);
}

/* --- what a reader does --- */

async function drags(browser) {
    const picture = () => browser.value("document.getElementById('picture').toDataURL()");
    const before = await picture(), moves = await browser.value("app.moves");
    const places = [];
    for (let i = 0; i <= 120; i++)
        places.push(await browser.place("#plane", 0.2 + 0.005 * i, 0.5 + 0.3 * Math.sin(i / 12)));
    await browser.value("frames.between = frames.work = frames.decode = 0");
    await browser.drag(places);
    check("a drag changes the picture", await picture() !== before);
    const { between, work, decode } = await browser.value("frames");
    console.log(`     ${work.toFixed(1)} ms a frame, ${decode.toFixed(1)} ms of them the decoder's; ` +
        `${(1000 / between).toFixed(0)} frames a second`); /* timing is never a test */
    await pause(300);
    await settled(browser);
    const now = await browser.value("app.moves");
    await pause(300);
    check("frames are drawn while z moves, and only then",
        now > moves && await browser.value("app.moves") === now, now - moves);
}

async function types(browser) {
    await browser.value("document.getElementById('theme').focus()");
    await browser.key("Tab");
    check("Tab leads to the plane", await browser.value("document.activeElement.id") === "plane");
    check("its focus is seen",
        await browser.value("getComputedStyle(document.getElementById('plane')).outlineStyle") === "solid");
    await browser.key("Home");
    for (const key of ["ArrowRight", "ArrowRight", "ArrowUp"]) await browser.key(key);
    await browser.key("ArrowUp", 8);
    const z = await browser.value("[...app.c].slice(0, 2).map(c => c.toFixed(2)).join()");
    check("arrow keys move z", z === "0.20,0.60", z);
    check("and z is spoken", (await text(browser, "spoken")).includes("+0.20"));
}

/* A seven. */
const TWENTY = [...Array(20).keys()];
const SEVEN = [...TWENTY.map(i => [0.25 + 0.025 * i, 0.25]), ...TWENTY.map(i => [0.72 - 0.015 * i, 0.25 + 0.028 * i])];

async function draws(browser, how) {
    await browser.click("#clear");
    check("an empty pad has no numbers", await text(browser, "elbo") === "–");
    const places = [];
    for (const [right, down] of SEVEN) places.push(await browser.place("#pad", right, down));
    await browser[how](places);
    await browser.until("app.x && document.getElementById('draws').textContent.startsWith('1000')");
    const { mass, box } = await browser.value(`(() => {
        const x = imageOfStrokes(parts.pad.strokes, 28, 28, 0.02);
        const rows = [...x.keys()].filter(i => x[i] > 0).map(i => Math.floor(i / 28));
        return { mass: centreOfMass(x, 28, 28), box: Math.max(...rows) - Math.min(...rows) + 1 };
    })()`);
    check(`drawn (${how}): as high as MNIST's digits, its mass in the middle`,
        box >= 20 && box <= 21 && Math.abs(mass.x - 14) < 0.1 && Math.abs(mass.y - 14) < 0.1, `${box} pixels`);
    const worth = await browser.value("parts.worth.last");
    check("bound = reconstruction − KL, in nats",
        Math.abs(worth.recon - worth.kl - worth.elbo) < 1e-3 && worth.kl > 0, worth.elbo.toFixed(1));
    check("log p(x) is above the bound", worth.logP > worth.elbo - 1 && worth.draws === 1000, worth.logP.toFixed(1));
    const { ellipse } = await browser.value("app.cloud");
    check("q(z|x) is an ellipse", ellipse.long >= ellipse.short && ellipse.short > 0,
        `σ ${ellipse.long.toFixed(3)} and ${ellipse.short.toFixed(3)}`);
}

async function blends(browser) {
    await browser.click("#play");
    await pause(400);
    const playing = await browser.value("({ t: document.getElementById('blend').valueAsNumber, path: Boolean(app.path) })");
    await browser.click("#play");
    check("Play goes from one image to another", playing.t > 0 && playing.path);
    const same = await browser.value(`(() => {
        const slider = document.getElementById("blend");
        slider.value = 1;
        slider.dispatchEvent(new Event("input"));
        return app.z.every((value, i) => value === parts.blend.ends[1].z[i]);
    })()`);
    check("its slider ends at the second code, exactly", same);
}

async function opens(browser) {
    const good = readFileSync(join(models, "latent2", "model.safetensors"));
    const broken = {
        "cut.safetensors": good.subarray(0, good.length / 2), "empty.safetensors": Buffer.alloc(0),
        "words.safetensors": Buffer.from("these are no weights"),
        "picture.png": Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"),
    };
    const before = await browser.value("app.name");
    for (const [name, bytes] of Object.entries(broken)) {
        await drops(browser, name, bytes);
        const line = await text(browser, "notice");
        check("a broken checkpoint gets one line",
            line.startsWith(`${name}: `) && !line.includes("\n") && line.length < 200, line);
    }
    await browser.value("app.go(app.c.map(() => 0.5))");
    check("and the model that was there is still used",
        await browser.value("app.name") === before && await browser.until("!app.stale"));
    const kinds = {
        "gaussian, 3 dimensions": ["--latent", "3", "--likelihood", "gaussian"],
        "colour": ["--latent", "2", "--channels", "rgb", "--sigma", "0.1"],
        "1 dimension": ["--latent", "1", "--binarize", "threshold"],
        "14 x 20 pixels": ["--latent", "12", "--likelihood", "gaussian", "--resize", "14x20"],
    };
    for (const [name, options] of Object.entries(kinds)) {
        const out = join(scratch, name.replace(/\W+/g, "-")), file = join(out, "model.safetensors");
        run("train", "--data", "synthetic", "--hidden", "16", "--samples", "2000", "--train-images", "500", "--quiet",
            "--out", out, ...options);
        await drops(browser, "own.safetensors", readFileSync(file));
        const line = await text(browser, "notice");
        check(`${name}: opens`, await browser.value("app.name") === "own" && line === "", line);
        await settled(browser);
        await sameBits(browser, name, file);
    }
    await draws(browser, "drag");
}

async function looks(browser) {
    const background = () => browser.value("getComputedStyle(document.body).backgroundColor");
    const light = await background();
    await browser.click("#theme");
    check("light and dark", await background() !== light);
    await browser.click("#theme");
    for (const width of [360, 768, 1320]) {
        await browser.resize(width, 800);
        await pause(200);
        const wide = await browser.value("document.documentElement.scrollWidth");
        check(`nothing overflows ${width} pixels`, wide <= width, wide);
    }
}

/* --- all of it --- */

async function main() {
    const browser = await Browser.open(page);
    try {
        await settled(browser);
        await sameBits(browser, "2 dimensions", join(models, "latent2", "model.safetensors"));
        await drags(browser);
        await types(browser);
        await draws(browser, "drag");
        await blends(browser);
        await looks(browser);
        await chooses(browser, "latent20");
        await sameBits(browser, "20 dimensions", join(models, "latent20", "model.safetensors"));
        await drags(browser);
        await blends(browser);
        await opens(browser);
        check("no errors, and nothing asked of a network", browser.wrong.length === 0, browser.wrong.join("; "));
    } finally {
        await browser.close();
    }
    const phone = await Browser.open(page, { width: 360, height: 740, scale: 2, touch: true });
    try {
        await settled(phone);
        await draws(phone, "touch");
        const before = await phone.value("[...app.z].join()");
        await phone.touch([await phone.place("#plane", 0.3, 0.3), await phone.place("#plane", 0.6, 0.7)]);
        check("a finger moves z", await phone.value("[...app.z].join()") !== before);
    } finally {
        await phone.close();
    }
}

try {
    await main();
} catch (e) {
    check(e.message, false);
}
rmSync(scratch, { recursive: true });
console.log(failed ? `${failed} of the page's checks failed` : "the page does what it says");
process.exit(failed ? 1 : 0);
