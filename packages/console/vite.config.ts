import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { precompressed } from './build/precompressed.ts';
import { routeAddresses } from './build/route-addresses.ts';

/** The server that `vite dev` passes requests of the API on to. */
const SERVER = 'http://127.0.0.1:8080';

/** Icons of the navigation. Pages use them too, which would make a small file of each. */
const PLACE_ICONS = readFileSync(join(import.meta.dirname, 'src/app/pages.ts'), 'utf8').matchAll(
  /icons\/es\/icons\/(\w+)/g,
);
const places = new RegExp(`/(?:icons|asn)/(?:${[...PLACE_ICONS].map(([, name]) => name).join('|')})\\.js$`);

export default defineConfig({
  base: '/console/',
  root: import.meta.dirname,
  plugins: [react(), routeAddresses(), precompressed()],
  resolve: { conditions: ['@funcgraph/source', 'module', 'browser'] },
  // the Host header stays: the server compares it with the origin of the page
  server: { proxy: { '^/v[1-3]/': { target: SERVER, changeOrigin: false } } },
  build: {
    target: 'chrome119',
    outDir: 'dist',
    emptyOutDir: true,
    manifest: true,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'places', test: places }] } } },
  },
});
