'use strict';
exports.echo = (event, context, callback) => callback(null, event);
exports.text = (event, context, callback) => callback(null, 'plain 文字');
exports.nothing = (event, context, callback) => callback(null);
exports.nullResult = (event, context, callback) => callback(null, null);
exports.number = (event, context, callback) => callback(null, 42.5);
exports.bool = (event, context, callback) => callback(null, true);
exports.buffer = (event, context, callback) => callback(null, Buffer.from('ab'));
exports.circular = (event, context, callback) => {
  const value = {};
  value.self = value;
  callback(null, value);
};
exports.big = (event, context, callback) => callback(null, 'x'.repeat(event.size));
exports.length = (event, context, callback) => callback(null, String(event.text.length));
exports.fail = (event, context, callback) => {
  throw new TypeError('went wrong: ' + event.why);
};
exports.throwText = (event, context, callback) => {
  throw 'just text';
};
exports.callbackError = (event, context, callback) => callback(new Error('x'));
exports.callbackText = (event, context, callback) => callback('text');
exports.callbackObject = (event, context, callback) => callback({ a: 1 });
exports.callbackNothing = (event, context, callback) => callback();
exports.callbackFalse = (event, context, callback) => callback(0, 'fine');
exports.callbackTwice = (event, context, callback) => {
  callback(null, 'first');
  callback(null, 'second');
  throw new Error('too late');
};
exports.lateThrow = (event, context, callback) => {
  callback(null, 'done');
  setTimeout(() => {
    throw new Error('after the result');
  }, 1);
};
exports.timerThrow = (event, context, callback) => {
  setTimeout(() => {
    throw new Error('in a timer');
  }, 1);
};
exports.forgotten = (event, context, callback) => {
  Promise.reject(new TypeError('nothing catches this'));
};
exports.refused = (event, context, callback) => {
  require('net').connect(1, '127.0.0.1');
};
exports.one = (event) => event;
exports.four = (a, b, c, d) => a;
exports.notFunction = 7;
exports.logs = (event, context, callback) => {
  const logger = context.getLogger();
  logger.debug('hidden');
  logger.info('info %s %d', 'text', 7);
  logger.warn('warn');
  logger.error('error');
  logger.setLevel('DEBUG');
  logger.debug('shown');
  console.log('printed 中文');
  console.error('to stderr');
  process.stdout.write('no line break');
  callback(null, 'ok');
};
exports.longLog = (event, context, callback) => {
  console.log('é'.repeat(event.count));
  callback(null, 'ok');
};
exports.callbackLong = (event, context, callback) => callback(event.isText ? 'x'.repeat(1e7) : { a: 'x'.repeat(1e7) });
exports.longError = (event, context, callback) => {
  throw new TypeError('é'.repeat(event.count));
};
exports.context = (event, context, callback) => {
  const methods = [
    'getRequestID', 'getAccessKey', 'getSecretKey', 'getSecurityAccessKey', 'getSecuritySecretKey', 'getSecurityToken',
    'getToken', 'getFunctionName', 'getVersion', 'getProjectID', 'getPackage', 'getAlias', 'getRunningTimeInSeconds',
    'getMemorySize', 'getCPUNumber', 'getWorkflowID', 'getWorkflowRunID', 'getWorkflowStateID',
  ];
  const seen = {};
  methods.forEach((name) => {
    seen[name] = context[name]();
  });
  seen.userData = context.getUserData('KEY');
  seen.missing = context.getUserData('toString') === undefined ? 'none' : 'found';
  const left = context.getRemainingTimeInMilliSeconds();
  seen.remaining = left > 0 && left <= 3000;
  seen.env = process.env.KEY;
  seen.link = process.env.FUNCGRAPH_LINK === undefined ? 'hidden' : 'visible';
  seen.libraryPath = process.env.LD_LIBRARY_PATH;
  seen.instance = context.instanceID;
  callback(null, seen);
};
let prepared = 'no';
exports.init = (context, callback) => {
  prepared = 'yes, request id [' + context.getRequestID() + ']';
  console.log('initializing');
  callback(null, '');
};
exports.initFails = (context, callback) => {
  throw new Error('cannot start');
};
exports.initOne = (context) => undefined;
exports.prepared = (event, context, callback) => callback(null, prepared);
exports.exits = (event, context, callback) => {
  console.log('last words');
  process.exit(3);
};
const open = {};
exports.meet = (event, context, callback) => {
  console.log('arrived ' + event.name);
  open[event.name] = callback;
  // Answers only when both requests have arrived: proof that they run at the same time.
  if (Object.keys(open).length < 2) return;
  Object.keys(open).forEach((name) => open[name](null, 'met as ' + name));
};

exports.spawns = (event, context, callback) => {
  if (event) require('child_process').spawnSync('echo', ['from a child'], { stdio: 'inherit' });
  callback(null, event ? 'spawned' : 'quiet');
};

exports.writesToDescriptors = (event, context, callback) => {
  const fs = require('fs');
  fs.writeSync(1, 'one ');
  fs.writeSync(1, Buffer.from('xtwo\nx'), 1, 4);
  fs.write(2, 'three\n', () => callback(null, 'written'));
};
