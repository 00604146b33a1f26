import { expect, it } from 'vitest';
import { archiveWarnings } from './archive-warnings.ts';

it.each([
  [['index.js', 'lib/a.js'], 'Node.js20.20', 'index.handler', []],
  [['code/index.js'], 'Node.js20.20', 'index.handler', ['entry']],
  [['src/main.py'], 'Python3.9', 'src/main.handler', []],
  [['index.py', 'json/__init__.py'], 'Python3.9', 'index.handler', ['shadow']],
  [['os.py'], 'Python3.9', 'index.handler', ['entry', 'shadow']],
  [['program'], 'Go1.x', 'program', []],
  [['bin/program'], 'Go1.x', 'program', ['binary']],
  [['server.js'], 'http', '-', ['bootstrap']],
  [['app.class'], 'Java17', 'com.example.App.run', []],
])('an archive with %j for %s and the handler %s is warned about: %j', (paths, runtime, handler, warnings) => {
  expect(archiveWarnings(paths, { runtime, handler })).toEqual(warnings);
});
