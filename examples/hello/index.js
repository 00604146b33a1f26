'use strict';

exports.handler = async (event, context) => {
  context.getLogger().info('saying hello, request %s', context.getRequestID());
  return { message: `Hello, ${event.name || 'World'}!` };
};
