/* A page in headless Chromium, driven through the DevTools protocol over a pipe: nothing but node is needed. CHROMIUM
 * names the program. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const WAIT_SECONDS = 120;

export class Browser {
    static async open(file, { width = 1320, height = 1000, scale = 1, dark = false, touch = false } = {}) {
        const browser = new Browser();
        await browser.#start();
        const { targetId } = await browser.send("Target.createTarget", { url: "about:blank" });
        browser.session = (await browser.send("Target.attachToTarget", { targetId, flatten: true })).sessionId;
        await browser.send("Runtime.enable");
        await browser.send("Page.enable");
        await browser.send("Network.enable");
        await browser.resize(width, height, scale, touch);
        await browser.send("Emulation.setEmulatedMedia",
            { features: [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }] });
        if (touch) await browser.send("Emulation.setTouchEmulationEnabled", { enabled: true });
        await browser.send("Page.navigate", { url: pathToFileURL(resolve(file)).href });
        await browser.until("location.protocol === 'file:' && document.readyState === 'complete'");
        return browser;
    }

    async #start() {
        this.folder = mkdtempSync(join(tmpdir(), "browser-"));
        this.wrong = [];      /* exceptions, errors, and requests that left the page */
        this.waiting = new Map();
        this.next = 1;
        this.process = spawn(process.env.CHROMIUM || "chromium", ["--headless=new", "--no-sandbox", "--disable-gpu",
            "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe", `--user-data-dir=${this.folder}`],
        { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
        this.process.on("error", e => this.#ended(`${e.message}; is chromium installed? make deps-web`));
        this.process.on("exit", () => this.#ended("the browser has ended"));
        this.process.stdio[3].on("error", () => {});
        let text = "";
        this.process.stdio[4].setEncoding("utf8").on("data", part => {
            const messages = (text + part).split("\0");
            text = messages.pop();
            messages.forEach(message => this.#receive(JSON.parse(message)));
        });
    }

    #ended(why) {
        for (const { reject } of this.waiting.values()) reject(new Error(why));
        this.waiting.clear();
    }

    #receive({ id, result, error, method, params }) {
        if (id) {
            const { resolve, reject } = this.waiting.get(id) || {};
            this.waiting.delete(id);
            if (error) reject?.(new Error(error.message));
            else resolve?.(result);
        } else if (method === "Runtime.exceptionThrown") {
            this.wrong.push(params.exceptionDetails.exception?.description || params.exceptionDetails.text);
        } else if (method === "Runtime.consoleAPICalled" && params.type === "error") {
            this.wrong.push(params.args.map(a => a.value ?? a.description).join(" "));
        } else if (method === "Network.requestWillBeSent" && !/^(file|blob|data):/.test(params.request.url)) {
            this.wrong.push(`asks for ${params.request.url}`);
        }
    }

    send(method, params = {}) {
        return new Promise((resolve, reject) => {
            this.waiting.set(this.next, { resolve, reject });
            this.process.stdio[3].write(JSON.stringify({ id: this.next++, method, params, sessionId: this.session }) + "\0");
        });
    }

    /* The value of an expression in the page, awaited. */
    async value(expression) {
        const { result, exceptionDetails } =
            await this.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
        if (exceptionDetails) throw new Error(exceptionDetails.exception?.description || exceptionDetails.text);
        return result.value;
    }

    async until(expression, seconds = WAIT_SECONDS) {
        for (const end = Date.now() + 1000 * seconds; Date.now() < end; await pause(50)) {
            const value = await this.value(expression);
            if (value) return value;
        }
        throw new Error(`not within ${seconds} s: ${expression}`);
    }

    async resize(width, height, scale = 1, mobile = false) {
        await this.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: scale, mobile });
    }

    /* The middle of an element, or a place in it as shares of its size, on the screen. */
    async place(selector, right = 0.5, down = 0.5) {
        return this.value(`(() => { const e = document.querySelector(${JSON.stringify(selector)});
            e.scrollIntoView({ block: "center", behavior: "instant" }); const b = e.getBoundingClientRect();
            return { x: b.left + b.width * ${right}, y: b.top + b.height * ${down} }; })()`);
    }

    /* Moves the mouse through places with its button down. */
    async drag(places) {
        const mouse = (type, { x, y }) => this.send("Input.dispatchMouseEvent",
            { type, x, y, button: "left", buttons: type === "mouseReleased" ? 0 : 1, clickCount: 1 });
        await mouse("mousePressed", places[0]);
        for (const p of places) await mouse("mouseMoved", p);
        await mouse("mouseReleased", places[places.length - 1]);
    }

    async touch(places) {
        const finger = (type, points) => this.send("Input.dispatchTouchEvent", { type, touchPoints: points });
        await finger("touchStart", [places[0]]);
        for (const p of places) await finger("touchMove", [p]);
        await finger("touchEnd", []);
    }

    async click(selector) {
        await this.drag([await this.place(selector)]);
    }

    async key(key, modifiers = 0) {
        const code = { Tab: 9, Home: 36, ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39, ArrowDown: 40 }[key];
        for (const type of ["keyDown", "keyUp"])
            await this.send("Input.dispatchKeyEvent", { type, key, code: key, windowsVirtualKeyCode: code, modifiers });
    }

    /* To a .png or .webp; clip: {x, y, width, height} of the page, default what is on the screen. */
    async screenshot(path, clip) {
        const kind = path.endsWith(".webp") ? { format: "webp", quality: 80 } : { format: "png" };
        const part = clip && { captureBeyondViewport: true, clip: { scale: 1, ...clip } };
        const { data } = await this.send("Page.captureScreenshot", { ...kind, ...part });
        writeFileSync(path, Buffer.from(data, "base64"));
    }

    async close() {
        const ended = new Promise(resolve => this.process.on("exit", resolve));
        this.session = undefined;
        this.send("Browser.close").catch(() => {});
        await ended;
        rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    }
}

export const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));
