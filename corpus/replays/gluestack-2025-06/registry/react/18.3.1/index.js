'use strict';
exports.createElement = (type, props, ...children) => ({ type, props: Object.assign({}, props, { children }), key: (props && props.key) || null });
exports.useState = (initial) => [typeof initial === 'function' ? initial() : initial, () => {}];
exports.useMemo = (work) => work();
exports.useCallback = (work) => work;
