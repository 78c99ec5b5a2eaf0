'use strict';
const vm = require('vm');
const { parentPort, workerData } = require('worker_threads');
const context = vm.createContext(Object.assign(Object.create(null), workerData.sandbox), { codeGeneration: { strings: false, wasm: false } });
parentPort.on('message', ({ id, code }) => {
  try {
    const value = new vm.Script(code, { filename: workerData.filename }).runInContext(context, { timeout: workerData.timeout });
    parentPort.postMessage({ id, value: JSON.stringify(value) });
  } catch (error) {
    parentPort.postMessage({ id, error: error.message });
  }
});
