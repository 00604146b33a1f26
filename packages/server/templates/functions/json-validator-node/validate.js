'use strict';

const MOST_ERRORS = 50;

function typeOf(value) {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function fits(value, type) {
  const actual = typeOf(value);
  return actual === type || (type === 'number' && actual === 'integer');
}

/**
 * Faults of `value` as `{ path, message }`, at most 50. Knows these words of JSON Schema: type, enum, required,
 * properties, additionalProperties (false), items, minItems, maxItems, minimum, maximum, minLength, maxLength, pattern.
 */
exports.validate = (value, schema) => {
  const errors = [];
  const fault = (path, message) => {
    if (errors.length < MOST_ERRORS) errors.push({ path: path || '/', message });
  };

  function check(item, rule, path) {
    if (rule.type !== undefined && !fits(item, rule.type)) {
      fault(path, `must be ${rule.type}, is ${typeOf(item)}`);
      return;
    }
    if (rule.enum !== undefined && !rule.enum.includes(item)) fault(path, `must be one of ${rule.enum.join(', ')}`);
    if (typeof item === 'string') checkText(item, rule, path);
    if (typeof item === 'number') checkNumber(item, rule, path);
    if (Array.isArray(item)) checkList(item, rule, path);
    else if (item !== null && typeof item === 'object') checkObject(item, rule, path);
  }

  function checkText(text, rule, path) {
    const length = Array.from(text).length;
    if (length < (rule.minLength || 0)) fault(path, `must have at least ${rule.minLength} characters`);
    if (rule.maxLength !== undefined && length > rule.maxLength) {
      fault(path, `must have at most ${rule.maxLength} characters`);
    }
    if (rule.pattern !== undefined && !new RegExp(rule.pattern, 'u').test(text)) {
      fault(path, `must match ${rule.pattern}`);
    }
  }

  function checkNumber(number, rule, path) {
    if (rule.minimum !== undefined && number < rule.minimum) fault(path, `must be at least ${rule.minimum}`);
    if (rule.maximum !== undefined && number > rule.maximum) fault(path, `must be at most ${rule.maximum}`);
  }

  function checkList(list, rule, path) {
    if (list.length < (rule.minItems || 0)) fault(path, `must have at least ${rule.minItems} items`);
    if (rule.maxItems !== undefined && list.length > rule.maxItems) {
      fault(path, `must have at most ${rule.maxItems} items`);
    }
    if (rule.items !== undefined) list.forEach((item, at) => check(item, rule.items, `${path}/${at}`));
  }

  function checkObject(object, rule, path) {
    const known = rule.properties || {};
    const has = (name) => Object.prototype.hasOwnProperty.call(object, name);
    for (const name of rule.required || []) if (!has(name)) fault(`${path}/${name}`, 'is missing');
    for (const name of Object.keys(known)) if (has(name)) check(object[name], known[name], `${path}/${name}`);
    if (rule.additionalProperties !== false) return;
    for (const name of Object.keys(object)) {
      if (!Object.prototype.hasOwnProperty.call(known, name)) fault(`${path}/${name}`, 'is not known');
    }
  }

  check(value, schema, '');
  return errors;
};
