import type { RouteBody, Routes } from '@funcgraph/api';
import type { TabProps } from '../shown-function.ts';

/** What every section of the settings gets. */
export interface SectionProps extends TabProps {
  /** Marks the section in the navigation, and makes leaving the page ask first. */
  readonly setUnsaved: (isUnsaved: boolean) => void;
}

export type ConfigChange = RouteBody<Routes['updateFunctionConfig']>;
