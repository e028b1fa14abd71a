// SPDX-License-Identifier: Apache-2.0
// The build whose worker is a file of its own, so that the page needs no `blob:` in its policy.
declare module 'maplibre-gl/dist/maplibre-gl-csp' {
  export * from 'maplibre-gl';
}
