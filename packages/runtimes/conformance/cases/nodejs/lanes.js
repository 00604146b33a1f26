'use strict';
const later = (ms, done) => setTimeout(done, ms);

exports.note = (event, context, callback) => {
  console.log('begin ' + event.n);
  later(event.ms, () => {
    console.log('end ' + event.n);
    callback(null, String(event.n));
  });
};

exports.remaining = (event, context, callback) => {
  const left = context.getRemainingTimeInMilliSeconds();
  later(event.ms, () => callback(null, String(left)));
};

exports.exits = (event, context, callback) => {
  if (event.n === 2) process.exit(3);
  callback(null, String(event.n));
};

exports.raw = (event, context, callback) => {
  if (event.n === 1) require('child_process').execSync('echo raw >&2', { stdio: [0, 1, 2] });
  callback(null, String(event.n));
};

exports.afterCallback = (event, context, callback) => {
  console.log('begin ' + event.n);
  callback(null, String(event.n));
  console.log('end ' + event.n);
};

let storage;
exports.stored = (event, context, callback) => {
  if (storage === undefined) storage = new (require('async_hooks').AsyncLocalStorage)();
  const found = storage.getStore();
  storage.run('of ' + event.n, () => later(1, () => callback(null, String(found))));
};
