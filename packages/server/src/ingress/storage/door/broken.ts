import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { newRequestId } from '../../../lib/ids.ts';
import { errorAnswer } from '../answers/error-answer.ts';
import { StorageError } from '../errors.ts';

/** Answers invalid HTTP, a request that came too late, or a head that is too large, and closes the connection. */
export function answerBroken(error: Error, socket: Socket & { readonly _httpMessage?: ServerResponse }): void {
  // the client would take this answer for the rest of one that is half sent
  if (!socket.writable || socket._httpMessage?.headersSent === true) {
    socket.destroy();
    return;
  }
  const place = { requestId: newRequestId(), resource: '', dialect: 'aws' } as const;
  const { status, headers, body } = errorAnswer(refusalOf(error), place);
  const text = typeof body === 'string' ? body : '';
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`, () => socket.destroy());
}

function refusalOf(error: Error): StorageError {
  switch ('code' in error ? error.code : undefined) {
    case 'HPE_HEADER_OVERFLOW':
      return new StorageError('RequestHeaderSectionTooLarge', 'The head of the request is over 16384 bytes.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new StorageError('RequestTimeout', 'The request did not arrive in time.');
    default:
      return new StorageError('InvalidRequest', 'The request is not valid HTTP/1.1.');
  }
}
