'use strict';
exports._extends = Object.assign;
exports._define_property = (object, key, value) => Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
