const { createHmac } = require('node:crypto');

/** Signs an order, so that no other program can make one. */
exports.handler = async (event, context) => {
  const order = JSON.stringify({ item: event.item, count: event.count });
  return { order, signature: createHmac('sha256', context.getUserData('SIGNING_KEY')).update(order).digest('hex') };
};
