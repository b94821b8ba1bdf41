import { errorCodes } from '../../functions/domain/errors.ts';
import type { Payload } from './payload.ts';

const code = (value: unknown) => `\`${JSON.stringify(value)}\``;

const either = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join() : `${parts.slice(0, -1).join(', ')} or ${parts.at(-1)}`;

/** A pipe ends a cell, also in code. */
const cell = (text: string) => text.replaceAll('|', '\\|');

const NUMERIC = '^[1-9]\\d{0,15}$';

function nameOf(payload: Payload, link: string): string {
  if (payload.$ref !== undefined) return `[message](#${link})`;
  if (payload.const !== undefined) return code(payload.const);
  if (payload.enum?.length === errorCodes.length) return '[error code](#error-codes)';
  if (payload.enum) return either(payload.enum.map(code));
  if (payload.anyOf) return either(payload.anyOf.map((part) => nameOf(part, link)));
  if (payload.items) return `array of ${payload.items.properties ? 'objects' : nameOf(payload.items, link)}`;
  if (payload.additionalProperties) return `object of ${nameOf(payload.additionalProperties, link)}`;
  if (payload.format === 'date-time') return 'time';
  if (payload.format === 'uuid') return 'UUID';
  if (payload.pattern === NUMERIC) return 'numeric string';
  return payload.type ?? 'anything';
}

function userConnections(payload: Payload, link: string, path: readonly string[] = []): readonly string[] {
  const isNeeded = ([name]: readonly [string, Payload]) => payload.required?.includes(name) === true;
  const fields = Object.entries(payload.properties ?? {});
  // What must be there comes first.
  const sorted = [...fields.filter(isNeeded), ...fields.filter((field) => !isNeeded(field))];
  return sorted.flatMap(([name, field]) => {
    const at = [...path, name];
    const needed = isNeeded([name, field]) ? '' : 'optional';
    const usual = field.default === undefined ? '' : ` ${code(field.default)} if it is left out.`;
    const type = cell(nameOf(field, link));
    const row = `| \`${at.join('.')}\` | ${type} | ${needed} | ${cell(`${field.description}${usual}`)} |`;
    return [row, ...userConnections(field.items ?? field, link, at)];
  });
}

/**
 * The fields of a frame as a Markdown table.
 * @param link where a message's own fields stand, as a heading's anchor
 */
export function fieldTable(payload: Payload, link: string): string {
  if (payload.items) return `An ${nameOf(payload, link)}s.`;
  return ['| field | type | | |', '|---|---|---|---|', ...userConnections(payload, link)].join('\n');
}
