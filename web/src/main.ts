// SPDX-License-Identifier: Apache-2.0
import { createApp } from 'vue';
import { createRouter, createWebHashHistory } from 'vue-router';
import App from './App.vue';
import { adoptLang } from './state';
import './style.css';

const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', redirect: (to) => ({ path: '/watch', query: to.query }) },
    { path: '/watch', component: () => import('./pages/WatchPage.vue') },
    { path: '/alerts/:tab?', component: () => import('./pages/AlertsPage.vue') },
    { path: '/warn', component: () => import('./pages/WarnPage.vue') },
    { path: '/wall', component: () => import('./pages/WallPage.vue'), meta: { bare: true } },
    { path: '/plan/:id?', component: () => import('./pages/PlanPage.vue') },
    { path: '/data', component: () => import('./pages/DataPage.vue') },
    { path: '/packs/:id?', component: () => import('./pages/PacksPage.vue') },
    { path: '/devices/:id?', component: () => import('./pages/DevicesPage.vue') },
    { path: '/services', component: () => import('./pages/DevicesPage.vue') },
    { path: '/incidents', component: () => import('./pages/IncidentsPage.vue') },
    { path: '/incidents/board', component: () => import('./pages/IncidentsPage.vue') },
    { path: '/incidents/new', component: () => import('./pages/IncidentNewPage.vue') },
    { path: '/incidents/:id', component: () => import('./pages/IncidentPage.vue') },
    { path: '/admin/:tab?', component: () => import('./pages/AdminPage.vue') },
    { path: '/signin', component: () => import('./pages/SignInPage.vue') },
    { path: '/:rest(.*)', component: () => import('./pages/MissingPage.vue') },
  ],
});
router.beforeEach((to) => adoptLang(to.query));

createApp(App).use(router).mount('#app');
