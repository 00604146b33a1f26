import { FILE_PATTERN } from './handlers.ts';
import type { Language, LaunchPlan, PlanParts } from './language.ts';
import { envOf, interpreterBind, PLATFORM_NODE, RUNTIME_ROOT, shimBinds, WORKING_DIR } from './launch.ts';

const BOOTSTRAP = 'bootstrap';

export const custom: Language = {
  id: 'custom',
  versions: [''],
  names: /^Custom()$/,
  nameOf: () => 'Custom',
  handlers: { form: 'a file name, usually bootstrap', pattern: FILE_PATTERN, usual: BOOTSTRAP },
  inline: { fileName: () => BOOTSTRAP, example: undefined },
  suggested: 'Custom',
  lanes: () => false,
  shims: ['custom'],
  run: { kind: 'program', plan: (parts) => supervised('custom', ['custom', 'nodejs'], parts) },
};

/** The shims of both share the start of the bootstrap. */
export const http: Language = {
  id: 'http',
  versions: [''],
  names: /^http()$/,
  nameOf: () => 'http',
  handlers: { form: BOOTSTRAP, pattern: /^(?:bootstrap|-)$/, usual: BOOTSTRAP },
  inline: { fileName: () => BOOTSTRAP, example: undefined },
  suggested: 'http',
  lanes: () => false,
  shims: ['http'],
  run: { kind: 'program', plan: (parts) => supervised('http', ['http', 'custom', 'nodejs'], parts) },
};

/** The supervisor runs on the platform's own Node.js; the bootstrap may use every visible interpreter. */
async function supervised(shim: string, folders: readonly string[], parts: PlanParts): Promise<LaunchPlan> {
  const placed = await parts.interpreters();
  return {
    command: [PLATFORM_NODE, `${RUNTIME_ROOT}/${shim}/shim.js`],
    binds: [
      ...shimBinds(parts.shims, folders),
      { source: await parts.platformNode(), target: PLATFORM_NODE },
      ...placed.map(interpreterBind),
    ],
    workingDir: WORKING_DIR,
    env: envOf(placed),
  };
}
