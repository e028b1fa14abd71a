// SPDX-License-Identifier: Apache-2.0
// The public form: a page of its own, light enough for a weak network.
import { createApp } from 'vue';
import ReportApp from './ReportApp.vue';
import { start } from './desk';
import './report.css';

createApp(ReportApp).mount('#report');
void start();
// Offered by browsers on HTTPS and on this machine only; without it the form needs a network to
// open, and everything else is the same.
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  navigator.serviceWorker.register('./report-sw.js', { scope: './report.html' }).catch(() => {});
}
