import { beforeEach, expect, it } from 'vitest';
import type { FileState } from './file-states.ts';
import { SavedFiles } from './saved-files.ts';

let now: number;
let files: Map<string, FileState>;
let timers: (() => void)[];
let saves: string[];
let written: string[];
let saved: SavedFiles;

const SOURCE = '/p/src/index.ts';
const OUTPUT = '/p/dist/index.js';
const STAMP = '/p/src/stamp.ts';

beforeEach(() => {
  now = 1000;
  files = new Map([SOURCE, OUTPUT].map((path) => [path, { content: 'first', changedAt: 0 }]));
  timers = [];
  saves = [];
  written = [];
  saved = new SavedFiles({
    paths: [...files.keys()],
    readState: (path) => files.get(path),
    isIgnored: (path) => path.includes('node_modules'),
    onSave: (path) => saves.push(path),
    onWritten: (paths) => written.push(...paths),
    now: () => now,
    setTimer: (run) => timers.push(run),
  });
});

const put = (path: string, content: string): void => {
  files.set(path, { content, changedAt: now });
  saved.changed(path);
};
const remove = (path: string): void => {
  files.delete(path);
  saved.changed(path);
};
const passTimers = (): void => {
  for (const run of timers.splice(0)) run();
};
/** `work` happens while it runs, and `late` before its end is noticed. */
const build = (work: () => void, late: () => void = () => undefined): void => {
  now += 100;
  saved.buildBegins();
  now += 100;
  work();
  now += 100;
  saved.buildEnds();
  now += 5;
  late();
  passTimers();
  now += 100;
};
const taken = (): string[] => saves.splice(0);
/** Ready, after a build that wrote the output. */
const ready = (): void => {
  build(() => put(OUTPUT, 'built'));
  saved.ready();
  expect(taken()).toEqual([]);
};

it('reports a file that is saved while no build runs', () => {
  ready();
  put(SOURCE, 'second');
  expect(taken()).toEqual([SOURCE]);
  remove(SOURCE);
  expect(taken()).toEqual([SOURCE]);
  // the same contents again are no change
  put(SOURCE, 'third');
  saved.changed(SOURCE);
  put(SOURCE, 'third');
  expect(taken()).toEqual([SOURCE]);
});

it('reports a file that is saved while a build runs, after it, and not what the build writes', () => {
  ready();
  build(() => {
    put(OUTPUT, 'built again');
    put(SOURCE, 'second');
    expect(saves).toEqual([]);
  });
  expect(taken()).toEqual([SOURCE]);
});

it('reports a file that is saved right after a build that failed', () => {
  ready();
  remove(SOURCE);
  expect(taken()).toEqual([SOURCE]);
  build(
    () => undefined,
    () => put(SOURCE, 'second'),
  );
  expect(taken()).toEqual([SOURCE]);
});

it('reports a file that is deleted while a build runs, and none that came and went', () => {
  ready();
  build(() => {
    remove(SOURCE);
    put('/p/src/made', 'for a moment');
    remove('/p/src/made');
  });
  expect(taken()).toEqual([SOURCE]);
});

it('takes what a build writes into its sources for saved once, as the next build writes the same', () => {
  ready();
  put(SOURCE, 'second');
  taken();
  build(() => put(STAMP, 'of the second'));
  expect(taken()).toEqual([STAMP]);
  build(() => put(STAMP, 'of the second'));
  expect(taken()).toEqual([]);
});

it('ends a loop of a build that writes something else into its sources each time', () => {
  ready();
  put(SOURCE, 'second');
  let builds = 0;
  while (taken().length > 0) {
    builds += 1;
    build(() => put(STAMP, String(builds)));
  }
  expect(builds).toBe(3);
  expect(written).toEqual([STAMP]);
  // from now on it is known, also to a build that something else begins
  build(() => put(STAMP, 'another'));
  expect(taken()).toEqual([]);
  // what is saved there while no build runs counts
  put(STAMP, 'by hand');
  expect(taken()).toEqual([STAMP]);
});

it('ends a loop of a build that makes files of new names each time', () => {
  ready();
  put(SOURCE, 'second');
  let builds = 0;
  while (taken().length > 0) {
    builds += 1;
    build(() => put(`/p/src/made-${builds}`, 'made'));
  }
  expect(builds).toBe(3);
});

it('ends a loop of a build that writes something else into a file that is saved, too', () => {
  ready();
  put(STAMP, 'by hand');
  let builds = 0;
  while (taken().length > 0) {
    builds += 1;
    build(() => put(STAMP, String(builds)));
  }
  expect(builds).toBe(20);
});

it('learns what builds write one after another, each when it has changed in three of them', () => {
  ready();
  const extra: number[] = [];
  for (let save = 0; save < 5; save += 1) {
    put(SOURCE, `save ${save}`);
    taken();
    build(() => put('/p/dist/late.js', `save ${save}`));
    extra.push(taken().length);
    build(() => undefined);
  }
  expect(extra).toEqual([1, 1, 0, 0, 0]);
});

it('learns again what is written by builds and was changed by hand once', () => {
  ready();
  put(OUTPUT, 'by hand');
  taken();
  const extra: number[] = [];
  for (let save = 0; save < 5; save += 1) {
    for (let builds = 0; builds < 2; builds += 1) build(() => put(OUTPUT, `save ${save}`));
    extra.push(taken().length);
  }
  expect(extra).toEqual([1, 1, 1, 0, 0]);
});

it('reports every save of one file during builds, when it was saved once while none ran', () => {
  ready();
  put(SOURCE, 'save');
  for (let save = 0; save < 10; save += 1) {
    expect(taken()).toEqual([SOURCE]);
    build(() => put(SOURCE, `save ${save}`));
  }
});

it('takes packages that a build installs for written', () => {
  ready();
  build(() => put('/p/node_modules/a/index.js', 'installed'));
  expect(taken()).toEqual([]);
  put('/p/node_modules/a/index.js', 'by hand');
  expect(taken()).toEqual(['/p/node_modules/a/index.js']);
});

it('reports what was saved before it was ready, but for what the first builds changed', () => {
  build(() => put(OUTPUT, 'built'));
  put(SOURCE, 'second');
  files.set('/p/src', 'folder');
  saved.changed('/p/src');
  expect(saves).toEqual([]);
  saved.ready();
  expect(taken()).toEqual([SOURCE]);
});

it('waits for the end of all builds that follow one another', () => {
  ready();
  saved.buildBegins();
  now += 100;
  put(SOURCE, 'second');
  saved.buildEnds();
  saved.buildBegins();
  passTimers();
  expect(taken()).toEqual([]);
  now += 100;
  saved.buildEnds();
  passTimers();
  expect(taken()).toEqual([SOURCE]);
});
