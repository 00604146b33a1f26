'use strict';

/** Adds up an order. */
exports.handler = async (event, context) => {
  const total = event.items.reduce((sum, item) => sum + item.price, 0);
  context.getLogger().info('order %s comes to %d', event.order, total);
  return `v1: ${total}`;
};
