/*
 * ATTENTION: The "eval" devtool has been used (maybe by default in mode: "development").
 * This devtool is neither made for production nor for readable output files.
 */
(function webpackUniversalModuleDefinition(root, factory) {
	if(typeof exports === 'object' && typeof module === 'object')
		module.exports = factory();
	else if(typeof define === 'function' && define.amd)
		define([], factory);
	else if(typeof exports === 'object')
		exports["Carousel"] = factory();
	else
		root["Carousel"] = factory();
})(typeof self !== 'undefined' ? self : this, () => {
return /******/ (() => { // webpackBootstrap
/******/ 	"use strict";
/******/ 	var __webpack_modules__ = ({

/***/ "./src/carousel.js":
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

eval("__webpack_require__.r(__webpack_exports__);\n/* harmony export */ __webpack_require__.d(__webpack_exports__, {\n/* harmony export */   \"default\": () => (/* binding */ Carousel)\n/* harmony export */ });\nclass Carousel {\n  constructor(root, options) {\n    this.root = root;\n    this.options = Object.assign({ interval: 4000, wrap: true }, options);\n    this.index = 0;\n    this.slides = Array.from(root.children);\n  }\n  go(index) {\n    const count = this.slides.length;\n    this.index = this.options.wrap ? (index + count) % count : Math.max(0, Math.min(count - 1, index));\n    this.slides.forEach((slide, at) => slide.classList.toggle('active', at === this.index));\n  }\n}\n\n\n//# sourceURL=webpack://Carousel/./src/carousel.js?");

/***/ }),

/***/ "./src/touch.js":
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

eval("__webpack_require__.r(__webpack_exports__);\n/* harmony export */ __webpack_require__.d(__webpack_exports__, {\n/* harmony export */   swipe: () => (/* binding */ swipe)\n/* harmony export */ });\nfunction swipe(node, move) {\n  let start = null;\n  node.addEventListener('touchstart', (event) => { start = event.touches[0].clientX; });\n  node.addEventListener('touchend', (event) => { const end = event.changedTouches[0].clientX; if (Math.abs(end - start) > 40) move(end < start ? 1 : -1); });\n}\n\n//# sourceURL=webpack://Carousel/./src/touch.js?");

/***/ })

/******/ 	});
/******/ 	var __webpack_module_cache__ = {};
/******/ 	function __webpack_require__(moduleId) {
/******/ 		var cachedModule = __webpack_module_cache__[moduleId];
/******/ 		if (cachedModule !== undefined) {
/******/ 			return cachedModule.exports;
/******/ 		}
/******/ 		var module = __webpack_module_cache__[moduleId] = {
/******/ 			exports: {}
/******/ 		};
/******/ 		__webpack_modules__[moduleId](module, module.exports, __webpack_require__);
/******/ 		return module.exports;
/******/ 	}
/******/ 	__webpack_require__.d = (exports, definition) => { for(var key in definition) Object.defineProperty(exports, key, { enumerable: true, get: definition[key] }); };
/******/ 	__webpack_require__.r = (exports) => { Object.defineProperty(exports, '__esModule', { value: true }); };
/******/ 	return __webpack_require__("./src/carousel.js");
/******/ })()
;
});
