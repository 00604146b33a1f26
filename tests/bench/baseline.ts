import { createServer } from 'node:http';

/** The floor that everything is measured against: the smallest HTTP server Node.js can be. */
const body = JSON.stringify({ hello: 'world' });
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }));
