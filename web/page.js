/* The page: one model, one point z, one image x of the reader's, and the parts that show them. */
"use strict";

const $ = id => document.getElementById(id);

const app = {
    near: null, far: null,       /* engines: here, for what must answer within a frame, and in a worker */
    model: null, view: null, examples: null,
    c: new Float64Array(1), rest: null, z: null,
    x: null, cloud: null, path: null, strokes: null,
    shown: { codes: true, manifold: true },
    stale: true, moves: 0,
    name: "latent2", busy: false, change: Promise.resolve(),

    /* Moves z within the shown coordinates; what it has beyond them stays. */
    go(c) {
        this.c = c;
        this.z = this.view.point(c, this.rest);
        this.path = null;
        this.touch();
    },

    goTo(z) {
        this.z = Float32Array.from(z);
        this.c = this.view.coordinates(this.z);
        this.rest = this.view.rest(this.z);
        this.path = null;
        this.touch();
    },

    pick(i) {
        this.goTo(this.examples.code(i));
        this.settle();
    },

    /* After a movement: what lies below the plane follows where it depends on z, and z is spoken. */
    settle() {
        if (this.view.count > 2) {
            clearTimeout(this.filling);
            this.filling = setTimeout(() => parts.plane.fill(), 150);
        }
        $("spoken").textContent = Array.from(this.c, (c, k) => `${this.view.names[k]} ${signed(c)}`).slice(0, 2).join(", ");
    },

    touch() { this.stale = true; },
};

const parts = {};
const models = {};      /* checkpoints by name: functions that give bytes */
const frames = { work: 0, decode: 0, between: 0, last: 0 };

/* ---- frames -------------------------------------------------------------------------------------- */

function frame(now) {
    requestAnimationFrame(frame);
    if (!app.stale || !app.z || app.busy) {
        frames.last = 0;
        return;
    }
    app.stale = false;
    const begin = performance.now(), x = app.near.decode(app.z, 1), decoded = performance.now();
    paintImage($("picture"), app.model, x);
    const kept = parts.plane.paint();
    parts.sliders.paint();
    app.moves++;
    if (kept) count(now, performance.now() - begin, decoded - begin);
    else frames.last = 0;
}

/* Running means of milliseconds, of frames in which nothing but z changed. */
function count(now, work, decode) {
    const mix = (old, value) => old ? 0.9 * old + 0.1 * value : value;
    frames.work = mix(frames.work, work);
    frames.decode = mix(frames.decode, decode);
    if (frames.last) frames.between = mix(frames.between, now - frames.last);
    frames.last = now;
    $("frame").textContent = `${frames.work.toFixed(1)} ms a frame, decoder ${frames.decode.toFixed(1)}` +
        (frames.between ? `; ${(1000 / frames.between).toFixed(0)} a second` : "");
}

/* ---- the reader's image -------------------------------------------------------------------------- */

/* Shows q(z|x) and the reconstruction at once. */
function look(x) {
    const { mu, logvar } = app.near.encode(x, 1);
    app.x = x;
    app.cloud = { c: app.view.coordinates(mu), ellipse: app.view.ellipse(logvar), logvar };
    paintImage($("seen"), app.model, x);
    app.goTo(mu);
    app.reconstruction = app.near.decode(mu, 1);
    paintImage($("reconstruction"), app.model, app.reconstruction);
    return mu;
}

/* And, once it is whole, what it is worth. */
function study(x) {
    const mu = look(x);
    parts.blend.stop();
    parts.blend.offer(x, mu);
    parts.worth.measure(x);
    app.settle();
}

function imageOf(strokes) {
    const grey = imageOfStrokes(strokes, app.model.rows, app.model.columns, 0.02);
    return grey && seen(app.model, inChannels(app.model, grey));
}

function takeExample(i) {
    parts.pad.clear();
    study(app.examples.image(i));
}

/* ---- models -------------------------------------------------------------------------------------- */

/* Makes a checkpoint the page's model. Throws one line; the model that was there then stays. */
async function use(bytes) {
    const model = app.near.load(bytes);
    parts.plane.stop();
    parts.worth.stop();
    parts.blend.reset();
    await app.far.ask("load", bytes);
    const examples = await Examples.of(app.far, model, parts.embedded), { latent } = model;
    const view = latent > 2 && examples.encoded
        ? View.principal(latent, app.near.principal(examples.codes, examples.n)) : View.plain(latent);
    examples.project(view);
    Object.assign(app, { model, examples, view, x: null, cloud: null, path: null });
    Object.assign(frames, { work: 0, decode: 0, between: 0 });
    describe();
    parts.sliders.build();
    parts.blend.build();
    takeExample(examples.first());
    if (view.count > 2) app.goTo(view.origin); /* where the plane's slice through z shows most */
    parts.plane.fill().then(() => parts.worth.compare(examples));
}

