// SPDX-License-Identifier: Apache-2.0
// Where it is: a position of the phone, or a division that was chosen, or both.

export interface Position {
  lon: number;
  lat: number;
  accuracy_m: number;
}
export interface Place {
  position: Position | null;
  region: string;
  note: string;
}
export const emptyPlace = (): Place => ({ position: null, region: '', note: '' });

/** Beyond it a position does not say where to go. */
export const coarse_m = 500;

export type LocateTrouble = 'locateDenied' | 'locateNone' | 'locateTimeout';

/** The best position within a few seconds: the first ones of a phone are often coarse. */
export function locate(tell: (position: Position) => void): Promise<LocateTrouble | ''> {
  const patience = 20_000; // Milliseconds.
  const good_m = 30;
  return new Promise((resolve) => {
    if (!('geolocation' in navigator) || !isSecureContext) {
      resolve('locateNone');
      return;
    }
    let best = Infinity;
    const end = (trouble: LocateTrouble | ''): void => {
      navigator.geolocation.clearWatch(watching);
      clearTimeout(timer);
      resolve(best < Infinity ? '' : trouble);
    };
    const timer = setTimeout(() => end('locateTimeout'), patience);
    const watching = navigator.geolocation.watchPosition(
      ({ coords }) => {
        if (coords.accuracy < best) {
          best = coords.accuracy;
          // Six digits are 0.1 m.
          const digits = (value: number): number => Math.round(value * 1e6) / 1e6;
          const accuracy_m = Math.round(coords.accuracy);
          tell({ lon: digits(coords.longitude), lat: digits(coords.latitude), accuracy_m });
        }
        if (best <= good_m) end('');
      },
      (error) => end(error.code === error.PERMISSION_DENIED ? 'locateDenied' : 'locateTimeout'),
      { enableHighAccuracy: true, timeout: patience, maximumAge: 0 },
    );
  });
}
