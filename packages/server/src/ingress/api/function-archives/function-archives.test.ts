import { buffer } from 'node:stream/consumers';
import { type DecodedBody, type ErrorCode, ROUTES, type Routes } from '@funcgraph/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeZip } from '../../../artifacts/testing.ts';
import {
  FunctionExports,
  FunctionImports,
  type FunctionState,
  type NewFunction,
  type OpaqueFields,
} from '../../../control/index.ts';
import { openTestControl, type TestControl } from '../../../control/testing.ts';
import { bodyParser } from '../../../lib/body-parser.ts';
import { refusal } from '../../../lib/testing.ts';
import { newFunction } from '../functions-body.ts';
import { describeExport } from './export-document.ts';
import { writeExportYaml } from './export-yaml.ts';
import { archiveOf, readExport } from './read-archive.ts';

const P = 'p0001';
const base64 = (data: string | Buffer) => Buffer.from(data).toString('base64');
const zip = (text: string) => fakeZip([{ name: 'index.js', data: text }]);

let control: TestControl;
let exports: FunctionExports;
let imports: FunctionImports;

beforeEach(async () => {
  control = await openTestControl();
  exports = new FunctionExports(control.artifacts, control.clock);
  imports = new FunctionImports({
    artifacts: control.artifacts,
    dependencies: control.dependencies,
    collect: (sha256) => control.functions.access.collector.now(sha256),
  });
});
afterEach(() => control.close());

const parse = bodyParser(ROUTES.createFunction.body);
const create = (extra: OpaqueFields = {}): Promise<FunctionState> => {
  const body = parse({
    func_name: 'hello',
    runtime: 'Node.js20.15',
    handler: 'index.handler',
    code_type: 'zip',
    func_code: { file: base64(zip('1')) },
    ...structuredClone(extra),
  });
  return control.functions.create(P, newFunction(body as DecodedBody<Routes['createFunction']>));
};

const partsOf = (state: FunctionState) => ({
  config: (codeFile: string | undefined) => writeExportYaml(describeExport(state, codeFile)),
  code: true,
});

async function archive(state: FunctionState): Promise<Buffer> {
  const opened = await exports.open(state, partsOf(state), 'user');
  const bytes = await buffer(opened.stream);
  expect(bytes.length).toBe(opened.sizeBytes);
  return bytes;
}

type ImportBody = DecodedBody<Routes['importFunction']>;

async function imported(bytes: Buffer, extra: Partial<ImportBody> = {}, project = P): Promise<NewFunction> {
  const body = { func_name: 'copy', file_name: 'x.zip', file_type: 'zip', file_code: base64(bytes), ...extra };
  return imports.read(project, archiveOf(body), (yaml) => readExport(yaml, body));
}

/** Everything of a version but its name and the values of encrypted variables. */
const comparable = ({ version, fn, secretNames }: FunctionState) => ({
  runtime: fn.runtime,
  config: version.config,
  sha512: version.artifact.sha512,
  kind: version.artifact.kind,
  file: version.artifactFile,
  secretNames,
});

const FULL: OpaqueFields = {
  description: '描述: "quoted"\nand a second line',
  memory_size: 512,
  timeout: 42,
  user_data: JSON.stringify({ NUMBER: '80', TRUTH: 'yes', TEXT: ' - a: b # c\n', EMPTY: '', NULL: 'null' }),
  encrypted_user_data: JSON.stringify({ SECRET: 'top-secret-value' }),
  initializer_handler: 'index.start',
  initializer_timeout: 7,
  strategy_config: { concurrency: 9, concurrent_num: 3 },
  enable_dynamic_memory: true,
  is_return_stream: true,
  enable_lanes: false,
  type: 'v1',
  extend_config: '{"a":1}',
  domain_names: 'a.example',
  lts_custom_tag: { k: 'v' },
  log_config: { group_id: 'g', stream_id: 's' },
  network_controller: { disable_public_network: true },
  mount_config: {
    mount_user: { user_id: 5, user_group_id: 6 },
    func_mounts: [{ mount_type: 'sfs', mount_resource: 'data', local_mount_path: '/mnt/data' }],
  },
  func_vpc: { vpc_id: 'v', subnet_id: 's' },
  peering_cidr: '10.0.0.0/8',
  enable_auth_in_header: true,
};

