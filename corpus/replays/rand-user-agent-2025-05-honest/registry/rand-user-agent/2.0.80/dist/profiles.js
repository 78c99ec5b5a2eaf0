"use strict";
module.exports = [
    { device: "desktop", browser: "chrome", os: "windows", weight: 61, low: 110, span: 20, agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Safari/537.36" },
    { device: "desktop", browser: "chrome", os: "mac", weight: 17, low: 110, span: 20, agent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Safari/537.36" },
    { device: "desktop", browser: "firefox", os: "linux", weight: 4, low: 100, span: 30, agent: "Mozilla/5.0 (X11; Linux x86_64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0" },
    { device: "desktop", browser: "safari", os: "mac", weight: 9, low: 14, span: 4, agent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{v}.1 Safari/605.1.15" },
    { device: "mobile", browser: "safari", os: "ios", weight: 22, low: 14, span: 4, agent: "Mozilla/5.0 (iPhone; CPU iPhone OS {v}_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{v}.4 Mobile/15E148 Safari/604.1" },
    { device: "mobile", browser: "chrome", os: "android", weight: 35, low: 110, span: 20, agent: "Mozilla/5.0 (Linux; Android 13; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Mobile Safari/537.36" },
];
