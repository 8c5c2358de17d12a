// The bound of a 784-hidden-latent Bernoulli model by ONNX Runtime, on demand: for each number on a line of standard
// input, runs that many passes over a minibatch each and answers with one line, the mean bound of all of them in nats
// per image. Arguments: threads, images of a minibatch, number of images, file of their bytes, checkpoint.
//
// The graph holds all that ours does: bytes to floats, the noise, the KL divergence and the log-likelihood.
"use strict";
const fs = require("fs");
const readline = require("readline");

let ort;
try {
    ort = require("onnxruntime-node");
} catch (reason) {
    console.log("lacks onnxruntime-node (make peers)");
    process.exit();
}
const [threads, batch, count] = process.argv.slice(2, 5).map(Number);
const [images, checkpoint] = process.argv.slice(5, 7);

// --- ONNX files are protocol buffers; field numbers from onnx.proto ---

function varint(n) {
    const bytes = [];
    for (; n > 127; n = Math.floor(n / 128)) bytes.push(n % 128 + 128);
    return Buffer.from([...bytes, n]);
}
function field(number, value) {
    if (typeof value === "number") return Buffer.concat([varint(number * 8), varint(value)]);
    const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value);
    return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}
const message = (...fields) => Buffer.concat(fields.flat());
const FLOAT = 1, UINT8 = 2, INT64 = 7;

const tensor = (name, type, dims, raw) =>
    message(dims.map((d) => field(1, d)), field(2, type), field(8, name), field(9, raw));
const floats = (name, dims, values) => tensor(name, FLOAT, dims, Buffer.from(Float32Array.from(values).buffer));
const value = (name, type, dims) => message(field(1, name),
    field(2, message(field(1, message(field(1, type),
        field(2, message(dims.map((d) => field(1, message(field(1, d)))))))))));
const attribute = (name, n) => message(field(1, name), field(3, n), field(20, 2));
const node = (op, inputs, output, attributes = {}) => message(inputs.map((i) => field(1, i)), field(2, output),
    field(4, op), Object.entries(attributes).map(([name, n]) => field(5, attribute(name, n))));

// --- the model ---

function readCheckpoint(path) {
    const file = fs.readFileSync(path), length = Number(file.readBigUInt64LE(0));
    const header = JSON.parse(file.subarray(8, 8 + length));
    return (name) => {
        const {shape, data_offsets: [begin, end]} = header[name];
        return tensor(name, FLOAT, shape, file.subarray(8 + length + begin, 8 + length + end));
    };
}

function graphOf(read) {
    const layers = ["encoder.hidden", "encoder.mean", "encoder.logvar", "decoder.hidden", "decoder.logits"];
    const linear = (x, layer, y) => node("Gemm", [x, `${layer}.weight`, `${layer}.bias`], y, {transB: 1});
    const nodes = [
        node("Cast", ["bytes"], "grey", {to: FLOAT}), node("Mul", ["grey", "one255th"], "x"),
        linear("x", layers[0], "a"), node("Tanh", ["a"], "h"),
        linear("h", layers[1], "mu"), linear("h", layers[2], "logvar"),
        node("Mul", ["logvar", "half"], "logsd"), node("Exp", ["logsd"], "sd"),
        node("RandomNormalLike", ["mu"], "noise"), node("Mul", ["sd", "noise"], "offset"),
        node("Add", ["mu", "offset"], "z"),
        linear("z", layers[3], "b"), node("Tanh", ["b"], "g"), linear("g", layers[4], "logits"),
        node("Mul", ["x", "logits"], "xl"), node("Softplus", ["logits"], "softplus"),
        node("Sub", ["xl", "softplus"], "ll"), node("ReduceSum", ["ll", "axis"], "reconstruction", {keepdims: 0}),
        node("Mul", ["mu", "mu"], "mu2"), node("Exp", ["logvar"], "variance"),
        node("Add", ["mu2", "variance"], "s"), node("Sub", ["s", "logvar"], "t"), node("Sub", ["t", "one"], "u"),
        node("Mul", ["u", "half"], "klz"), node("ReduceSum", ["klz", "axis"], "kl", {keepdims: 0}),
        node("Sub", ["reconstruction", "kl"], "bound"),
    ];
    const constants = [floats("one255th", [], [1 / 255]), floats("half", [], [0.5]), floats("one", [], [1]),
        tensor("axis", INT64, [1], Buffer.from(BigInt64Array.of(1n).buffer)),
        ...layers.flatMap((l) => [read(`${l}.weight`), read(`${l}.bias`)])];
    return message(nodes.map((n) => field(1, n)), field(2, "bound"), constants.map((c) => field(5, c)),
        field(11, value("bytes", UINT8, [batch, 784])), field(12, value("bound", FLOAT, [batch])));
}

const modelOf = (graph) => message(field(1, 8), field(7, graph), field(8, message(field(1, ""), field(2, 17))));

async function main() {
    const pixels = new Uint8Array(fs.readFileSync(images));
    const session = await ort.InferenceSession.create(modelOf(graphOf(readCheckpoint(checkpoint))),
        {executionProviders: ["cpu"], intraOpNumThreads: threads, interOpNumThreads: 1, graphOptimizationLevel: "all"});
    let at = 0;
    console.log("onnxruntime", ort.env.versions.node);
    for await (const line of readline.createInterface({input: process.stdin})) {
        let sum = 0;
        for (let pass = 0; pass < Number(line); pass++) {
            const x = new ort.Tensor("uint8", pixels.subarray(at * 784, (at + batch) * 784), [batch, 784]);
            const {bound} = await session.run({bytes: x});
            for (const nats of bound.data) sum += nats;
            at = at + 2 * batch <= count ? at + batch : 0;
        }
        console.log(sum / (Number(line) * batch));
    }
}
main();
