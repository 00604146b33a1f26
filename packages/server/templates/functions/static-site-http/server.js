'use strict';
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const path = require('path');

const ROOT = path.join(__dirname, 'site');
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
};

/** The file for a path of a request; undefined for what is not below the folder. */
function fileFor(pathname) {
  let decoded;
  try {
    decoded = decodeURIComponent(pathname);
  } catch (error) {
    return undefined;
  }
  if (decoded.includes('\0')) return undefined;
  const file = path.join(ROOT, decoded.endsWith('/') ? `${decoded}index.html` : decoded);
  return file.startsWith(ROOT + path.sep) ? file : undefined;
}

function send(response, status, headers, body) {
  response.writeHead(status, { 'X-Content-Type-Options': 'nosniff', ...headers });
  response.end(body);
}

function notFound(response) {
  send(response, 404, { 'Content-Type': TYPES['.txt'] }, 'not here\n');
}

http
  .createServer((request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      send(response, 405, { Allow: 'GET, HEAD' }, '');
      return;
    }
    const file = fileFor(request.url.split('?')[0]);
    if (file === undefined) {
      notFound(response);
      return;
    }
    fs.readFile(file, (error, bytes) => {
      if (error) {
        notFound(response);
        return;
      }
      const tag = `"${crypto.createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`;
      const headers = { ETag: tag, 'Cache-Control': 'no-cache' };
      if (request.headers['if-none-match'] === tag) {
        send(response, 304, headers, '');
        return;
      }
      const type = TYPES[path.extname(file).toLowerCase()] || 'application/octet-stream';
      send(response, 200, { ...headers, 'Content-Type': type, 'Content-Length': bytes.length }, bytes);
    });
  })
  .listen(8000, '127.0.0.1');
