/* A slider for each coordinate that the page shows. */
"use strict";

class Sliders {
    constructor(app, list) {
        Object.assign(this, { app, list, inputs: [] });
    }

    build() {
        const { app, list } = this;
        this.inputs = app.view.names.map((name, k) => {
            const input = document.createElement("input");
            Object.assign(input, { type: "range", min: -REACH, max: REACH, step: 0.01 });
            input.addEventListener("input", () => {
                const c = Float64Array.from(app.c);
                c[k] = input.valueAsNumber;
                app.go(c);
            });
            input.addEventListener("change", () => app.settle());
            return input;
        });
        list.replaceChildren(...this.inputs.map((input, k) => {
            const label = document.createElement("label"), name = document.createElement("span");
            const value = document.createElement("output");
            name.textContent = app.view.names[k];
            label.append(name, input, value);
            return label;
        }));
    }

    paint() {
        this.inputs.forEach((input, k) => {
            const value = this.app.c[k];
            if (Math.abs(input.valueAsNumber - value) > 0.005) input.value = value;
            input.nextSibling.textContent = signed(value);
        });
    }
}

function signed(value) {
    return (value < -0.005 ? "−" : "+") + Math.abs(value).toFixed(2);
}
