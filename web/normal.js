/* The standard normal distribution: draws, distribution function, quantiles. For the picture of the plane, not for results:
 * those are the library's. */
"use strict";

/* The same numbers each time: Box and Muller's, over a linear congruential generator. */
function normals(count) {
    let state = 20131220;
    const uniform = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) + 0.5) / 4294967296;
    const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    return Float32Array.from({ length: count }, normal);
}

/* By the series of its integral: all digits for |x| below 4, and beyond that nobody looks. */
function normalShare(x) {
    const inside = Math.min(Math.max(x, -4), 4);
    let term = inside, sum = inside;
    for (let k = 1; k < 60; k++) sum += term *= inside * inside / (2 * k + 1);
    return 0.5 + sum * Math.exp(-inside * inside / 2) / Math.sqrt(2 * Math.PI);
}

/* By bisection. */
function normalQuantile(share) {
    let low = -4, high = 4;
    for (let i = 0; i < 40; i++) {
        const middle = (low + high) / 2;
        if (normalShare(middle) < share) low = middle;
        else high = middle;
    }
    return (low + high) / 2;
}
