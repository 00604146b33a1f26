import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { ApiError, isSignedOut, sessionQuery, signInWays } from '../api/index.ts';
import { loadModule } from '../parts/load-again.ts';
import '../pages/sign-in/oidc-return.ts';
import { NotFound } from './not-found.tsx';
import { PageBroken } from './page-broken.tsx';
import { PAGES } from './pages.ts';
import { rootRoute, shellRoute } from './routes.tsx';

const STALE_AFTER_MS = 10_000;
const RETRIES = 2;

/** A failed connection and a busy server may work a moment later; a refusal stays one. */
const mayHeal = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 502);

/** Reads and writes of the server's state. `onSignedOut` runs when the server no longer knows the session. */
function createQueryClient(onSignedOut: () => void): QueryClient {
  const onError = (error: unknown) => {
    if (isSignedOut(error)) onSignedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: { staleTime: STALE_AFTER_MS, retry: (failures, error) => failures < RETRIES && mayHeal(error) },
    },
  });
}

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
