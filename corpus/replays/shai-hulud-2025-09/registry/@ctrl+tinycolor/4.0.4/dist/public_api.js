"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.tinycolor = exports.TinyColor = void 0;
const conversion_1 = require("./conversion");
const NAMES = { black: "000000", white: "ffffff", red: "ff0000", lime: "00ff00", blue: "0000ff", rebeccapurple: "663399", tomato: "ff6347", teal: "008080", orchid: "da70d6" };
function parse(input) {
    if (typeof input === "object") return Object.assign({ a: 1 }, input);
    const text = String(input).trim().toLowerCase();
    const hex = (NAMES[text] || text).replace(/^#/, "");
    if (/^[0-9a-f]{3}$/.test(hex)) return { r: parseInt(hex[0] + hex[0], 16), g: parseInt(hex[1] + hex[1], 16), b: parseInt(hex[2] + hex[2], 16), a: 1 };
    if (/^[0-9a-f]{6}$/.test(hex)) return { r: parseInt(hex.slice(0, 2), 16), g: parseInt(hex.slice(2, 4), 16), b: parseInt(hex.slice(4), 16), a: 1 };
    const call = /^(rgb|hsl)a?\(([^)]+)\)$/.exec(text);
    if (!call) return { r: 0, g: 0, b: 0, a: 1, invalid: true };
    const parts = call[2].split(/[\s,/]+/).map(parseFloat);
    const base = call[1] === "rgb" ? { r: parts[0], g: parts[1], b: parts[2] } : (0, conversion_1.hslToRgb)(parts[0], parts[1] / 100, parts[2] / 100);
    return Object.assign(base, { a: parts.length > 3 ? parts[3] : 1 });
}
class TinyColor {
    constructor(input) {
        Object.assign(this, parse(input));
        this.isValid = !this.invalid;
    }
    getBrightness() { return (this.r * 299 + this.g * 587 + this.b * 114) / 1000; }
    isDark() { return this.getBrightness() < 128; }
    toHexString() { return "#" + [this.r, this.g, this.b].map((value) => Math.round(value).toString(16).padStart(2, "0")).join(""); }
    toHsl() { return (0, conversion_1.rgbToHsl)(this.r, this.g, this.b); }
    lighten(amount = 10) { return this.shift(amount / 100); }
    darken(amount = 10) { return this.shift(-amount / 100); }
    shift(amount) {
        const hsl = this.toHsl();
        return new TinyColor((0, conversion_1.hslToRgb)(hsl.h, hsl.s, Math.min(1, Math.max(0, hsl.l + amount))));
    }
    mix(other, amount = 50) {
        const to = new TinyColor(other);
        const share = amount / 100;
        return new TinyColor({ r: this.r + (to.r - this.r) * share, g: this.g + (to.g - this.g) * share, b: this.b + (to.b - this.b) * share });
    }
}
exports.TinyColor = TinyColor;
exports.tinycolor = (input) => new TinyColor(input);
