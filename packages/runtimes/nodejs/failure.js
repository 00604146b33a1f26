'use strict';
// Failures of the function as the payload texts of the contract.
const stringify = JSON.stringify;
const INDENT = 4;
const STRAY_FRAMES = 8;
/** Characters of a text of an error, and of a frame of its stack: the function could not answer with all of a larger one. */
const MAX_TEXT = 64 * 1024;
const MAX_FRAME = 1024;
const MAX_FRAMES = 200;
/** Of an error that is an object, as JSON. */
const MAX_OBJECT = 1024 * 1024;

const PREFIX = {
  4001: 'function entry exception, error: ',
  4002: 'function invocation exception, error: ',
  4007: 'function result is invalid, error: ',
  4009: 'function initialization exception, error: ',
};

/** An error of the configuration or package that has no stack worth showing. */
function configError(type, message) {
  const error = new Error(message);
  error.name = type;
  error.stack = '';
  return error;
}

// Reading a property of a user's error may itself throw (getters, proxies).
function read(value, key) {
  try {
    const found = value[key];
    return found === undefined || found === null ? '' : String(found);
  } catch (_error) {
    return '';
  }
}

function escapePattern(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Shows `roots` (and their file URLs) as `.` in a stack; frames after the last one inside them belong to the platform. */
function makeTrimmer(roots) {
  const patterns = roots.map((root) => new RegExp('(?:file://)?' + escapePattern(root) + '/', 'g'));
  return function userFrames(stack) {
    const frames = [];
    let last = -1;
    const lines = stack.split('\n');
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i].trim();
      if (line.slice(0, 3) !== 'at ') continue;
      let shown = line;
      for (let p = 0; p < patterns.length; p++) shown = shown.replace(patterns[p], './');
      if (shown !== line) last = frames.length;
      if (frames.length < MAX_FRAMES) frames.push(shown.slice(0, MAX_FRAME));
    }
    return frames.slice(0, last + 1);
  };
}

/**
 * Payload and log text of a thrown or rejected `value`. `withStack` is false for errors handed to a callback and for
 * configuration errors: their payload has no `stackTrace`.
 */
function describe(code, value, userFrames, withStack) {
  let isError = false;
  try {
    isError = value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
  } catch (_error) {
    isError = false;
  }
  let text = '';
  if (isError) text = read(value, 'message');
  else if (value !== null && typeof value === 'object') {
    try {
      text = stringify(value);
    } catch (_error) {
      text = '[object]';
    }
  } else text = typeof value === 'symbol' ? 'Symbol' : String(value);
  text = text.slice(0, MAX_TEXT);
  const message = PREFIX[code] + text;
  const frames = isError && withStack ? userFrames(read(value, 'stack')) : [];
  const type = isError ? read(value, 'name').slice(0, MAX_FRAME) || 'Error' : 'UserFunctionError';
  // The log includes the name of the error, unless it is a bare Error.
  const shown = isError && withStack && type !== 'Error' ? PREFIX[code] + type + ': ' + text : message;
  const payload = { errorMessage: message, errorType: type };
  if (withStack) payload.stackTrace = frames;
  return {
    code: code,
    payload: stringify(payload, null, INDENT),
    log: frames.length === 0 ? shown : shown + '\n' + frames.map((frame) => '    ' + frame).join('\n'),
  };
}

/**
 * Log text of a failure that no `catch` of the function saw; `what` says how it came. Errors of Node.js itself, such as
 * a refused connection, have no frame of the user: then the first frames of any kind are shown.
 */
function describeStray(what, reported, value) {
  const shown = what + ': ' + reported.log;
  if (reported.log.indexOf('\n    at ') !== -1) return shown;
  const frames = read(value, 'stack')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, STRAY_FRAMES);
  return frames.length === 0 ? shown : shown + '\n' + frames.join('\n');
}

/** Payload of `callback(err)`: errors without stack, objects with their own fields, anything else as its bare text. */
function describeCallback(err, userFrames) {
  if (err instanceof Error) return describe(4001, err, userFrames, false);
  if (typeof err === 'object' || typeof err === 'function') {
    const own = {};
    let payload;
    try {
      Object.keys(err).forEach((key) => {
        own[key] = err[key];
      });
      own.message = PREFIX[4001] + err.message;
      payload = stringify(own);
    } catch (error) {
      return describe(4007, error, userFrames, false);
    }
    if (payload.length > MAX_OBJECT) {
      return describe(4001, 'an error object of ' + payload.length + ' characters as JSON', userFrames, false);
    }
    return { code: 4001, payload: payload, log: payload };
  }
  const text = (typeof err === 'symbol' ? 'Symbol' : String(err)).slice(0, MAX_TEXT);
  return { code: 4001, payload: text, log: PREFIX[4001] + text };
}

module.exports = { configError, describe, describeCallback, describeStray, makeTrimmer };
