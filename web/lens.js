/* A magnifier in a corner of the plane, for a cloud q(z|x) too small to see there. */
"use strict";

const LENS_SHARE = 0.115; /* its radius, of the plane's width */

/* place(c) gives a point of the plane; the cloud's ellipse is drawn as it is in z, not stretched. */
function paintLens(context, width, { c, ellipse }, z, place) {
    const radius = Math.max(44, LENS_SHARE * width), room = radius + 12, from = place(c);
    const x = from.x < width / 2 ? width - room : room, y = width - room < from.y + room ? room : width - room;
    const unit = 0.62 * radius / 2 / ellipse.long;

    const away = Math.hypot(x - from.x, y - from.y);
    context.strokeStyle = theme.cloud;
    context.lineWidth = 1;
    context.globalAlpha = 0.5;
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(x + (from.x - x) * radius / away, y + (from.y - y) * radius / away);
    context.stroke();
    context.globalAlpha = 1;

    context.save();
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = `rgb(${theme.paper})`;
    context.fill();
    context.stroke();
    context.clip();
    for (const deviations of [2, 1]) {
        context.beginPath();
        const size = deviations * unit;
        context.ellipse(x, y, size * ellipse.long, Math.max(size * ellipse.short, 0.5), -ellipse.angle, 0, 2 * Math.PI);
        context.fillStyle = theme.cloud;
        context.globalAlpha = 0.18;
        context.fill();
        context.globalAlpha = 1;
        context.stroke();
    }
    const dx = (z[0] - c[0]) * unit, dy = z.length > 1 ? (z[1] - c[1]) * unit : 0;
    context.fillStyle = theme.accent;
    context.beginPath();
    context.arc(x + dx, y - dy, 3.5, 0, 2 * Math.PI);
    context.fill();
    context.fillStyle = theme.text;
    context.font = `12px ${theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "bottom";
    context.fillText(`σ ${ellipse.long.toPrecision(2)}`, x, y + radius - 5);
    context.restore();
}
