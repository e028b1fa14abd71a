// SPDX-License-Identifier: Apache-2.0
// Who is signed in, what he may do, and the one place that asks him to sign in.
import { computed, readonly, ref, shallowRef } from 'vue';
import { ApiError, setGate, write, writeJson } from './api/client';
import type { AccountAction, Grant, Role, Session } from './api/types';

export type { Grant, Role };
export type Action = AccountAction;

const session = shallowRef<Session | null>(null);
const absent = ref(false);
const failed = ref(false);
const prompts = shallowRef<((done: boolean) => void)[]>([]);

/** Null until the server has said so, or where it has no accounts. */
export const account = computed(() => session.value?.account ?? null);
export const signedIn = computed(() => account.value !== null);
/** With a first password that somebody else made, nothing else can be done. */
export const mustChange = computed(() => account.value?.must_change_password === true);
export const sessionState = readonly(session);
/** The server knows no accounts. */
export const withoutAccounts = readonly(absent);
/** The server has not said who is signed in, and does not answer. */
export const sessionUnknown = computed(() => failed.value && session.value === null);
/** Is the person being asked to sign in over the page he is on? */
export const asking = computed(() => prompts.value.length > 0);
/** For keys of `useLoad`: what is shown depends on who looks. */
export const who = computed(() => account.value?.id ?? '');

/** Does the page offer it? The server decides again, with the place. */
export function may(action: Action): boolean {
  return account.value?.may.includes(action) ?? false;
}
export function hasRole(role: Role): boolean {
  return account.value?.grants.some((grant) => grant.role === role) ?? false;
}

let loading: Promise<Session | null> | null = null;
async function ask(): Promise<Session | null> {
  try {
    const response = await fetch('/v1/session', { headers: { Accept: 'application/json' } });
    absent.value = response.status === 404;
    if (response.ok) session.value = (await response.json()) as Session;
    failed.value = !response.ok && !absent.value;
  } catch {
    // The network is away; whoever was signed in still is, as far as anybody knows.
    failed.value = true;
  } finally {
    loading = null;
  }
  return session.value;
}
export function loadSession(): Promise<Session | null> {
  loading ??= ask();
  return loading;
}

function settle(done: boolean): void {
  const waiting = prompts.value;
  prompts.value = [];
  for (const tell of waiting) tell(done);
}

export async function signIn(name: string, password: string): Promise<void> {
  const body = { name, password };
  session.value = await writeJson<Session>('POST', '/v1/session', body, { quiet: true });
  goOn();
}
function goOn(): void {
  if (signedIn.value && !mustChange.value) settle(true);
}
/** After a sign-in elsewhere, as by OIDC in another tab. */
export async function checkAgain(): Promise<boolean> {
  await loadSession();
  goOn();
  return signedIn.value;
}
export async function signOut(): Promise<void> {
  try {
    await write('DELETE', '/v1/session', { quiet: true });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
  }
  session.value = null;
  await loadSession();
}
export async function changePassword(old: string, fresh: string): Promise<void> {
  const body = { old, new: fresh };
  session.value = await writeJson<Session>('POST', '/v1/session/password', body, { quiet: true });
  goOn();
}

/** Opens the sign-in over the page; true once somebody is signed in. The page keeps its text. */
export function askToSignIn(): Promise<boolean> {
  return new Promise((resolve) => {
    prompts.value = [...prompts.value, resolve];
  });
}
export function giveUpSignIn(): void {
  settle(false);
}

setGate({
  csrf: () => session.value?.csrf ?? '',
  async again(status, ask) {
    const before = { csrf: session.value?.csrf ?? '', who: who.value };
    await loadSession();
    // Another tab signed in or out since: the word is a new one, and the person may be, too.
    if (signedIn.value) {
      const same = before.who === '' || before.who === who.value;
      return same && session.value?.csrf !== before.csrf;
    }
    return status === 401 && ask && askToSignIn();
  },
});
