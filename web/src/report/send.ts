// SPDX-License-Identifier: Apache-2.0
// The requests of the form. Every failure is a `Refusal`; without an answer its status is 0.
import { Refusal, type Waiting } from './queue';
import type { NearbyIncident, NewReport, ReportForm, ReportPlace } from './types';
import type { ReportStatus, ReportTaken } from './types';

const patience = 30_000; // Milliseconds without an answer; an upload: without any progress.

function refusal(status: number, text: string, retryAfter: string | null): Refusal {
  let detail = `${status}`;
  try {
    const problem = JSON.parse(text) as { detail?: string };
    detail = problem.detail ?? detail;
  } catch {
    // Not of this server: a gateway on the way.
  }
  const wait = Number(retryAfter ?? 0);
  return new Refusal(status, detail, Number.isFinite(wait) ? wait * 1000 : 0);
}

async function ask<T>(address: string, init: RequestInit = {}): Promise<T> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), patience);
  try {
    const answer = await fetch(address, { ...init, signal: abort.signal });
    const text = await answer.text();
    if (!answer.ok) throw refusal(answer.status, text, answer.headers.get('Retry-After'));
    return JSON.parse(text) as T;
  } catch (caught) {
    if (caught instanceof Refusal) throw caught;
    throw new Refusal(0, '');
  } finally {
    clearTimeout(timer);
  }
}

const reports = './v1/reports';
const json = { 'Content-Type': 'application/json' };

function one(number: string): string {
  return `${reports}/${encodeURIComponent(number)}`;
}

export const getForm = (): Promise<ReportForm> => ask('./v1/report-form');
export async function getPlaces(parent: string): Promise<ReportPlace[]> {
  const query = new URLSearchParams({ parent });
  return (await ask<{ places: ReportPlace[] }>(`./v1/report-places?${query}`)).places;
}
export async function getNearby(kind: string, lon: number, lat: number): Promise<NearbyIncident[]> {
  const query = new URLSearchParams({ kind, lon: `${lon}`, lat: `${lat}` });
  return (await ask<{ incidents: NearbyIncident[] }>(`./v1/report-nearby?${query}`)).incidents;
}
export function sendReport(key: string, body: NewReport): Promise<ReportTaken> {
  const headers = { ...json, 'Idempotency-Key': key };
  return ask(reports, { method: 'POST', headers, body: JSON.stringify(body) });
}
export function getStatus(number: string, secret: string): Promise<ReportStatus> {
  return ask(one(number), { headers: { 'X-Report-Secret': secret } });
}
export function reopen(number: string, secret: string, reason: string): Promise<ReportStatus> {
  const headers = { ...json, 'X-Report-Secret': secret };
  const body = JSON.stringify({ reason });
  return ask(`${one(number)}/reopen`, { method: 'POST', headers, body });
}
export function satisfied(number: string, secret: string): Promise<ReportStatus> {
  const headers = { 'X-Report-Secret': secret };
  return ask(`${one(number)}/satisfied`, { method: 'POST', headers });
}

/** `fetch` tells nothing of an upload's progress. */
export function sendPhoto(item: Waiting, k: number, tell: (part: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const photo = item.photos[k - 1];
    if (photo === undefined) {
      resolve();
      return;
    }
    const request = new XMLHttpRequest();
    let timer = setTimeout(() => request.abort(), patience);
    const nobody = (): void => reject(new Refusal(0, ''));
    request.open('PUT', `${one(item.number)}/photos/${k}`);
    request.setRequestHeader('X-Report-Secret', item.secret);
    request.setRequestHeader('Content-Type', photo.blob.type || 'application/octet-stream');
    request.upload.onprogress = (event) => {
      clearTimeout(timer);
      timer = setTimeout(() => request.abort(), patience);
      if (event.lengthComputable && event.total > 0) tell(event.loaded / event.total);
    };
    request.onload = () => {
      const { status, responseText } = request;
      if (status >= 200 && status < 300) resolve();
      else reject(refusal(status, responseText, request.getResponseHeader('Retry-After')));
    };
    request.onerror = nobody;
    request.onabort = nobody;
    request.onloadend = () => clearTimeout(timer);
    request.send(photo.blob);
  });
}
