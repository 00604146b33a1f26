import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { zipped } from '../../../tests/functions.ts';
import { type FakeFunction, HANG } from '../src/instances/sandbox/fake/index.ts';
import { FakeServer } from './fake-server.ts';

/** The input of the function, by its instructions. */
let got: { event: number; body: number; cancelled: number };

const upload: FakeFunction = {
  handler: (event, { bodyFollows }) => {
    got.event += event.length;
    return bodyFollows === true ? HANG : answer;
  },
  onBody: (piece) => {
    got.body += piece.length;
  },
  onCancel: (requestId, peer) => {
    got.cancelled += 1;
    peer.send({ type: 'result', requestId, code: 4002 }, '{}');
  },
};
const head = Buffer.from(JSON.stringify({ statusCode: 200, headers: [] }));
const size = Buffer.alloc(4);
size.writeUInt32BE(head.length);
const answer = Buffer.concat([size, head]);

describe('slow clients of function URLs', () => {
  let server: FakeServer;
  let sockets: Socket[];

  beforeEach(async () => {
    got = { event: 0, body: 0, cancelled: 0 };
    sockets = [];
    server = await FakeServer.start(upload);
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await server[Symbol.asyncDispose]();
  });

  async function publish(name: string, returnStream: boolean): Promise<string> {
    const project = { project_id: server.projectId };
    const { data } = await server.api.call('createFunction', {
      params: project,
      body: {
        func_name: name,
        package: 'default',
        runtime: 'http',
        handler: 'bootstrap',
        timeout: 10,
        memory_size: 128,
        code_type: 'zip',
        code_filename: 'code.zip',
        func_code: { file: zipped({ bootstrap: '#!/bin/sh\n' }) },
        is_return_stream: returnStream,
      },
    });
    const params = { ...project, function_urn: data.func_urn.replace(/:latest$/, '') };
    await server.api.call('setFunctionUrl', { params, body: { auth: 'none', enabled: true } });
    return `/fn/${server.projectId}/default/${name}/`;
  }

  async function send(path: string, header: string, body: string): Promise<{ socket: Socket; closed: () => boolean }> {
    const { port, hostname } = new URL(server.running.gateway);
    const socket = connect(Number(port), hostname);
    sockets.push(socket);
    let closed = false;
    socket.on('error', () => {});
    socket.on('close', () => {
      closed = true;
    });
    socket.resume();
    await once(socket, 'connect');
    socket.write(`POST ${path} HTTP/1.1\r\nHost: a\r\n${header}\r\n\r\n${body}`);
    return { socket, closed: () => closed };
  }

  it('have a minute for a body that is read whole, and reach no instance', async () => {
    const path = await publish('whole', false);
    const { closed } = await send(path, 'Content-Length: 100000', 'slow');
    const other = await send(path, 'Content-Length: 3', 'abc');
    await expect.poll(() => got.event).toBeGreaterThan(0);
    other.socket.destroy();
    const before = got.event;
    await vi.waitFor(() => {
      server.clock.advance(10_000);
      expect(closed()).toBe(true);
    });
    expect(got).toEqual({ event: before, body: 0, cancelled: 0 });
  });

  it('have a minute for each next piece of a body that is streamed; then the function hears of it', async () => {
    const path = await publish('stream', true);
    const { socket, closed } = await send(path, 'Content-Length: 100000', 'slow');
    await expect.poll(() => got.body).toBe(4);
    for (let piece = 1; piece <= 5; piece++) {
      server.clock.advance(50_000);
      socket.write('more');
      await expect.poll(() => got.body).toBe(4 + 4 * piece);
    }
    expect(closed()).toBe(false);
    server.clock.advance(60_000);
    await expect.poll(() => closed()).toBe(true);
    await expect.poll(() => got.cancelled).toBe(1);
  });

  it('have a minute to send the rest after an error', async () => {
    const { closed } = await send('/fn/nobody/default/nothing/', 'Content-Length: 100000', 'slow');
    await vi.waitFor(() => {
      server.clock.advance(10_000);
      expect(closed()).toBe(true);
    });
  });
});
