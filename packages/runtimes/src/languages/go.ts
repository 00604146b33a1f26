import { FILE_PATTERN } from './handlers.ts';
import type { Language } from './language.ts';
import { ENV, PLATFORM_NODE, RUNTIME_ROOT, shimBinds, WORKING_DIR } from './launch.ts';

/** The program of a Go function needs no interpreter; its supervisor shares parts with the Custom shim. */
export const go: Language = {
  id: 'go',
  versions: ['1.x'],
  names: /^Go(\d+\.(?:\d+|x))$/,
  nameOf: (version) => `Go${version}`,
  handlers: { form: 'the name of the program in the archive', pattern: FILE_PATTERN, usual: 'handler' },
  inline: undefined,
  suggested: 'Go1.x',
  lanes: () => true,
  shims: ['go'],
  run: {
    kind: 'program',
    async plan({ shims, platformNode }) {
      return {
        command: [PLATFORM_NODE, `${RUNTIME_ROOT}/go/shim.js`],
        binds: [
          ...shimBinds(shims, ['go', 'custom', 'nodejs']),
          { source: await platformNode(), target: PLATFORM_NODE },
        ],
        workingDir: WORKING_DIR,
        env: ENV,
      };
    },
  },
};
