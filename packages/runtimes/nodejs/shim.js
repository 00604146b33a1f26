'use strict';
// Runs one Node.js function: connects to the server, and answers it as a session.
const Link = require('./link.js').Link;
const capture = require('./output.js').capture;
const loading = require('./load.js');
const Session = require('./session.js').Session;

const stringify = JSON.stringify;

const output = capture((level, text) => link.log(session.current, level, text));
const link = new Link(process.env.FUNCGRAPH_LINK, hello, (header, body) => session.onFrame(header, body));
const session = new Session(link, output.flush);

function hello() {
  if (process.env.FUNCGRAPH_REHEARSE && loading.awaitsPromises) require('./rehearse.js').rehearse(sayHello);
  else sayHello();
}

function sayHello() {
  link.send(stringify({ type: 'hello', protocol: 1, runtime: 'node ' + process.version }), '');
}

process.on('uncaughtException', (error) => session.stray('uncaught exception', error));
process.on('unhandledRejection', (reason) => {
  const what = 'unhandled promise rejection';
  // Before Node 15 a forgotten rejection was a warning, after it an uncaught exception; functions rely on either.
  if (loading.major >= 15) session.stray(what, reason);
  else session.logStray(what, reason);
});
process.on('exit', output.flush);
