import type { ComponentType } from 'react';
import type { SectionProps } from './section.ts';

type SectionModule = Promise<{ Section: ComponentType<SectionProps> }>;

const section = <const Key extends string>(key: Key, load: () => SectionModule) => ({
  key,
  load: async () => ({ default: (await load()).Section }),
});

/**
 * All sections of the settings, in their order. A new one is a folder with a module that exports `Section`, one line here
 * and its name in the texts of `function-settings.ts`.
 */
export const SECTIONS = [
  section('general', () => import('./general/general-section.tsx')),
  section('triggers', () => import('../triggers/triggers-section.tsx')),
  section('permissions', () => import('./permissions/permissions-section.tsx')),
  section('network', () => import('./network/network-section.tsx')),
  section('mounts', () => import('./mounts/mounts-section.tsx')),
  section('environment', () => import('./variables/environment-section.tsx')),
  section('concurrency', () => import('./concurrency/concurrency-section.tsx')),
  section('async', () => import('../async/async-section.tsx')),
  section('advanced', () => import('./advanced/advanced-section.tsx')),
] as const;

export type SectionKey = (typeof SECTIONS)[number]['key'];
