import { type DecodedBody, ROUTES, type Routes } from '@funcgraph/api';
import { describe, expect, it } from 'vitest';
import { bodyParser } from '../../lib/body-parser.ts';
import type { PlatformError } from '../../lib/platform-error.ts';
import { KEPT_FIELDS, newFunction } from './functions-body.ts';

interface Described {
  readonly properties: Readonly<Record<string, { readonly description?: string }>>;
}

const ONLY_STORED: readonly string[] = [...KEPT_FIELDS, 'enable_class_isolation'];
const bodies = [ROUTES.createFunction.body, ROUTES.updateFunctionConfig.body, ROUTES.updateFunctionCode.body];
const described = new Map(
  bodies.flatMap((body) =>
    Object.entries((body as unknown as Described).properties).map(([name, { description }]) => [
      name,
      description ?? '',
    ]),
  ) as [string, string][],
);

it('documents each field without effect as only stored', () => {
  const silent = ONLY_STORED.filter((name) => !/stored/i.test(described.get(name) ?? ''));
  expect(silent).toEqual([]);
});

it('documents no field with an effect as only stored', () => {
  const only = [...described].filter(([, text]) => /^stored|; stored/i.test(text)).map(([name]) => name);
  // its number of instances is enforced, its requests in one instance are kept
  expect(only.filter((name) => !ONLY_STORED.includes(name)).sort()).toEqual([]);
});

const parse = bodyParser(ROUTES.createFunction.body);
const read = (extra: object) =>
  newFunction(
    parse({ func_name: 'hello', runtime: 'Node.js20.15', ...extra }) as DecodedBody<Routes['createFunction']>,
  );

describe('the body of a function', () => {
  it('may have numbers as text, and null for fields that are not set', () => {
    const body = { timeout: '10', memory_size: '512', description: null, func_vpc: null, depend_version_list: null };
    expect(read({ ...body, enable_dynamic_memory: 'true', initializer_timeout: null, package: null })).toMatchObject({
      timeoutSeconds: 10,
      memoryMb: 512,
      description: undefined,
      network: undefined,
      dependencies: undefined,
      dynamicMemory: true,
    });
  });

  it('names file systems by either of their names', () => {
    const func_mounts = [{ mount_type: 'sfs', mount_resource: 'r', local_mount_path: '/mnt/x' }];
    const mount_config = { mount_user: { user_id: '5', mount_user_group_id: 6 }, func_mounts };
    expect(read({ mount_config }).mountConfig).toEqual({
      user: { uid: 5, gid: 6 },
      mounts: [{ type: 'sfs', resource: 'r', path: '/mnt/x' }],
    });
  });

  it('has a network that is acted on, and returned as it was given', () => {
    const func_vpc = { vpc_id: 'v', subnet_id: 's', vpc_name: 'net' };
    const { network, publicNetwork, kept } = read({ func_vpc, network_controller: { disable_public_network: 'true' } });
    expect([network, publicNetwork]).toEqual([{ vpcId: 'v', subnetId: 's' }, false]);
    expect(kept).toEqual({ func_vpc, network_controller: { disable_public_network: true } });
  });

  it.each([
    ['invalid_request', 'a timeout in words', { timeout: 'long' }],
    ['invalid_request', 'a type that does not exist', { type: 'v3' }],
    ['invalid_request', 'a long time to restore', { restore_hook_timeout: 301 }],
    ['invalid_request', 'an object where text belongs', { xrole: {} }],
    ['invalid_request', 'a mount of no type', { mount_config: { func_mounts: [{}] } }],
    ['invalid_request', 'large objects', { lts_custom_tag: { a: 'x'.repeat(10_000), b: 'y'.repeat(10_000) } }],
    ['invalid_user_data', 'variables that are no object', { user_data: '[1]' }],
    ['invalid_user_data', 'variables that are no JSON', { user_data: '{"a":' }],
    ['invalid_user_data', 'a variable that is no text', { user_data: '{"a":1}' }],
    ['invalid_code', 'code that is not Base64', { func_code: { file: '***' } }],
    ['not_supported_here', 'a GPU', { gpu_memory: 1024 }],
  ])('is refused with %s: %s', (code, _what, body) => {
    let refused: unknown;
    try {
      read(body);
    } catch (error) {
      refused = (error as PlatformError).code;
    }
    expect(refused).toBe(code);
  });
});
