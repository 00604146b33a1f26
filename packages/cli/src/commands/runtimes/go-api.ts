import { cp } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineCommand, flag, makeFolders } from '../../framework/index.ts';

const FOLDER = fileURLToPath(new URL('../../../../runtimes/go-api', import.meta.url));
const MODULE = 'huaweicloud.com/go-runtime';

export const goApi = defineCommand({
  name: 'runtimes go-api',
  summary: 'Write the module that Go functions are compiled with, for a replace line of go.mod',
  flags: { out: flag.text('DIR', 'folder of the module; made if it is missing', { fallback: 'go-runtime' }) },
  args: [],
  examples: ['fgs runtimes go-api', `go mod edit -replace=${MODULE}="$(fgs runtimes go-api --field folder)"`],
  async run({ flags }, context) {
    const folder = resolve(context.cwd, flags.out);
    await makeFolders(dirname(folder));
    await cp(FOLDER, folder, { recursive: true });
    return { kind: 'message', text: `${MODULE} is in ${folder}`, data: { module: MODULE, folder } };
  },
});
