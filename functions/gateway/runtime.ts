/** @throws Error where the function was deployed without a variable that it needs */
export function required(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(`Function not configured: ${name} is not set; deploy the stack again`);
}

/** A part that is made when it is first needed, and kept while this execution environment is warm. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
