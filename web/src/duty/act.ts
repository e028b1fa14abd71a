// SPDX-License-Identifier: Apache-2.0
// One thing that a person does at a time: busy, done, or failed with the reason.
import { shallowReactive } from 'vue';
import { ApiError } from '../api/client';

export interface Act {
  busy: boolean;
  done: boolean;
  error: ApiError | null;
  /** Answers whether it went well. */
  run: (job: () => Promise<unknown>) => Promise<boolean>;
}

export function useAct(): Act {
  const act: Act = shallowReactive<Act>({
    busy: false,
    done: false,
    error: null,
    async run(job): Promise<boolean> {
      if (act.busy) return false;
      Object.assign(act, { busy: true, done: false, error: null });
      try {
        await job();
        act.done = true;
      } catch (caught) {
        act.error = caught instanceof ApiError ? caught : new ApiError(0, String(caught));
      } finally {
        act.busy = false;
      }
      return act.done;
    },
  });
  return act;
}
