// SPDX-License-Identifier: Apache-2.0
// The chart library is loaded when the first profile is drawn.
import { defineAsyncComponent } from 'vue';

export const LazyProfile = defineAsyncComponent(() => import('./ProfileChart.vue'));
