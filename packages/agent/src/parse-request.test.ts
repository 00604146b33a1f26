import { describe, expect, it } from 'vitest';
import { parseRequest, seqOf } from './parse-request.ts';

const spec = {
  id: 'i-1',
  command: ['/bin/true'],
  env: { A: 'b' },
  workingDir: '/opt/function',
  binds: [{ source: '/data/code/', target: '/opt/function/code' }],
  linkSocket: '/run/links/1.sock',
  memoryBytes: 134_217_728,
  cpuMillis: 300,
  tmpBytes: 536_870_912,
  maxProcesses: 1024,
  maxFiles: 1024,
};
const start = (changes: object) =>
  JSON.stringify({ op: 'start', seq: 1, driver: 'bubblewrap', spec: { ...spec, ...changes } });

describe('a request of the server', () => {
  it('is accepted with every field', () => {
    const request = parseRequest(start({}));
    expect(request).toEqual({
      op: 'start',
      seq: 1,
      driver: 'bubblewrap',
      spec: { ...spec, binds: [{ source: '/data/code', target: '/opt/function/code' }] },
    });
    const rootfs = { path: '/images/1', uid: 1003, gid: 1100 };
    expect(parseRequest(start({ rootfs }))).toMatchObject({ spec: { rootfs } });
    expect(parseRequest(start({ doors: [80, 81] }))).toMatchObject({ spec: { doors: [80, 81] } });
    expect(parseRequest('{"op":"stop","seq":7,"id":"i-1"}')).toEqual({ op: 'stop', seq: 7, id: 'i-1' });
  });

  it.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['an unknown op', '{"op":"run","seq":1}'],
    ['no sequence number', '{"op":"capabilities"}'],
    ['an unknown driver', JSON.stringify({ op: 'start', seq: 1, driver: 'none', spec })],
    ['an id that is a path', start({ id: '../x' })],
    ['an id that hides', start({ id: '.x' })],
    ['an empty command', start({ command: [] })],
    ['a relative program', start({ command: ['true'] })],
    ['an argument with a zero byte', start({ command: ['/bin/sh', 'a\0b'] })],
    ['a variable name with an equals sign', start({ env: { 'A=B': 'c' } })],
    ['a variable that is no text', start({ env: { A: 1 } })],
    ['a relative folder', start({ workingDir: 'opt' })],
    ['a source that climbs', start({ binds: [{ source: '/data/../etc', target: '/opt/x' }] })],
    ['a target with an empty part', start({ binds: [{ source: '/data', target: '/opt//x' }] })],
    ['a fractional limit', start({ memoryBytes: 1.5e7 + 0.5 })],
    ['no limit', start({ maxFiles: 0 })],
    ['a limit beyond every machine', start({ memoryBytes: 2 ** 43 })],
    ['a volume of all disks', start({ tmpBytes: 2 ** 45 })],
    ['more processes than fit', start({ maxProcesses: 2 ** 20 })],
    ['root as the user of an image', start({ rootfs: { path: '/images/1', uid: 0, gid: 1003 } })],
    ['an image without a group', start({ rootfs: { path: '/images/1', uid: 1003 } })],
    ['an image at a relative path', start({ rootfs: { path: 'images/1', uid: 1003, gid: 1003 } })],
    ['a door on which functions may listen', start({ doors: [1024] })],
    ['a door without a port', start({ doors: [0] })],
    ['too many doors', start({ doors: new Array(9).fill(80) })],
    ['too many binds', start({ binds: Array.from({ length: 1025 }, () => spec.binds[0]) })],
  ])('is refused with %s', (_what, line) => {
    expect(() => parseRequest(line)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });

  const assign = (changes: object) =>
    JSON.stringify({
      op: 'assign',
      seq: 2,
      id: 'i-1',
      assignment: { memoryBytes: 134_217_728, cpuMillis: 300, binds: spec.binds, ...changes },
    });

  it('assigns code below the function folder only', () => {
    expect(parseRequest(assign({}))).toMatchObject({
      op: 'assign',
      assignment: { binds: [{ source: '/data/code', target: '/opt/function/code' }] },
    });
    for (const target of ['/opt/function', '/etc', '/', '/opt/function/../etc', '/opt/functions/code', 'code']) {
      const line = assign({ binds: [{ source: '/data/code', target }] });
      expect(() => parseRequest(line)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
    }
    for (const changes of [{ memoryBytes: 1 }, { cpuMillis: 0 }, { binds: undefined }]) {
      expect(() => parseRequest(assign(changes))).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
    }
  });

  it('can be answered even when it is wrong, if it has a number', () => {
    expect(seqOf('{"seq":3}')).toBe(3);
    expect(seqOf('{')).toBeUndefined();
    expect(seqOf('{"seq":"3"}')).toBeUndefined();
  });
});
