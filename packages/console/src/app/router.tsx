import { createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { sessionQuery, signInWays } from '../api/index.ts';
import '../pages/sign-in/oidc-return.ts';
import { loadModule } from '../parts/load-again.ts';
import { NotFound } from './not-found.tsx';
import { PageBroken } from './page-broken.tsx';
import { PAGES } from './pages.ts';
import { createQueryClient } from './query-client.ts';
import { rootRoute, shellRoute } from './routes.tsx';

/** Where the console starts. */
const homeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/overview', replace: true });
  },
});

/** Unknown addresses keep the navigation. */
const otherRoute = createRoute({ getParentRoute: () => shellRoute, path: '$', component: NotFound });

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: ({ to, ended }: Record<string, unknown>): { to?: string; ended?: boolean } => ({
    // an address of another site is no page of ours
    ...(typeof to === 'string' && /^\/(?![/\\])/.test(to) ? { to } : {}),
    ...(ended === true ? { ended } : {}),
  }),
  // a server that does not answer this may still take a password
  loader: ({ context }) => context.queries.ensureQueryData(signInWays).catch(() => undefined),
  component: lazyRouteComponent(() => loadModule(() => import('../pages/sign-in/sign-in-page.tsx')), 'Page'),
});

const routeTree = rootRoute.addChildren([signInRoute, shellRoute.addChildren([homeRoute, ...PAGES, otherRoute])]);

export function createConsoleRouter() {
  const queries = createQueryClient(() => void leave());
  // a page and the gate before it may both learn that the session ended
  async function leave(): Promise<void> {
    const { pathname, href } = router.latestLocation;
    if (pathname === '/sign-in' || queries.getQueryData(sessionQuery.queryKey) === undefined) return;
    await router.navigate({ to: '/sign-in', search: { to: href, ended: true } });
    queries.clear();
  }
  const router = createRouter({
    routeTree,
    basepath: '/console',
    context: { queries },
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    defaultErrorComponent: PageBroken,
    scrollRestoration: true,
  });
  return { router, queries };
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>['router'];
  }
}
