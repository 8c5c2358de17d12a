/* The library compiled to WebAssembly (web/bridge.h), as one object over arrays. Rows of x are floats from 0 to 1,
 * [n][width]; codes z are [n][latent]. This file runs in the page and, for what takes long, in a worker beside it. */
"use strict";

class Engine {
    static async open() {
        const module = await createExplorer({ print() {}, printErr() {} });
        return new Engine(module);
    }

    constructor(module) {
        this.module = module;
        const number = (name, count) => module.cwrap(name, "number", Array(count).fill("number"));
        const text = name => module.cwrap(name, "string", []);
        this.c = {
            load: text("explorer_load"), kind: text("explorer_kind"), message: text("explorer_message"),
            isa: text("explorer_isa"), version: text("explorer_version"),
            rows: number("explorer_rows", 0), columns: number("explorer_columns", 0),
            channels: number("explorer_channels", 0), latent: number("explorer_latent", 0),
            width: number("explorer_width", 0), decode: number("explorer_decode", 3),
            encode: number("explorer_encode", 4), bound: number("explorer_bound", 3),
            log_p: number("explorer_log_p", 4), principal: number("explorer_principal", 5),
        };
        this.model = null;
    }

    /* Takes a checkpoint's bytes. Throws one line if they are none; the model that was there then stays. */
    load(bytes) {
        const file = "/model.safetensors";
        this.module.FS.writeFile(file, bytes);
        const line = this.c.load();
        this.module.FS.unlink(file);
        if (line) throw new Error(line);
        const { rows, columns, channels, latent, width, kind } = this.c;
        this.model = {
            rows: rows(), columns: columns(), channels: channels(), latent: latent(), width: width(), kind: kind(),
        };
        return this.model;
    }

    decode(z, n) {
        return this.#call("decode", [z, n, { f32: n * this.model.width }])[0];
    }

    encode(x, n) {
        const values = n * this.model.latent;
        const [mu, logvar] = this.#call("encode", [x, n, { f32: values }, { f32: values }]);
        return { mu, logvar };
    }

    /* The mean over n rows, in nats. */
    bound(x, n) {
        const [elbo, recon, kl] = this.#call("bound", [x, n, { f64: 3 }])[0];
        return { elbo, recon, kl };
    }

    logP(x, n, draws) {
        return this.#call("log_p", [x, n, draws, { f64: n }])[0];
    }

    /* Mean [latent], principal axes [latent][latent], a row each, and standard deviations along them, largest first. */
    principal(codes, n) {
        const { latent } = this.model;
        const [mean, axes, deviations] =
            this.#call("principal", [codes, n, { f32: latent }, { f32: latent * latent }, { f32: latent }]);
        return { mean, axes, deviations };
    }

    isa() { return this.c.isa(); }
    version() { return this.c.version(); }

    /* Calls a function with arrays copied to the module's memory and results, {f32: count} or {f64: count}, copied back. */
    #call(name, args) {
        const { module } = this, rooms = [], results = [];
        try {
            const words = args.map(a => {
                if (typeof a === "number") return a;
                const values = a instanceof Float32Array ? a.length : a.f32 || 2 * (a.f64 || 0);
                const at = module._malloc(4 * values || 4);
                if (!at) throw new Error("not enough memory");
                rooms.push(at);
                if (a instanceof Float32Array) module.HEAPF32.set(a, at >> 2);
                else results.push({ at, ...a });
                return at;
            });
            if (this.c[name](...words)) throw new Error(this.c.message());
            return results.map(r => r.f32 ? module.HEAPF32.slice(r.at >> 2, (r.at >> 2) + r.f32)
                : module.HEAPF64.slice(r.at >> 3, (r.at >> 3) + r.f64));
        } finally {
            rooms.forEach(at => module._free(at));
        }
    }
}

/* The worker's side: answers {id, method, args} in order. */
function serveEngine() {
    const opening = Engine.open();
    self.onmessage = async ({ data: { id, method, args } }) => {
        try {
            const engine = await opening;
            self.postMessage({ id, result: engine[method](...args) });
        } catch (e) {
            self.postMessage({ id, error: e.message });
        }
    };
}

/* The page's side: the same methods, each a promise. Made of the texts of scripts, since a page that was opened from a
 * disk may load no file. */
class DistantEngine {
    constructor(...sources) {
        const source = [...sources, "serveEngine();"].join("\n");
        this.worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
        this.waiting = new Map();
        this.next = 0;
        this.worker.onmessage = ({ data: { id, result, error } }) => {
            const { resolve, reject } = this.waiting.get(id);
            this.waiting.delete(id);
            if (error === undefined) resolve(result);
            else reject(new Error(error));
        };
        this.worker.onerror = ({ message }) => {
            for (const { reject } of this.waiting.values()) reject(new Error(message));
            this.waiting.clear();
        };
    }

    ask(method, ...args) {
        return new Promise((resolve, reject) => {
            this.waiting.set(this.next, { resolve, reject });
            this.worker.postMessage({ id: this.next++, method, args });
        });
    }
}
