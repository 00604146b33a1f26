'use strict';
// Loads and calls a function of ours some times before there is a function of a user: what serves a call is compiled then,
// and its module loader is warm. Only in a process that waits in the pool; nothing of it reaches the server or the function.
const stream = require('stream');
const Link = require('./link.js').Link;
const Session = require('./session.js').Session;

const CALLS = 20;
// Far more than it takes; a rehearsal that does not end must not hold up a start.
const MOST_MS = 200;
const INIT = {
  type: 'init',
  codeRoot: __dirname,
  handler: 'rehearsed.handler',
  env: {},
  concurrency: 1,
  context: { instanceId: '', timeoutSeconds: 3, userData: {} },
};
const INVOKE = { type: 'invoke', requestId: 'rehearsal', timeoutMs: 3000, invokeType: 'sync', credentials: {} };

function frame(header, body) {
  const head = Buffer.from(JSON.stringify(header));
  const sizes = Buffer.alloc(8);
  sizes.writeUInt32BE(head.length, 0);
  sizes.writeUInt32BE(body.length, 4);
  return Buffer.concat([sizes, head, Buffer.from(body)]);
}

/** The real link, but for its socket. `onSent` gets the header of each frame that it would send. */
function silentLink(onSent) {
  const link = Object.create(Link.prototype);
  link.queued = 0;
  link.begun = new Map();
  link.write = () => {};
  link.send = function (header) {
    Link.prototype.send.apply(link, arguments);
    onSent(header);
  };
  return link;
}

/** Calls `done` with the number of calls that were answered. */
function rehearse(done) {
  let answered = 0;
  let timer = null;
  const finish = () => {
    if (timer === null) return;
    clearTimeout(timer);
    timer = null;
    delete require.cache[require.resolve('./rehearsed.js')];
    done(answered);
  };
  timer = setTimeout(finish, MOST_MS);
  // In the place of the socket, with the same code behind it.
  const source = new stream.Readable({ read: () => {} });
  const invoke = frame(INVOKE, '{"rehearsal":true}');
  const link = silentLink((header) => {
    if (timer === null) return;
    const type = JSON.parse(header).type;
    if (type === 'result') answered++;
    if (type === 'failed' || answered === CALLS) finish();
    else setImmediate(() => source.push(invoke));
  });
  const session = new Session(link, () => {});
  link.readFrom(source, (header, body) => session.onFrame(header, body));
  source.push(frame(INIT, ''));
}

module.exports = { rehearse: rehearse, CALLS: CALLS };
