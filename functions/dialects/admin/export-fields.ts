// Attributes of the store have names such as `createdAt`, and fields of lines such as `created_at`.

/** Attributes whose value is an object of Parley's own, so that its names are changed too. */
const structured = new Set(['author', 'changes', 'file', 'placement']);

/** JSON of the team's own, which stays as it is. */
const foreign = new Set(['data']);

const SET = '$set';

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Set);

const fieldName = (name: string): string =>
  /^[a-z]+([A-Z][a-z0-9]*)+$/.test(name)
    ? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    : name;

const attributeName = (name: string): string =>
  /^[a-z]+(_[a-z][a-z0-9]*)+$/.test(name) ? name.replace(/_(.)/g, (_, letter) => letter.toUpperCase()) : name;

function fieldValue(name: string, value: unknown): unknown {
  if (foreign.has(name)) return value;
  if (value instanceof Set) return { [SET]: [...value].sort() };
  if (isObject(value) && structured.has(name)) return encodeFields(value);
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fieldValue('', each)]));
  }
  return Array.isArray(value) ? value.map((each) => fieldValue('', each)) : value;
}

function attributeValue(name: string, value: unknown): unknown {
  if (foreign.has(name)) return value;
  if (Array.isArray(value)) return value.map((each) => attributeValue('', each));
  if (!isObject(value)) return value;
  const set = value[SET];
  if (Array.isArray(set) && set.length > 0 && Object.keys(value).length === 1) return new Set(set);
  if (structured.has(name)) return decodeFields(value);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, attributeValue('', each)]));
}

/** Returns attributes of the store as the fields of a line, in the order of their names. */
export const encodeFields = (attributes: Fields): Fields =>
  Object.fromEntries(
    Object.entries(attributes)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]): [string, unknown] => [fieldName(name), fieldValue(name, value)])
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );

/** Returns the fields of a line as attributes of the store. */
export const decodeFields = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const attribute = attributeName(name);
      return [attribute, attributeValue(attribute, value)];
    }),
  );
