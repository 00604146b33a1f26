import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { isSignedOut, sessionQuery } from '../api/index.ts';
import { linkToken } from '../pages/sign-in/link-token.ts';
import { loadModule } from '../parts/load-again.ts';
import { Layout } from './shell/layout.tsx';
import type { Place } from './shell/place.ts';

export const rootRoute = createRootRouteWithContext<{ queries: QueryClient }>()();

/** Everything behind the sign-in. */
export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  component: Layout,
  beforeLoad: async ({ context, location }) => {
    if (linkToken(location.hash) !== undefined) throw redirect({ to: '/sign-in', hash: location.hash, replace: true });
    try {
      await context.queries.ensureQueryData(sessionQuery);
    } catch (error) {
      if (isSignedOut(error)) throw redirect({ to: '/sign-in', search: { to: location.href }, replace: true });
      throw error;
    }
  },
});

type PageModule = Promise<{ Page: ComponentType }>;

/** A page in the frame of the console. Its module is loaded when it is opened. */
export function page<const Path extends string>(path: Path, load: () => PageModule, place?: Place) {
  return createRoute({
    getParentRoute: () => shellRoute,
    path,
    component: lazyRouteComponent(() => loadModule(load), 'Page'),
    staticData: place === undefined ? {} : { place },
  });
}