function describe() {
    $("isa").textContent = app.near.isa();
    const { model, view, examples } = app;
    const principal = view.names[0].startsWith("component");
    $("plane-text").textContent = view.count > 2
        ? `Drag the ring, or press on a digit. The plane shows ${principal ? "the two directions in which codes differ most"
            : "the first two dimensions of z"}, of ${model.latent}; the others stay as the sliders say.`
        : "Drag the ring, or press on a digit: the decoder draws, at once, what stands there. " +
          "Equal areas are equally probable under the prior.";
    $("picture-text").textContent = model.kind === "bernoulli"
        ? "The more ink a pixel shows, the more probable is ink there."
        : "Each pixel is the mean of what the decoder expects there.";
    $("labels").replaceChildren(...(examples.labels ? [...new Set(examples.labels)].sort() : []).map(label => {
        const span = document.createElement("span");
        span.textContent = label;
        span.style.color = `var(--label-${label % 10})`;
        return span;
    }));
    $("source").textContent = examples.source;
    $("pixels").textContent = (model.kind === "bernoulli"
        ? "A Bernoulli decoder knows ink and paper alone, so grey pixels of a drawing are rounded."
        : "A Gaussian decoder gives densities, so these numbers may be above zero.") + " Small ticks: bounds of other images.";
    $("picture").setAttribute("aria-label", `The decoder's picture at z, ${model.columns} by ${model.rows} pixels`);
}

function say(line, wrong) {
    $("notice").textContent = line;
    $("notice").classList.toggle("wrong", Boolean(wrong));
}

/* Changes to the model of that name, after earlier changes. Returns "" or, if it is broken, why; the page then stays as it
 * was. */
function choose(name) {
    return app.change = app.change.then(() => change(name));
}

async function change(name) {
    let wrong = "";
    app.busy = document.querySelector("main").inert = true;
    parts.blend.stop();
    try {
        await use(await models[name]());
        app.name = name;
    } catch (e) {
        wrong = e.message;
    }
    app.busy = document.querySelector("main").inert = false;
    document.querySelector(`input[name=model][value=${app.name}]`).checked = true;
    say(wrong, wrong);
    return wrong;
}

async function openFile(file) {
    const before = models.own;
    models.own = async () => new Uint8Array(await file.arrayBuffer());
    const wrong = await choose("own");
    if (wrong) {
        models.own = before;
        say(`${file.name}: ${wrong.replace(/^\S*model\.safetensors: /, "")}`, true);
        return;
    }
    $("own-choice").hidden = false;
    $("own-name").textContent = file.name;
}

/* ---- what the reader may do ---------------------------------------------------------------------- */

function repaint() {
    theme.read();
    if (!app.model || app.busy) return;
    parts.plane.fill();
    parts.plane.refresh();
    parts.pad.paint();
    if (app.x) paintImage($("seen"), app.model, app.x);
    if (app.reconstruction) paintImage($("reconstruction"), app.model, app.reconstruction);
    if (parts.blend.repaint) parts.blend.repaint();
}

function setDark(dark) {
    document.documentElement.classList.toggle("dark", dark);
    repaint();
}

function listen() {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    setDark(location.hash === "#dark" || dark.matches);
    dark.addEventListener("change", () => setDark(dark.matches));
    $("theme").addEventListener("click", () => setDark(!document.documentElement.classList.contains("dark")));
    for (const input of document.querySelectorAll("input[name=model]"))
        input.addEventListener("change", () => choose(input.value));
    for (const name of ["codes", "manifold"])
        $(`show-${name}`).addEventListener("change", e => {
            app.shown[name] = e.target.checked;
            parts.plane.refresh();
        });
    $("clear").addEventListener("click", () => {
        parts.pad.clear();
        app.x = app.cloud = null;
        parts.worth.clear();
        for (const id of ["seen", "reconstruction"]) $(id).getContext("2d").clearRect(0, 0, 999, 999);
        app.reconstruction = null;
        app.touch();
    });
    $("middle").addEventListener("click", () => {
        app.goTo(app.view.origin);
        app.settle();
    });
    let next = 0;
    $("example").addEventListener("click", () => takeExample(next = (next + 1) % app.examples.n));
    $("open").addEventListener("click", () => $("file").click());
    $("file").addEventListener("change", () => {
        if ($("file").files[0]) openFile($("file").files[0]);
        $("file").value = "";
    });
    addEventListener("dragover", e => {
        e.preventDefault();
        document.documentElement.classList.add("dropping");
    });
    addEventListener("dragleave", () => document.documentElement.classList.remove("dropping"));
    addEventListener("drop", e => {
        e.preventDefault();
        document.documentElement.classList.remove("dropping");
        if (e.dataTransfer.files[0]) openFile(e.dataTransfer.files[0]);
    });
}

async function start() {
    parts.plane = new Plane(app, $("plane"));
    parts.sliders = new Sliders(app, $("sliders"));
    parts.pad = new Pad($("pad"), strokes => { const x = imageOf(strokes); if (x) look(x); },
        strokes => { const x = imageOf(strokes); if (x) study(x); });
    parts.worth = new Worth(app, { figure: $("bars"), axis: $("axis"), draws: $("draws"),
        recon: $("recon"), kl: $("kl"), elbo: $("elbo"), logP: $("log-p") });
    parts.blend = new Blend(app, { strip: $("strip"), slider: $("blend"), play: $("play"), shelf: $("shelf"),
        ends: [...document.querySelectorAll(".end")] });
    listen();
    say("Starting …");
    parts.embedded = await embeddedExamples();
    const library = new TextDecoder().decode(await embeddedBytes("library")), script = document.createElement("script");
    script.textContent = library;
    document.head.append(script);
    app.near = await Engine.open();
    app.far = new DistantEngine(library, $("engine").textContent);
    $("version").textContent = `library, version ${app.near.version()},`;
    for (const name of ["latent2", "latent20"]) models[name] = () => embeddedBytes(name);
    await choose("latent2");
    requestAnimationFrame(frame);
}

start().catch(e => say(`This page cannot start: ${e.message}`, true));
