import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { PropertyType, ResourceProperties } from '@aws-cdk/service-spec-types';

// Loading takes over a second.
const spec = loadAwsServiceSpecSync();

/** A resource of a synthesized template, with its intrinsics. */
export interface WrittenResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** Resource types that the stack's own functions implement, and that therefore have no published schema. */
const isCustom = (type: string) => type.startsWith('Custom::');

/**
 * Returns what in a resource does not match the published CloudFormation schema: unknown and missing properties, and
 * values of another type. The value of an intrinsic is known only after the deploy, so it matches any type.
 */
export function schemaErrors(id: string, { Type, Properties = {} }: WrittenResource): readonly string[] {
  if (isCustom(Type)) return [];
  const [resource] = spec.lookup('resource', 'cloudFormationType', 'equals', Type);
  if (resource === undefined) return [`${id}: there is no resource type ${Type}`];
  return objectErrors(Properties, resource.properties, `${id} (${Type})`);
}

/** Returns the properties of a resource type whose change makes CloudFormation replace the resource. */
export function replacingProperties(type: string): readonly string[] {
  const [resource] = spec.lookup('resource', 'cloudFormationType', 'equals', type);
  const properties = Object.entries(resource?.properties ?? {});
  return properties.flatMap(([name, { causesReplacement }]) => (causesReplacement === 'yes' ? name : []));
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isIntrinsic(value: unknown): boolean {
  const [name, ...others] = isObject(value) ? Object.keys(value) : [];
  return name !== undefined && others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'));
}

function objectErrors(value: unknown, properties: ResourceProperties, path: string): readonly string[] {
  if (!isObject(value)) return [`${path} is not an object`];
  const missing = Object.entries(properties)
    .filter(([name, { required }]) => required === true && value[name] === undefined)
    .map(([name]) => `${path}.${name} is missing`);
  const wrong = Object.entries(value).flatMap(([name, each]) => {
    const property = properties[name];
    if (property === undefined) return [`${path}.${name} is not in the schema`];
    return anyErrors(each, [property.type, ...(property.previousTypes ?? [])], `${path}.${name}`);
  });
  return [...missing, ...wrong];
}

const structured: readonly string[] = ['ref', 'array', 'map', 'union'];

/**
 * Returns the errors under the first type if the value matches none of the types. The type `json`, which accepts any
 * value, counts only if the schema describes no structure.
 */
function anyErrors(value: unknown, types: readonly PropertyType[], path: string): readonly string[] {
  const isDescribed = types.some(({ type }) => structured.includes(type));
  const candidates = isDescribed ? types.filter(({ type }) => type !== 'json') : types;
  const results = candidates.map((type) => typeErrors(value, type, path));
  return results.some((errors) => errors.length === 0) ? [] : (results[0] ?? []);
}

function typeErrors(value: unknown, type: PropertyType, path: string): readonly string[] {
  if (isIntrinsic(value)) return [];
  switch (type.type) {
    case 'ref':
      return objectErrors(value, spec.get('typeDefinition', type.reference.$ref).properties, path);
    case 'array':
      if (!Array.isArray(value)) return [`${path} is not a list`];
      return value.flatMap((each, index) => typeErrors(each, type.element, `${path}[${index}]`));
    case 'map':
      if (!isObject(value)) return [`${path} is not a map`];
      return Object.entries(value).flatMap(([key, each]) => typeErrors(each, type.element, `${path}.${key}`));
    case 'union':
      return anyErrors(value, type.types, path);
    case 'string':
      if (typeof value !== 'string') return [`${path} is not a string`];
      return type.allowedValues && !type.allowedValues.includes(value) ? [`${path} may not be ${value}`] : [];
    case 'number':
    case 'integer':
      return typeof value === 'number' ? [] : [`${path} is not a number`];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`${path} is not true or false`];
    case 'tag':
      return isObject(value) && 'Key' in value && 'Value' in value ? [] : [`${path} is not a tag`];
    default:
      // `json`, `date-time` and `null` accept what the service accepts.
      return [];
  }
}
