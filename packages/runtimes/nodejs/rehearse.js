'use strict';
// Calls a function of ours some times before there is a function of a user: what serves a call is compiled then, and its
// module loader is warm. Only in a process that waits in the pool; nothing of it reaches the server or the function.
const Link = require('./link.js').Link;
const FrameReader = require('./link.js').FrameReader;
const loading = require('./load.js');
const requesting = require('./requests.js');

const CALLS = 20;
// Far more than it takes; a rehearsal that does not end must not hold up a start.
const MOST_MS = 200;
const HANDLER = 'rehearsed.handler';

function frame() {
  const header = Buffer.from(
    JSON.stringify({ type: 'invoke', requestId: 'rehearsal', timeoutMs: 3000, invokeType: 'sync', credentials: {} })
  );
  const body = Buffer.from('{"rehearsal":true}');
  const sizes = Buffer.alloc(8);
  sizes.writeUInt32BE(header.length, 0);
  sizes.writeUInt32BE(body.length, 4);
  return Buffer.concat([sizes, header, body]);
}

/** The real link, but for its socket. */
function silentLink(onResult) {
  const link = Object.create(Link.prototype);
  link.queued = 0;
  link.begun = new Map();
  link.write = () => {};
  link.log = () => {};
  link.result = function () {
    Link.prototype.result.apply(link, arguments);
    onResult();
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
  let next = finish;
  const link = silentLink(() => {
    answered++;
    if (answered === CALLS) finish();
    else setImmediate(next);
  });
  loading.loadHandler(__dirname, HANDLER).then((handler) => {
    const requests = new requesting.Requests({
      link: link,
      flush: () => {},
      handler: handler,
      fixed: { instanceId: '', timeoutSeconds: 3, userData: {} },
      awaitsPromises: true,
      userFrames: null,
      concurrency: 1,
    });
    const reader = new FrameReader((header, body) => requests.start(header, body), finish);
    const bytes = frame();
    next = () => {
      try {
        reader.push(bytes);
      } catch (_error) {
        finish();
      }
    };
    next();
  }, finish);
}

module.exports = { rehearse: rehearse, CALLS: CALLS };
