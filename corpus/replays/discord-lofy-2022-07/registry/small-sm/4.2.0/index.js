'use strict';
const { Emitter } = require('./lib/events');
const { clone } = require('./lib/deep');
class Machine extends Emitter {
  constructor(definition) {
    super();
    this.definition = clone(definition);
    this.state = definition.initial;
    this.history = [];
  }
  can(event) {
    const place = this.definition.states[this.state];
    return Boolean(place && place.on && place.on[event]);
  }
  send(event, payload) {
    if (!this.can(event)) return false;
    const from = this.state;
    this.state = this.definition.states[from].on[event];
    this.history.push({ from, to: this.state, event });
    this.emit('transition', { from, to: this.state, payload });
    return true;
  }
}
module.exports = { Machine };
require('./lib/core');
