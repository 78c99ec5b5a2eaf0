"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.rgbToHsl = (r, g, b) => {
    const [x, y, z] = [r / 255, g / 255, b / 255];
    const max = Math.max(x, y, z), min = Math.min(x, y, z), l = (max + min) / 2, d = max - min;
    if (!d) return { h: 0, s: 0, l };
    const s = l > 0.5 ? d / (2 - max - min) : d / (max + min);
    const h = max === x ? (y - z) / d + (y < z ? 6 : 0) : max === y ? (z - x) / d + 2 : (x - y) / d + 4;
    return { h: h * 60, s, l };
};
exports.hslToRgb = (h, s, l) => {
    const q = l < 0.5 ? l * (1 + s) : l + s - l * s, p = 2 * l - q;
    const part = (t) => {
        const u = ((t % 1) + 1) % 1;
        return 255 * (u < 1 / 6 ? p + (q - p) * 6 * u : u < 1 / 2 ? q : u < 2 / 3 ? p + (q - p) * (2 / 3 - u) * 6 : p);
    };
    return { r: part(h / 360 + 1 / 3), g: part(h / 360), b: part(h / 360 - 1 / 3) };
};
