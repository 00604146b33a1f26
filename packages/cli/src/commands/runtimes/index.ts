import { flag, type Noun } from '../../framework/index.ts';
import { operation } from '../../operations/index.ts';
import { add } from './add.ts';
import { goApi } from './go-api.ts';
import { install } from './install.ts';
import { javaApi } from './java-api.ts';

export const runtimes: Noun = {
  name: 'runtimes',
  summary: 'Languages and versions that functions can use',
  commands: [
    operation('runtimes list', 'listRuntimes', {
      summary: 'Every runtime name, whether this server has it and how to get it',
      flags: { available: flag.boolean('only those that can be used now') },
      examples: ['fgs runtimes list', 'fgs runtimes list --available --output json'],
      rows: (answer, { available }) =>
        answer.runtimes
          .filter((runtime) => runtime.available || !available)
          .map((runtime) => ({
            ...runtime,
            state: runtime.available ? 'yes' : 'no',
            lane: runtime.lanes ? 'yes' : 'one at a time',
          })),
      columns: {
        name: 'NAME',
        state: 'AVAILABLE',
        version: 'VERSION',
        source: 'SOURCE',
        served_by: 'SERVED BY',
        lane: 'LANES',
        hint: 'HOW TO GET IT',
      },
      none: 'no runtimes',
    }),
    install,
    add,
    goApi,
    javaApi,
  ],
};
