'use strict';

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

function bounded(text, fallback, most) {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? Math.min(value, most) : fallback;
}

exports.handler = async (event, context) => {
  const query = event.queryStringParameters || {};
  const count = bounded(query.count, 5, 100);
  const interval = bounded(query.interval, 500, 5000);
  const out = context.getResponseStream({
    contentType: 'text/event-stream',
    headers: { 'Cache-Control': 'no-store' },
  });
  let gone = false;
  out.on('close', () => {
    gone = true;
  });
  // a client that disconnects makes the stream fail too, which is no error of this function
  out.on('error', () => undefined);
  for (let step = 1; step <= count && !gone; step += 1) {
    out.write(`id: ${step}\nevent: step\ndata: ${JSON.stringify({ step, of: count })}\n\n`);
    if (step < count) await wait(interval);
  }
  if (!gone) out.end('event: done\ndata: {}\n\n');
};
