// SPDX-License-Identifier: Apache-2.0
// The chart library is loaded when the first chart is drawn.
import { defineAsyncComponent } from 'vue';

export const LazyChart = defineAsyncComponent(() => import('./LineChart.vue'));
