import type { ComponentType } from 'react';
import type { Texts } from '../../i18n/index.ts';

/** The place of a page in the navigation. */
export interface Place {
  readonly label: Exclude<keyof Texts['shell']['navigation'], 'groups'>;
  readonly icon: ComponentType;
  /** `g` and this key lead to the page; not every page needs one. */
  readonly key?: string;
  /** Its heading; none stands above all headings. */
  readonly group?: keyof Texts['shell']['navigation']['groups'];
}

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    place?: Place;
  }
}