describe('an export and its import', () => {
  const kinds: readonly [string, OpaqueFields][] = [
    ['a zip', {}],
    ['a zip with every setting', FULL],
    ['a zip that was sent as inline', { code_type: 'inline' }],
    ['inline code', { code_type: 'inline', func_code: { file: base64('exports.handler = async () => 1;') } }],
    [
      'inline code in a folder',
      { handler: 'src/main.run', code_type: 'inline', func_code: { file: base64('exports.run = 1;') } },
    ],
    ['a jar', { runtime: 'Java17', handler: 'a.B.c', code_type: 'jar', code_filename: 'my.jar' }],
    [
      'a program',
      { runtime: 'Custom', handler: 'bootstrap', code_type: 'inline', func_code: { file: base64('#!/bin/sh\n') } },
    ],
  ];
  it.each(kinds)('make %s again, byte by byte and field by field', async (_what, extra) => {
    const original = await create(extra);
    const copy = await control.functions.create(P, await imported(await archive(original)));
    expect(comparable(copy)).toEqual(comparable(original));
    expect(copy.fn.name).toBe('copy');
  });

  it('carry no value of an encrypted variable, only its name', async () => {
    const bytes = await archive(await create(FULL));
    expect(bytes.includes('top-secret-value')).toBe(false);
    expect(bytes.includes('SECRET: ""')).toBe(true);
    await control.functions.create(P, await imported(bytes));
    expect(control.catalog.resolve(P, 'default', 'copy', 'latest')?.env).toMatchObject({ SECRET: '', NUMBER: '80' });
  });

  it('find dependencies by name, runtime and version, and refuse missing ones', async () => {
    const library = fakeZip([{ name: 'node_modules/a/index.js', data: '1' }]);
    const dependency = (data: Buffer) =>
      control.dependencies.createVersion(P, {
        name: 'lib',
        runtime: 'Node.js20.15',
        description: '',
        source: { bytes: data },
      });
    const { id } = await dependency(library);
    await dependency(fakeZip([{ name: 'node_modules/a/index.js', data: '2' }]));
    const bytes = await archive(await create({ depend_version_list: [id] }));
    const body = await imported(bytes);
    expect(body.dependencies).toEqual([id]);
    expect(await refusal(imported(bytes, {}, 'other'))).toBe('dependency_not_found');
  });

  it('leave nothing of the archive behind', async () => {
    const bytes = await archive(await create());
    const before = await control.artifacts.sweep(
      async () => true,
      async () => true,
    );
    await imported(bytes);
    expect(
      await control.artifacts.sweep(
        (sha256) => control.store.isReferenced(sha256),
        async () => true,
      ),
    ).toBe(before);
  });
});

describe('an export', () => {
  it('is one at a time for each user, and free again when it was read or abandoned', async () => {
    const state = await create();
    const first = await exports.open(state, partsOf(state), 'ada');
    expect(await refusal(exports.open(state, partsOf(state), 'ada'))).toBe('export_running');
    const other = await exports.open(state, partsOf(state), 'bob');
    other.stream.destroy();
    await buffer(first.stream);
    for (const user of ['ada', 'bob']) {
      await expect
        .poll(async () => {
          const again = await exports.open(state, partsOf(state), user).catch(() => undefined);
          again?.stream.destroy();
          return again !== undefined;
        })
        .toBe(true);
    }
  });

  it('is abandoned when no client reads it', async () => {
    const state = await create();
    const { stream } = await exports.open(state, partsOf(state), 'ada');
    control.clock.advance(10 * 60 * 1000);
    expect(stream.destroyed).toBe(true);
  });

  it('is named by the function and the MD5 of its code', async () => {
    const state = await create();
    const { fileName, stream } = await exports.open(state, { ...partsOf(state), code: false }, 'ada');
    stream.destroy();
    expect(fileName).toMatch(/^hello[0-9a-f]{32}\.zip$/);
  });
});

