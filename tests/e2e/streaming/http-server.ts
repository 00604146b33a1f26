const BOOTSTRAP = `#!/bin/sh
for node in /opt/function/runtime/nodejs*/rtsp/nodejs/bin/node; do [ -x "$node" ] && exec "$node" server.js; done
exit 1
`;
const HTTP_SERVER = `
const waiting = []; let given = 0;
const signal = () => new Promise((done) => given > 0 ? (given--, done()) : waiting.push(done));
require('node:http').createServer(async (req, res) => {
  if (req.url === '/go') { waiting.length > 0 ? waiting.shift()() : given++; res.end('went'); return; }
  if (req.url === '/echo') { res.writeHead(200, { 'X-Length': req.headers['content-length'] ?? 'unknown' }); res.flushHeaders(); req.pipe(res); return; }
  if (req.url === '/count') {
    let bytes = 0;
    for await (const piece of req) { if (bytes >> 24 !== (bytes += piece.length) >> 24) console.log('read ' + bytes); }
    res.end(String(bytes)); return;
  }
  if (req.url === '/early') { res.writeHead(403); res.end('no need'); return; }
  if (req.url === '/unread') { await signal(); res.end('late'); return; }
  if (req.url === '/until-gone') {
    req.on('error', () => {}); req.on('close', () => console.log('complete: ' + req.complete)); req.resume();
    res.write('reading'); return;
  }
  if (req.url === '/die') { res.write('so far'); await signal(); process.exit(5); }
  res.writeHead(201, { 'Content-Type': 'text/event-stream', 'X-Made': 'here' });
  for (let i = 0; i < 3; i++) { res.write('data: ' + i + '\\n\\n'); await signal(); }
  res.end();
}).listen(8000, '127.0.0.1');`;

/** An HTTP function that waits in the middle of its answers for a call of `/go`, and reports the bytes it reads. */
export const HTTP_FILES = { bootstrap: BOOTSTRAP, 'server.js': HTTP_SERVER };
