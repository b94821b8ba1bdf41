import type { CustomData } from '../domain/custom-data.ts';

// Items hold custom data as JSON: DynamoDB's numbers are not those of JSON, and its client would make the key
// `__proto__` a prototype.

/** Returns the data that an item's attribute `data` holds; null for the data that an edit removes. */
export const parsedData = (json: string | undefined) =>
  json === undefined ? {} : { data: JSON.parse(json) };

/** Returns fields for an item: as they are, but with data as JSON. */
export const withJson = <F extends { readonly data?: CustomData | null }>({ data, ...fields }: F) => ({
  ...fields,
  ...dataAttribute(data),
});

/** Returns the attribute `data` of an item. */
export const dataAttribute = (data: CustomData | null | undefined) =>
  data === undefined ? {} : { data: JSON.stringify(data) };
