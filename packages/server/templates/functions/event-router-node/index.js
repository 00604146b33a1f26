'use strict';
const routes = require('./routes.js');

/** Which source an event came from; undefined for what none of them sends. */
function kindOf(event) {
  if (event === null || typeof event !== 'object') return undefined;
  if (event.trigger_type === 'TIMER') return 'timer';
  if (event.trigger_type === 'KAFKA' || event.trigger_type === 'ROCKETMQ') return 'messages';
  if (typeof event.httpMethod === 'string') return 'http';
  if (Array.isArray(event.record)) return 'notification';
  if (Array.isArray(event.Records)) return 'storage';
  if (typeof event.type === 'string') return 'custom';
  return undefined;
}

exports.handler = async (event, context) => {
  const kind = kindOf(event);
  if (kind === undefined) throw new Error('the event is of no known kind: add it to kindOf and to routes.js');
  context.getLogger().info('an event of kind %s', kind);
  return { route: kind, did: await routes[kind](event, context) };
};
