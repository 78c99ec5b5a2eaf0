'use strict';

function createAgent(options) {
  return { name: options.name, tools: options.tools || [] };
}

module.exports = { createAgent };
