// SPDX-License-Identifier: Apache-2.0
// Releases that wait for a second person: they run out in minutes, and nothing in the stream says
// that there is one.
import { watch } from 'vue';
import { get } from '../api/client';
import { tick } from '../live/live';
import { useLoad } from '../load';
import { may, signedIn, who } from '../session';

const every = 10_000; // Milliseconds.

export function useAwaiting() {
  const load = useLoad(
    () => (signedIn.value && may('send_warning') ? who.value : null),
    async (_, signal) =>
      (await get('/v1/warnings', { query: { open: true, limit: 1 }, signal })).awaiting,
  );
  watch(
    () => Math.floor(tick.value / every),
    () => {
      if (load.data !== null) load.refresh();
    },
  );
  return load;
}
