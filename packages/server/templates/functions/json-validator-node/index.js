'use strict';
const schema = require('./schema.json');
const validate = require('./validate.js').validate;

exports.handler = async (event, context) => {
  const errors = validate(event, schema);
  context.getLogger().info('%d errors', errors.length);
  return { valid: errors.length === 0, errors };
};
