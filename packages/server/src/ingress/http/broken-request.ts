import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { newRequestId } from '../../lib/ids.ts';
import { PlatformError, toErrorBody } from '../../lib/platform-error.ts';

/** Answers invalid HTTP, a request that came too late, or a head that is too large, and closes the connection. */
export function answerBrokenRequest(error: Error, socket: Socket & { readonly _httpMessage?: ServerResponse }): void {
  // the client would take this answer for the rest of one that is half sent
  if (!socket.writable || socket._httpMessage?.headersSent === true) {
    socket.destroy();
    return;
  }
  const requestId = newRequestId();
  const { status, body } = toErrorBody(asPlatformError(error), requestId);
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`, () => socket.destroy());
}

function asPlatformError(error: Error): PlatformError {
  switch ('code' in error ? error.code : undefined) {
    case 'HPE_HEADER_OVERFLOW':
      return new PlatformError('head_too_large', 'The head of the request is over 16384 bytes.');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new PlatformError('body_too_large', 'The chunks of the request body have too long extensions.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new PlatformError('body_too_slow', 'The request did not arrive in time.');
    default:
      return new PlatformError('invalid_request', 'The request is not valid HTTP/1.1.');
  }
}
