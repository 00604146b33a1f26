'use strict';

exports.handler = async (event, context) => {
  const name = typeof event.name === 'string' && event.name !== '' ? event.name : 'World';
  context.getLogger().info('saying hello to %s, request %s', name, context.getRequestID());
  return { message: `Hello, ${name}!` };
};
