import { ROUTES } from '@funcgraph/api';
import type { Plugin } from 'vite';

const NAME = 'virtual:route-addresses';

/**
 * Method, path and group of each route as a module. The routes with all schemas are 60 KB compressed, of which the
 * browser needs 4.
 */
export function routeAddresses(): Plugin {
  return {
    name: 'route-addresses',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load(id) {
      if (id !== `\0${NAME}`) return undefined;
      const lean = Object.entries(ROUTES).map(([name, { method, path, group, action, access, responseEncoding }]) => [
        name,
        { method, path, group, action, access, responseEncoding },
      ]);
      return `export const ROUTE_ADDRESSES = ${JSON.stringify(Object.fromEntries(lean))};`;
    },
  };
}
