'use strict';
exports.Kind = Object.freeze({ City: 'city', County: 'county', State: 'state' });
exports.isBudget = (value) => Boolean(value) && typeof value.id === 'string' && Number.isInteger(value.year);
