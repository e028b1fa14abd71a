// SPDX-License-Identifier: Apache-2.0
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

// `npm run dev` shows the console against a server that is already running.
const server = process.env['CAIRN_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [vue()],
  base: './',
  build: {
    outDir: 'dist',
    target: 'es2022',
    // The map and the charts are loaded when a place needs them; the first page stays small.
    chunkSizeWarningLimit: 1200,
    assetsInlineLimit: 0,
    // The form of the public is a page of its own.
    rollupOptions: { input: { console: 'index.html', report: 'report.html' } },
  },
  test: { include: ['src/**/*.test.ts'] },
  server: {
    host: '127.0.0.1',
    proxy: { '/v1': server, '/healthz': server, '/metrics': server },
  },
});
