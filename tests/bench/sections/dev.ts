import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, cp, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { invoke } from '../../functions.ts';
import { CLI, ofPrograms, ROOT, TestServer } from '../../server.ts';
import { absolute, type Row, ratioAtMost } from '../report.ts';
import { median, type Section } from '../section.ts';

const SAVES = 15;
const LONGEST_MS = 20_000;
const MODULES = join(ROOT, 'node_modules');

interface Project {
  readonly what: string;
  /** Ms. */
  readonly most: number;
  /** The file that is saved. */
  readonly path: string;
  code(answer: number): string;
  /** Other files of the folder of the function. */
  prepare(folder: string): Promise<void>;
}

const plain = (answer: number): string => `exports.handler = async (event, context) => ${answer};\n`;

const PROJECTS: readonly Project[] = [
  { what: 'one file', most: 300, path: 'index.js', code: plain, prepare: async () => {} },
  {
    what: 'TypeScript with fastify and kysely',
    most: 300,
    path: 'index.ts',
    code: (answer) => `import fastify from 'fastify';
import { Kysely } from 'kysely';
export const handler = async (event: unknown, context: unknown) => (fastify && Kysely ? ${answer} : 0);\n`,
    prepare: async (folder) => {
      await writeFile(join(folder, 'tsconfig.json'), '{}');
      await symlink(MODULES, join(folder, '../node_modules'));
    },
  },
  {
    what: 'one file beside 1,000 of a package',
    most: 300,
    path: 'index.js',
    code: plain,
    prepare: (folder) => cp(join(MODULES, 'lodash'), join(folder, 'node_modules/lodash'), { recursive: true }),
  },
];

/** How long it takes from a save to the first call that runs the saved code, while `fgs dev` runs. */
export const dev: Section = async (bench) => {
  await using server = await TestServer.start();
  const rows: Row[] = [];
  for (const project of PROJECTS) {
    bench.progress(`fgs dev: ${project.what}`);
    const { what, most } = project;
    rows.push(absolute(`save to first call, ${what}`, await saveToCall(server, project), 'ms', { most }));
  }
  bench.progress('packing beside zip');
  return [...rows, await packing(server)];
};

const PACKED_FILES = 6700;
const LARGEST_PACKED_BYTES = 200_000;
const PACKINGS = 5;

/** `fgs deploy --dry-run` of a folder beside `zip` of it, in turns: medians. */
async function packing(server: TestServer): Promise<Row> {
  const root = await mkdtemp(join(tmpdir(), 'funcgraph-packing-'));
  const folder = join(root, 'packed');
  try {
    await copySome(join(folder, 'node_modules'));
    await writeFile(join(folder, 'index.js'), plain(1));
    const flags = ['--dry-run', '--runtime', 'Node.js', '--handler', 'index.handler'];
    const own: number[] = [];
    const zip: number[] = [];
    for (let run = 0; run < PACKINGS; run += 1) {
      own.push(
        await timed(async () => {
          const { exitCode, stderr } = await server.fgs(['functions', 'deploy', folder, ...flags]);
          if (exitCode !== 0) throw new Error(`fgs functions deploy failed: ${stderr}`);
        }),
      );
      zip.push(await timed(() => zipFolder(folder, join(root, `${run}.zip`))));
    }
    const name = `packing ${PACKED_FILES.toLocaleString('en')} files beside zip`;
    return ratioAtMost(name, median(own), 'ms', median(zip), 1.3);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** So many files from all packages of this repository, without large ones. */
async function copySome(target: string): Promise<void> {
  const entries = await readdir(MODULES, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const step = Math.floor(files.length / PACKED_FILES / 1.1);
  let copied = 0;
  for (const [at, file] of files.sort().entries()) {
    if (copied === PACKED_FILES) return;
    if (at % step !== 0 || (await stat(file)).size > LARGEST_PACKED_BYTES) continue;
    const place = join(target, file.slice(MODULES.length));
    await mkdir(dirname(place), { recursive: true });
    await copyFile(file, place);
    copied += 1;
  }
  throw new Error(`only ${copied} files`);
}

async function zipFolder(folder: string, file: string): Promise<void> {
  const child = spawn('zip', ['-qr', file, '.'], { cwd: folder, stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error('zip failed');
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/** The median. */
async function saveToCall(server: TestServer, { path, code, prepare }: Project): Promise<number> {
  const root = await mkdtemp(join(tmpdir(), 'funcgraph-dev-'));
  const folder = join(root, 'saved');
  await mkdir(folder);
  await prepare(folder);
  await writeFile(join(folder, path), code(0));
  const file = join(root, 'funcgraph.yaml');
  await writeFile(
    file,
    'name: saved\nfunctions:\n  saved: { folder: ./saved, runtime: Node.js, handler: index.handler, memory: 512 }\n',
  );
  const child = spawn(process.execPath, [CLI, 'dev', '--yes', '--file', file], {
    env: { ...ofPrograms(), FGS_DATA_DIR: server.dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  try {
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (text: Buffer) => text.includes('watching') && resolve());
      child.on('close', () => reject(new Error('fgs dev ended')));
    });
    const urn = `urn:fss:${server.credentials.region}:${server.credentials.project_id}:function:default:saved`;
    const times: number[] = [];
    for (let answer = 1; answer <= SAVES; answer += 1) {
      const begin = performance.now();
      await writeFile(join(folder, path), code(answer));
      while ((await invoke(server, urn, {})).text !== String(answer)) {
        if (performance.now() - begin > LONGEST_MS) throw new Error('the saved code did not arrive');
      }
      times.push(performance.now() - begin);
    }
    return median(times);
  } finally {
    child.kill('SIGINT');
    await ended;
    await server.fgs(['destroy', '--yes', '--file', file]);
    await rm(root, { recursive: true, force: true });
  }
}
