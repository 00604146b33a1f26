'use strict';

/** Keys beyond this push the longest unused out, so that callers who invent keys cannot fill the memory. */
const MOST_KEYS = 10000;
const buckets = new Map();

/** Milliseconds until a token is there; 0 when one was taken. */
function take(key, now, perMinute, burst) {
  const bucket = buckets.get(key) || { tokens: burst, at: now };
  const tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) * perMinute) / 60000);
  // a map remembers the order of insertion: the first key is the longest unused
  buckets.delete(key);
  buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
  if (buckets.size > MOST_KEYS) buckets.delete(buckets.keys().next().value);
  return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) * 60000) / perMinute);
}

function setting(name, fallback) {
  const value = Number(process.env[name]);
  return value > 0 ? value : fallback;
}

exports.handler = async (event, context) => {
  const headers = event.headers || {};
  const key = String(headers['x-api-key'] || (event.requestContext || {}).sourceIp || 'anonymous').slice(0, 200);
  const waitMs = take(key, Date.now(), setting('RATE_PER_MINUTE', 60), setting('BURST', 10));
  if (waitMs > 0) {
    context.getLogger().warn('%s is over its rate', key);
    return {
      statusCode: 429,
      headers: { 'Content-Type': 'application/json', 'Retry-After': String(Math.ceil(waitMs / 1000)) },
      isBase64Encoded: false,
      body: JSON.stringify({ error: 'too many requests' }),
    };
  }
  // put the real work here
  return {
    statusCode: 200,
    headers: { 'Content-Type': 'application/json' },
    isBase64Encoded: false,
    body: JSON.stringify({ ok: true }),
  };
};
