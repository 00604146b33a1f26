import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { expect, it } from 'vitest';
import { apiAddress } from './api-address.ts';

const request = (socket: Socket) => ({ headers: { host: 'api.example.com:8443' }, response: { req: { socket } } });

it('is the public address, else that of the request with its scheme', () => {
  expect(apiAddress('https://fg.example.com', request(new Socket()))).toBe('https://fg.example.com');
  expect(apiAddress(undefined, request(new Socket()))).toBe('http://api.example.com:8443');
  expect(apiAddress(undefined, request(new TLSSocket(new Socket())))).toBe('https://api.example.com:8443');
  expect(apiAddress(undefined, { ...request(new Socket()), headers: {} })).toBe('http://localhost');
});