describe('an import refuses', () => {
  const yaml = (text: string) => ({ name: 'f.yaml', data: text });
  const good = 'function:\n  runtime: Node.js20.15\n  handler: index.handler\n  code_type: zip\ncode: code.zip\n';
  const inner = { name: 'code.zip', data: zip('1') };
  const refusals: readonly [ErrorCode, string, Buffer, Partial<ImportBody>?][] = [
    ['invalid_code', 'bytes that are no archive', Buffer.from('nothing')],
    ['invalid_code', 'a name that leads out', fakeZip([yaml(good), { name: '../x', data: '' }])],
    ['invalid_import', 'an archive without YAML', fakeZip([inner])],
    ['several_yaml_files', 'two YAML files', fakeZip([yaml(good), { name: 'g.yml', data: '' }])],
    ['invalid_import', 'YAML that is none', fakeZip([yaml('a: [')])],
    ['invalid_import', 'YAML that is a list', fakeZip([yaml('- 1')])],
    ['invalid_import', 'aliases, which may grow', fakeZip([yaml(`a: &a [1]\nfunction: {b: *a}\n${good}`), inner])],
    ['invalid_import', 'brackets without end', fakeZip([yaml('['.repeat(200_000))])],
    ['invalid_import', 'variables that are a text', fakeZip([yaml(`${good}function:\n  user_data: x`), inner])],
    ['invalid_import', 'a dependency without version', fakeZip([yaml(`${good}dependencies: [{name: a}]`), inner])],
    ['invalid_import', 'a file that is not named', fakeZip([yaml(good), inner, { name: 'more', data: '' }])],
    ['invalid_import', 'bytes that are no text', fakeZip([{ name: 'f.yaml', data: Buffer.from([0xff, 0xfe]) }])],
    ['import_too_large', 'a very long YAML file', fakeZip([yaml(`#${'x'.repeat(300_000)}`)])],
    ['code_missing', 'a configuration alone', fakeZip([yaml('function: {runtime: Node.js20.15}')])],
    ['code_missing', 'code that is not there', fakeZip([yaml(good)])],
    [
      'invalid_import',
      'a link in the place of the code',
      fakeZip([yaml(good), { name: 'code.zip', data: 'f.yaml', mode: 0o120777 }]),
    ],
    ['invalid_code_filename', 'another file type', fakeZip([yaml(good), inner]), { file_type: 'tar' }],
    ['invalid_code_filename', 'a path for a name', fakeZip([yaml(good), inner]), { file_name: '../x.zip' }],
  ];
  it.each(refusals)('with %s: %s', async (expected, _what, bytes, extra) => {
    expect(await refusal(imported(bytes, extra))).toBe(expected);
  });

  it('tens of thousands of keys without thinking for seconds', async () => {
    const keys = Array.from({ length: 40_000 }, (_, at) => `k${at.toString(36)}`).join(',');
    const started = process.cpuUsage();
    expect(await refusal(imported(fakeZip([yaml(`{${keys}}`)])))).toBe('invalid_import');
    expect(process.cpuUsage(started).user).toBeLessThan(5_000_000);
  });

  it('fields that a create would refuse, with the codes of a create', async () => {
    const bytes = fakeZip([yaml(good.replace('index.handler', 'index.handler\n  timeout: 100000')), inner]);
    const body = await imported(bytes);
    expect(await refusal(control.functions.create(P, body))).toBe('invalid_timeout');
    expect(await refusal(control.functions.show({ projectId: P, package: 'default', name: 'copy' }))).toBe(
      'function_not_found',
    );
  });
});
