'use strict';
const crypto = require('crypto');

/** What the sender signs: the time and the body, so that neither can be changed nor sent again much later. */
function signatureOf(secret, timestamp, body) {
  return crypto.createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();
}

function answer(statusCode, value) {
  const headers = { 'Content-Type': 'application/json' };
  return { statusCode, headers, isBase64Encoded: false, body: JSON.stringify(value) };
}

/** In constant time: a comparison that stops early tells how much of a guess was right. */
function matches(given, expected) {
  const bytes = /^sha256=[0-9a-f]{64}$/.test(given) ? Buffer.from(given.slice(7), 'hex') : Buffer.alloc(0);
  return bytes.length === expected.length && crypto.timingSafeEqual(bytes, expected);
}

exports.handler = async (event, context) => {
  const log = context.getLogger();
  const secret = process.env.WEBHOOK_SECRET || '';
  if (secret === '') {
    log.error('WEBHOOK_SECRET is not set');
    return answer(503, { error: 'the receiver is not set up' });
  }
  const headers = event.headers || {};
  const body = Buffer.from(event.body || '', event.isBase64Encoded ? 'base64' : 'utf8');
  const timestamp = String(headers['x-timestamp'] || '');
  const age = Math.abs(Date.now() / 1000 - Number(timestamp));
  if (!/^\d{1,12}$/.test(timestamp) || age > Number(process.env.MAX_AGE_SECONDS || 300)) {
    return answer(401, { error: 'X-Timestamp is missing or too old' });
  }
  if (!matches(String(headers['x-signature-256'] || ''), signatureOf(secret, timestamp, body))) {
    return answer(401, { error: 'the signature is wrong' });
  }
  let message;
  try {
    message = JSON.parse(body.toString('utf8'));
  } catch (error) {
    return answer(400, { error: 'the body is not JSON' });
  }
  // put the work here, or hand it on: the sender waits for this answer
  log.info('accepted %d bytes of type %s', body.length, message && message.type);
  return answer(202, { accepted: true, type: (message && message.type) || null });
};
