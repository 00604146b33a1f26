import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { precompressed } from './build/precompressed.ts';
import { routeAddresses } from './build/route-addresses.ts';
import { textsWithModules } from './build/texts-with-modules.ts';

/** The server that `vite dev` passes requests of the API on to. */
const SERVER = 'http://127.0.0.1:8080';

/** What every visit loads is one file: a browser runs many small ones later. */
const groups = [{ name: 'shell', tags: ['$initial' as const] }];

export default defineConfig({
  base: '/console/',
  root: import.meta.dirname,
  plugins: [react(), routeAddresses(), textsWithModules(), precompressed()],
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
    rolldownOptions: { output: { codeSplitting: { groups } } },
  },
});
