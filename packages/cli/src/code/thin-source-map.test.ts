import { SourceMap } from 'node:module';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { thinSourceMap } from './thin-source-map.ts';

interface Found {
  readonly originalSource?: string;
  readonly originalLine?: number;
  readonly originalColumn?: number;
}

it('keeps all places of own files, and files and lines of packages, in fewer bytes', async () => {
  const { outputFiles } = await build({
    stdin: {
      contents:
        "import { Kysely } from 'kysely';\nconst a = 1,\n  b = [Kysely, a];\nexport const handler = () => b.map((x) => String(x));",
      resolveDir: import.meta.dirname,
      sourcefile: 'index.ts',
      loader: 'ts',
    },
    ...{ bundle: true, write: false, platform: 'node', outdir: 'out', sourcemap: 'linked', sourcesContent: false },
  });
  const [map, code] = ['.map', '.js'].map((end) => outputFiles.find(({ path }) => path.endsWith(end)));
  const thin = thinSourceMap(map?.contents ?? new Uint8Array());
  expect(thin.length).toBeLessThan((map?.contents.length ?? 0) * 0.6);
  const [before, after] = [map?.text ?? '', String(thin)].map((text) => new SourceMap(JSON.parse(text)));
  let own = 0;
  for (const [line, text] of (code?.text ?? '').split('\n').entries()) {
    for (let column = 0; column < text.length; column += 3) {
      const expected = before?.findEntry(line, column) as Found;
      const found = after?.findEntry(line, column) as Found;
      const isOwn = expected.originalSource?.includes('node_modules') === false;
      own += isOwn ? 1 : 0;
      const places = [expected, found].map((one) => [
        one.originalSource,
        one.originalLine,
        isOwn ? one.originalColumn : 0,
      ]);
      if (String(places[0]) !== String(places[1])) expect.fail(`${line}:${column}: ${places.join(' became ')}`);
    }
  }
  expect(own).toBeGreaterThan(10);
});

it('leaves a map without packages as it is', () => {
  const map = Buffer.from('{"version":3,"sources":["../index.ts"],"mappings":"AAAA,CAAC"}');
  expect(thinSourceMap(map)).toEqual(map);
});
