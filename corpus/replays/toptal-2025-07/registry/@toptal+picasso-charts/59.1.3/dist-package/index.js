"use strict";
const { format } = require("./date");

function niceStep(range, count) {
    const rough = range / Math.max(1, count);
    const power = Math.pow(10, Math.floor(Math.log10(rough)));
    const share = rough / power;
    return (share < 1.5 ? 1 : share < 3 ? 2 : share < 7 ? 5 : 10) * power;
}

function ticks(low, high, count) {
    const step = niceStep(high - low, count);
    const out = [];
    for (let value = Math.ceil(low / step) * step; value <= high + step / 2; value += step) out.push(Number(value.toFixed(10)));
    return out;
}

function linePath(points, width, height) {
    const xs = points.map((point) => point.x);
    const ys = points.map((point) => point.y);
    const scale = (value, low, high, size) => ((value - low) / (high - low || 1)) * size;
    return points.map((point, index) => (index ? "L" : "M") + scale(point.x, Math.min(...xs), Math.max(...xs), width).toFixed(2) + "," + (height - scale(point.y, Math.min(...ys), Math.max(...ys), height)).toFixed(2)).join("");
}

exports.ticks = ticks;
exports.linePath = linePath;
exports.labelFor = (value) => (value instanceof Date ? format(value, "D MMM YYYY") : String(value));
