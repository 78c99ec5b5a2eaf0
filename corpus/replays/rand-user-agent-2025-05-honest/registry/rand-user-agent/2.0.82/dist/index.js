"use strict";
const { memoize } = require("../lib/lru");
const profiles = require("./profiles");
const pick = memoize((device, browser, os) => profiles.filter((item) => (!device || item.device === device) && (!browser || item.browser === browser) && (!os || item.os === os)), { max: 50 });
module.exports = function randUserAgent(device, browser, os) {
    const list = pick(device || "", browser || "", os || "");
    const total = list.reduce((sum, item) => sum + item.weight, 0);
    let point = Math.random() * total;
    for (const item of list) {
        point -= item.weight;
        if (point <= 0) return item.agent.replace("{v}", String(item.low + Math.floor(Math.random() * item.span)));
    }
    return null;
};
