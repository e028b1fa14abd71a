// SPDX-License-Identifier: Apache-2.0
// What is being typed, kept on the device until it is sent or cleared: a reload loses nothing.
import { reactive, watch } from 'vue';

const prefix = 'cairn.draft.';

/** A form of texts under a name; `clear` when it has been sent. */
export function useDraft<T extends Record<string, string>>(name: () => string, blank: T) {
  const form = reactive({ ...blank }) as T;
  let quiet = false;
  function read(): void {
    quiet = true;
    Object.assign(form, blank);
    try {
      const kept: unknown = JSON.parse(sessionStorage.getItem(prefix + name()) ?? '{}');
      for (const key of Object.keys(blank) as (keyof T & string)[]) {
        const value = (kept as Record<string, unknown> | null)?.[key];
        if (typeof value === 'string') Object.assign(form, { [key]: value });
      }
    } catch {
      // Nothing that can be read was kept.
    }
    quiet = false;
  }
  watch(name, read, { immediate: true });
  watch(
    form,
    () => {
      if (quiet) return;
      try {
        sessionStorage.setItem(prefix + name(), JSON.stringify(form));
      } catch {
        // A browser without storage keeps it as long as the page lives.
      }
    },
    { deep: true, flush: 'sync' },
  );
  function clear(): void {
    quiet = true;
    Object.assign(form, blank);
    quiet = false;
    try {
      sessionStorage.removeItem(prefix + name());
    } catch {
      // See above.
    }
  }
  return { form, clear };
}
