// SPDX-License-Identifier: Apache-2.0
// Checks a value against a schema of docs/api/openapi.yaml: the part of OpenAPI 3.0 that the file
// uses. Members that the schema does not name are complaints too, so that the contract stays whole.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const file = new URL('../../docs/api/openapi.yaml', import.meta.url);
export const contract = parse(readFileSync(file, 'utf8'));

export function resolve(schema) {
  if (schema?.$ref === undefined) return schema ?? {};
  return resolve(
    schema.$ref
      .slice(2)
      .split('/')
      .reduce((node, key) => node[key], contract),
  );
}

/** All members that a schema and the schemas it is made of name. */
function members(schema) {
  const own = resolve(schema);
  const all = { ...(own.properties ?? {}) };
  for (const part of own.allOf ?? []) Object.assign(all, members(part));
  return all;
}

const kinds = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  array: (value) => Array.isArray(value),
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

/** The complaints about `value`, each with its JSON pointer; empty when it fits. */
export function complaints(value, schema, at = '', outer = true) {
  const own = resolve(schema);
  if (value === null && own.nullable) return [];
  const found = [];
  const say = (text) => found.push(`${at || '/'}: ${text}`);
  if (own.type !== undefined && !kinds[own.type](value)) {
    say(`is ${JSON.stringify(value)?.slice(0, 60)}, not ${own.type}`);
    return found;
  }
  if (own.enum !== undefined && !own.enum.includes(value)) say(`${value} is not in the enum`);
  for (const name of own.required ?? []) {
    if (value?.[name] === undefined) say(`lacks ${name}`);
  }
  for (const [name, part] of Object.entries(own.properties ?? {})) {
    if (value?.[name] !== undefined) found.push(...complaints(value[name], part, `${at}/${name}`));
  }
  for (const part of own.allOf ?? []) found.push(...complaints(value, part, at, false));
  if (own.type === 'array') {
    if (value.length < (own.minItems ?? 0)) say('has too few items');
    if (value.length > (own.maxItems ?? Infinity)) say('has too many items');
    value.forEach((item, i) => found.push(...complaints(item, own.items, `${at}/${i}`)));
  }
  const named = members(schema);
  if (outer && kinds.object(value) && Object.keys(named).length > 0) {
    for (const name of Object.keys(value)) {
      if (!(name in named)) say(`has ${name}, which the contract does not name`);
    }
  }
  return found;
}
