import { createServer, type Server } from 'node:http';
import { newRequestId } from '../lib/ids.ts';

/** The port on which functions will be published as HTTP services. Nothing is published yet: every path answers 404. */
export function createGateway(): Server {
  return createServer((request, response) => {
    request.resume();
    const requestId = newRequestId();
    const body = JSON.stringify({
      error_code: 'APIGW.0101',
      error_msg: 'The API does not exist or has not been published.',
      request_id: requestId,
    });
    response.writeHead(404, { 'content-type': 'application/json; charset=utf-8', 'x-request-id': requestId });
    response.end(body);
  });
}
