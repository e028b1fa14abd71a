// SPDX-License-Identifier: Apache-2.0
// A grant in words: which role, where, for which unit.
import { regionName } from '../places';
import type { Grant } from '../session';
import { label, t } from '../state';
import type { Word } from '../words';
import { unitName } from './catalogue';

export function grantText(grant: Grant): string {
  const where = grant.region === '' ? t('everywhere') : label(regionName(grant.region));
  const unit = grant.unit === '' ? '' : ` · ${label(unitName(grant.unit))}`;
  return `${t(`role_${grant.role}` as Word)} · ${where}${unit}`;
}
