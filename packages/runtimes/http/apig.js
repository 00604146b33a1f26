'use strict';
// The two forms in which an HTTP request reaches an HTTP function and its answer leaves it: the APIG event and its
// wrapping (JSON, Base64), and the binary form of PROTOCOL.md, which carries the bytes as they are.

const METHOD = /^[A-Z]{1,16}$/;
const TARGET = /^\/[\x21-\x7e]*$/;
// Headers of one connection only, or recomputed from the body.
const NOT_PASSED_ON = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const MAX_HEAD = 64 * 1024;

/** An event that cannot become a request; the text is for the caller. */
class NotARequest extends Error {}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function map(value, name) {
  if (value === undefined || value === null) return [];
  if (!isObject(value)) throw new NotARequest(`'${name}' is not an object`);
  return Object.entries(value);
}

/** Header pairs without those of a connection, and without those that only the platform may set. */
function passedOn(pairs) {
  return pairs.filter(([name]) => {
    const lower = name.toLowerCase();
    return !NOT_PASSED_ON.has(lower) && !lower.startsWith('x-cff-');
  });
}

function target(path, query) {
  if (typeof path !== 'string' || !path.startsWith('/')) throw new NotARequest("'path' does not begin with '/'");
  const parts = [];
  for (const [key, value] of query) {
    for (const each of Array.isArray(value) ? value : [value]) {
      parts.push(`${encodeURIComponent(key)}=${encodeURIComponent(String(each ?? ''))}`);
    }
  }
  // An event's path may be decoded text; what is a valid target already stays as it is.
  const bare = TARGET.test(path) ? path.replace(/\?/g, '%3F').replace(/#/g, '%23') : encodeURI(path);
  return parts.length === 0 ? bare : `${bare}?${parts.join('&')}`;
}

/** The request that an APIG event describes. Throws `NotARequest`. */
function requestFromEvent(bytes) {
  let event;
  try {
    event = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new NotARequest('it is not JSON');
  }
  if (!isObject(event) || typeof event.httpMethod !== 'string') throw new NotARequest("it has no 'httpMethod'");
  const headers = [];
  for (const [name, value] of map(event.headers, 'headers')) {
    for (const each of Array.isArray(value) ? value : [value]) headers.push([name, String(each ?? '')]);
  }
  const text = event.body ?? '';
  if (typeof text !== 'string') throw new NotARequest("'body' is not text");
  let url;
  try {
    url = target(event.path, map(event.queryStringParameters, 'queryStringParameters'));
  } catch (error) {
    if (error instanceof NotARequest) throw error;
    // Half of a surrogate pair has no form in UTF-8.
    throw new NotARequest("'path' or 'queryStringParameters' cannot be written as a URL");
  }
  const body = event.isBase64Encoded === true ? Buffer.from(text, 'base64') : Buffer.from(text, 'utf8');
  return checked({ method: event.httpMethod.toUpperCase(), url, headers, body });
}

/** The request in the binary form. Throws `NotARequest`. */
function requestFromBinary(bytes) {
  const length = bytes.length < 4 ? -1 : bytes.readUInt32BE(0);
  if (length < 0 || length > MAX_HEAD || 4 + length > bytes.length) throw new NotARequest('its head is cut off');
  const head = JSON.parse(bytes.toString('utf8', 4, 4 + length));
  return checked({ method: head.method, url: head.url, headers: head.headers, body: bytes.subarray(4 + length) });
}

function checked(request) {
  if (!METHOD.test(request.method) || request.method === 'CONNECT')
    throw new NotARequest("'httpMethod' is not a method");
  if (!TARGET.test(request.url)) throw new NotARequest("'path' holds characters that no URL has");
  if (request.headers.some(([name, value]) => /^upgrade$/i.test(name) && /websocket/i.test(value))) {
    throw new NotARequest('WebSocket connections are not supported by HTTP functions');
  }
  return { ...request, headers: passedOn(request.headers) };
}

/** The answer as a direct invocation returns it. */
function wrapped({ statusCode, headers, body }) {
  const grouped = Object.create(null);
  const names = new Map();
  for (const [name, value] of headers) {
    const key = names.get(name.toLowerCase()) ?? name;
    names.set(name.toLowerCase(), key);
    grouped[key] ??= [];
    grouped[key].push(value);
  }
  const head = JSON.stringify({ headers: grouped, statusCode, isBase64Encoded: true });
  return `{"body":"${body.toString('base64')}",${head.slice(1)}`;
}

/** The answer in the binary form. */
function binary({ statusCode, headers, body }) {
  const head = Buffer.from(JSON.stringify({ statusCode, headers }));
  const size = Buffer.allocUnsafe(4);
  size.writeUInt32BE(head.length, 0);
  return Buffer.concat([size, head, body]);
}

module.exports = { NotARequest, requestFromEvent, requestFromBinary, wrapped, binary, passedOn };
