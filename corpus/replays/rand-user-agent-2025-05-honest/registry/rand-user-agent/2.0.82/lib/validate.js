'use strict';

class ValidationError extends Error {
  constructor(issues) {
    super(issues.map((issue) => issue.path.join('.') + ': ' + issue.message).join('; '));
    this.name = 'ValidationError';
    this.issues = issues;
  }
}

class Schema {
  constructor(check) {
    this.check = check;
    this.isOptional = false;
    this.refinements = [];
  }

  optional() {
    const copy = new Schema(this.check);
    copy.refinements = this.refinements.slice();
    copy.isOptional = true;
    return copy;
  }

  refine(test, message) {
    const copy = new Schema(this.check);
    copy.isOptional = this.isOptional;
    copy.refinements = this.refinements.concat({ test, message });
    return copy;
  }

  walk(value, path, issues) {
    if (value === undefined && this.isOptional) return undefined;
    const result = this.check(value, path, issues);
    for (const item of this.refinements) {
      if (!item.test(result)) issues.push({ path, message: item.message || 'is not valid' });
    }
    return result;
  }

  parse(value) {
    const issues = [];
    const result = this.walk(value, [], issues);
    if (issues.length) throw new ValidationError(issues);
    return result;
  }

  safeParse(value) {
    try {
      return { success: true, data: this.parse(value) };
    } catch (error) {
      return { success: false, error };
    }
  }
}

function primitive(kind) {
  return () => new Schema((value, path, issues) => {
    if (typeof value !== kind) issues.push({ path, message: 'expected ' + kind + ', received ' + typeof value });
    return value;
  });
}

const string = primitive('string');
const number = primitive('number');
const boolean = primitive('boolean');

function array(item) {
  return new Schema((value, path, issues) => {
    if (!Array.isArray(value)) {
      issues.push({ path, message: 'expected array' });
      return value;
    }
    return value.map((entry, index) => item.walk(entry, path.concat(index), issues));
  });
}

function object(shape) {
  return new Schema((value, path, issues) => {
    if (value === null || typeof value !== 'object') {
      issues.push({ path, message: 'expected object' });
      return value;
    }
    const out = {};
    for (const key of Object.keys(shape)) out[key] = shape[key].walk(value[key], path.concat(key), issues);
    return out;
  });
}

function oneOf(values) {
  return new Schema((value, path, issues) => {
    if (!values.includes(value)) issues.push({ path, message: 'expected one of ' + values.join(', ') });
    return value;
  });
}

module.exports = { string, number, boolean, array, object, oneOf, ValidationError };
