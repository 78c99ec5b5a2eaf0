'use strict';
module.exports = { z: {} };
