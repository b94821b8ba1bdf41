import { type ConversionConfig, toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import type { Contract, FrameIn, FrameOut, Words } from '../../functions/dialects/documentation.ts';
import { errorCodes } from '../../functions/domain/errors.ts';

/** A JSON Schema, as far as frames need one. */
export interface Payload {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Payload[];
  readonly format?: string;
  readonly pattern?: string;
  readonly default?: unknown;
  readonly items?: Payload;
  readonly properties?: Readonly<Record<string, Payload>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Payload;
}

/** Where the AsyncAPI document has a contract's message. */
export const messageKey = (contract: Contract): string => `${contract.dialect.name}-message`;

// What has no counterpart in JSON Schema is told in words, or goes without saying: well-formed UTF-16.
const settings: ConversionConfig = {
  typeMode: 'input',
  errorMode: 'throw',
  ignoreActions: ['check'],
  // JSON Schema's patterns have no flags, and are Unicode ones already.
  overrideAction: ({ valibotAction, jsonSchema }) => {
    if (valibotAction.type !== 'regex' || !('requirement' in valibotAction)) return undefined;
    const { requirement } = valibotAction;
    return requirement instanceof RegExp ? { ...jsonSchema, pattern: requirement.source } : undefined;
  },
};

/** Our schemas are closed to hold our own frames to the letter; for others fields may be added. A message stands once, in `components`. */
const dropped = (key: string, value: unknown) =>
  key === '$schema' ||
  key === '$defs' ||
  key === 'definitions' ||
  (key === 'additionalProperties' && value === false) ||
  (key === 'maximum' && value === Number.MAX_SAFE_INTEGER) ||
  (key === 'minimum' && value === Number.MIN_SAFE_INTEGER);

function converted(schema: GenericSchema, definitions: Record<string, GenericSchema>): Payload {
  const converted = toJsonSchema(schema, {
    ...settings,
    definitions,
    overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
  });
  return JSON.parse(JSON.stringify(converted, (key, value) => (dropped(key, value) ? undefined : value)));
}

/** Gives every field its words. @throws Error that names a field which has none */
function explained(payload: Payload, words: Words, where: string, path: readonly string[] = []): Payload {
  if (payload.items) return { ...payload, items: explained(payload.items, words, where, path) };
  if (!payload.properties) return payload;
  const properties = Object.entries(payload.properties).map(([name, field]) => {
    const at = [...path, name];
    const description = words[at.join('.')];
    if (description === undefined) {
      throw new Error(
        `Documents not rendered: the field ${at.join('.')} of ${where} has no words; write some in bin/docs`,
      );
    }
    return [name, { ...explained(field, words, where, at), description }] as const;
  });
  return { ...payload, properties: Object.fromEntries(properties) };
}

function tagged(payload: Payload, { tag }: Pick<FrameIn, 'tag'>): Payload {
  if (!tag) return payload;
  const { required = [] } = payload;
  return {
    ...payload,
    properties: { [tag.field]: { const: tag.value }, ...payload.properties },
    required: tag.optional ? required : [tag.field, ...required],
  };
}

/** The JSON Schema of a frame, its fields explained; a message in it is a reference. */
export function payloadOf(contract: Contract, frame: FrameIn | FrameOut): Payload {
  const definitions = contract.message ? { [messageKey(contract)]: contract.message.schema } : {};
  const payload = tagged(converted(frame.schema, definitions), 'tag' in frame ? frame : {});
  const words = { ...contract.words, ...frame.words };
  return explained(payload, words, `${contract.dialect.name}’s ${frame.name}`);
}

/** The JSON Schema of a contract's message; undefined where the frame itself is the message. */
export function messagePayload(contract: Contract): Payload | undefined {
  if (!contract.message) return undefined;
  const words = { ...contract.words, ...contract.message.words };
  return explained(converted(contract.message.schema, {}), words, `${contract.dialect.name}’s message`);
}

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
