// An ordinary HTTP server: nothing in it knows about functions, except that it must listen on this port.
const http = require('node:http');

http
  .createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    console.log(`${request.method} ${pathname} for ${request.headers['x-cff-request-id']}`);
    if (pathname === '/echo') {
      response.writeHead(200, { 'Content-Type': request.headers['content-type'] ?? 'application/octet-stream' });
      request.pipe(response);
    } else if (pathname === '/') {
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
      response.end(`<h1>Hello, ${(searchParams.get('name') ?? 'World').replace(/[<>&]/g, '')}!</h1>\n`);
    } else {
      response.writeHead(404, { 'Content-Type': 'text/plain' });
      response.end('not here\n');
    }
  })
  .listen(8000, '127.0.0.1');
