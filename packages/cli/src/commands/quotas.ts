import type { Noun } from '../framework/index.ts';
import { operation } from '../operations/index.ts';

export const quotas: Noun = {
  name: 'quotas',
  summary: 'Limits and their use',
  commands: [
    operation('quotas list', 'listAllQuotas', {
      summary: 'Quotas, their use, and the server settings that raise them',
      examples: ['fgs quotas list'],
      rows: ({ quotas }) => quotas,
      columns: { name: 'QUOTA', scope: 'OF A', used: 'USED', quota: 'MOST', unit: 'UNIT', setting: 'SETTING' },
      none: 'no quotas',
    }),
  ],
};
