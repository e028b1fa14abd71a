// SPDX-License-Identifier: Apache-2.0
// Marks that are moved by hand: the ends of a link, an imagined site; and the place asked about.
import type { Link, Place, Site } from '../coverage/address';
import { t } from '../state';

export interface Mark {
  id: string;
  kind: 'end' | 'site' | 'spot' | 'incident' | 'guess';
  place: Place;
  letter: string;
  text: string;
  movable: boolean;
}

export function marksOf(
  site: Site | null,
  link: Link | null,
  begun: Place | null,
  spot: Place | null,
): Mark[] {
  const marks: Mark[] = [];
  const end = (id: string, letter: string, word: 'fromEnd' | 'toEnd', place: Place): void => {
    marks.push({ id, kind: 'end', place, letter, text: t('endMark', t(word)), movable: true });
  };
  if (spot !== null) {
    marks.push({
      id: 'spot',
      kind: 'spot',
      place: spot,
      letter: '',
      text: t('spotTitle'),
      movable: false,
    });
  }
  if (link !== null) {
    end('from', 'A', 'fromEnd', link.from);
    end('to', 'B', 'toEnd', link.to);
  } else if (begun !== null) {
    end('from', 'A', 'fromEnd', begun);
  }
  if (site !== null) {
    marks.push({
      id: 'site',
      kind: 'site',
      place: site.place,
      letter: '+',
      text: t('siteMark'),
      movable: true,
    });
  }
  return marks;
}
