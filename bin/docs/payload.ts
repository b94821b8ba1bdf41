import { type ConversionConfig, toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import type { Contract, Descriptions, FrameIn, FrameOut } from '../../functions/dialects/documentation.ts';
import { errorCodes } from '../../functions/domain/errors.ts';

/** The part of JSON Schema that frames use. */
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

/** Returns the key of a contract's message in the AsyncAPI document. */
export const messageKey = (contract: Contract): string => `${contract.dialect.name}-message`;

// Ignores custom checks, which JSON Schema cannot express. The descriptions of the fields mention these checks.
const settings: ConversionConfig = {
  typeMode: 'input',
  errorMode: 'throw',
  ignoreActions: ['check'],
  // The description of custom data says what it may be, and its metadata that it is an object.
  overrideSchema: ({ valibotSchema, jsonSchema }) =>
    valibotSchema.type === 'custom' ? jsonSchema : undefined,
  // JSON Schema patterns have no flags. They are always Unicode patterns.
  overrideAction: ({ valibotAction, jsonSchema }) => {
    if (valibotAction.type !== 'regex' || !('requirement' in valibotAction)) return undefined;
    const { requirement } = valibotAction;
    return requirement instanceof RegExp ? { ...jsonSchema, pattern: requirement.source } : undefined;
  },
};

/**
 * Whether to omit a keyword from the generated schema. `additionalProperties: false` is for the tests only: clients
 * must accept fields that they do not know. Definitions are in `components`. The limits of safe integers tell a reader
 * nothing.
 */
const isOmitted = (key: string, value: unknown) =>
  key === '$schema' ||
  key === '$defs' ||
  key === 'definitions' ||
  (key === 'additionalProperties' && value === false) ||
  (key === 'maximum' && value === Number.MAX_SAFE_INTEGER) ||
  (key === 'minimum' && value === Number.MIN_SAFE_INTEGER);

function jsonSchemaOf(schema: GenericSchema, definitions: Record<string, GenericSchema>): Payload {
  const schemaObject = toJsonSchema(schema, {
    ...settings,
    definitions,
    overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
  });
  return JSON.parse(
    JSON.stringify(schemaObject, (key, value) => (isOmitted(key, value) ? undefined : value)),
  );
}

/** Adds a description to every field. @throws Error that names a field without one */
function describe(
  payload: Payload,
  descriptions: Descriptions,
  where: string,
  path: readonly string[] = [],
): Payload {
  if (payload.items) return { ...payload, items: describe(payload.items, descriptions, where, path) };
  if (!payload.properties) return payload;
  const properties = Object.entries(payload.properties).map(([name, field]) => {
    const at = [...path, name];
    const description = descriptions[at.join('.')];
    if (description === undefined) {
      throw new Error(
        `Documents not rendered: the field ${at.join('.')} of ${where} has no description. Add it in functions/dialects.`,
      );
    }
    return [name, { ...describe(field, descriptions, where, at), description }] as const;
  });
  return { ...payload, properties: Object.fromEntries(properties) };
}

function withTag(payload: Payload, { tag }: Pick<FrameIn, 'tag'>): Payload {
  if (!tag) return payload;
  const { required = [] } = payload;
  return {
    ...payload,
    properties: { [tag.field]: { const: tag.value }, ...payload.properties },
    required: tag.optional ? required : [tag.field, ...required],
  };
}

/** Returns the JSON Schema of a frame, with descriptions. A message inside the frame is a reference. */
export function payloadOf(contract: Contract, frame: FrameIn | FrameOut): Payload {
  const definitions = contract.message ? { [messageKey(contract)]: contract.message.schema } : {};
  const payload = withTag(jsonSchemaOf(frame.schema, definitions), 'tag' in frame ? frame : {});
  const descriptions = { ...contract.fields, ...frame.fields };
  return describe(payload, descriptions, `${contract.dialect.name}’s ${frame.name}`);
}

/** Returns the JSON Schema of a contract's message object, if the contract has one. */
export function messagePayload(contract: Contract): Payload | undefined {
  if (!contract.message) return undefined;
  const descriptions = { ...contract.fields, ...contract.message.fields };
  return describe(
    jsonSchemaOf(contract.message.schema, {}),
    descriptions,
    `${contract.dialect.name}’s message`,
  );
}

const code = (value: unknown) => `\`${JSON.stringify(value)}\``;

const alternatives = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join() : `${parts.slice(0, -1).join(', ')} or ${parts.at(-1)}`;

/** A pipe ends a table cell, even inside code. */
const escapePipes = (text: string) => text.replaceAll('|', '\\|');

const NUMERIC = '^[1-9]\\d{0,15}$';

function typeName(payload: Payload, link: string): string {
  if (payload.$ref !== undefined) return `[message](#${link})`;
  if (payload.const !== undefined) return code(payload.const);
  if (payload.enum?.length === errorCodes.length) return '[error code](#error-codes)';
  if (payload.enum) return alternatives(payload.enum.map(code));
  if (payload.anyOf) return alternatives(payload.anyOf.map((part) => typeName(part, link)));
  if (payload.items)
    return `array of ${payload.items.properties ? 'objects' : typeName(payload.items, link)}`;
  if (payload.additionalProperties) return `object of ${typeName(payload.additionalProperties, link)}`;
  if (payload.format === 'date-time') return 'time';
  if (payload.format === 'uuid') return 'UUID';
  if (payload.pattern === NUMERIC) return 'numeric string';
  return payload.type ?? 'anything';
}

function fieldRows(payload: Payload, link: string, path: readonly string[] = []): readonly string[] {
  const isRequired = ([name]: readonly [string, Payload]) => payload.required?.includes(name) === true;
  const fields = Object.entries(payload.properties ?? {});
  const sorted = [...fields.filter(isRequired), ...fields.filter((field) => !isRequired(field))];
  return sorted.flatMap(([name, field]) => {
    const at = [...path, name];
    const required = isRequired([name, field]) ? 'yes' : 'no';
    const fallback = field.default === undefined ? '' : ` Default: ${code(field.default)}.`;
    const type = escapePipes(typeName(field, link));
    const description = escapePipes(`${field.description}${fallback}`);
    return [
      `| \`${at.join('.')}\` | ${type} | ${required} | ${description} |`,
      ...fieldRows(field.items ?? field, link, at),
    ];
  });
}

/**
 * Returns the fields of a frame as a Markdown table.
 * @param link the anchor of the section that describes the contract's message
 */
export function fieldTable(payload: Payload, link: string): string {
  if (payload.items) return `The frame is an ${typeName(payload, link)} objects.`;
  const head = ['| field | type | required | description |', '|---|---|---|---|'];
  return [...head, ...fieldRows(payload, link)].join('\n');
}
