import type { ComponentType } from 'react';
import type { TabProps } from './shown-function.ts';

type TabModule = Promise<{ Tab: ComponentType<TabProps> }>;

const tab = <const Key extends string>(key: Key, load: () => TabModule) => ({
  key,
  load: async () => ({ default: (await load()).Tab }),
});

/** All tabs, in their order. A new one is a folder with a module that exports `Tab`, one line here and its name in the texts. */
export const TABS = [
  tab('code', () => import('./code/code-tab.tsx')),
  tab('settings', () => import('./settings/settings-tab.tsx')),
  tab('versions', () => import('./versions/versions-tab.tsx')),
  tab('aliases', () => import('./aliases/aliases-tab.tsx')),
  tab('monitoring', () => import('./monitoring/monitoring-tab.tsx')),
] as const;
