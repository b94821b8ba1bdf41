/** An attribute value, an item, or the input of an operation. */
export type Fields = Readonly<Record<string, unknown>>;

/** What a test expects of a refused request. */
export interface Refusal {
  /** The type of the error, without its namespace. */
  readonly error: string;
  readonly message: string | RegExp;
  /**
   * The answer of DynamoDB Local, if it differs from the service: other texts, another error, or `accepts` if DynamoDB
   * Local accepts the request. The service counts.
   */
  readonly local?: readonly (string | RegExp)[] | Refusal | 'accepts';
}

/** What a test expects of an accepted request. */
export interface Acceptance {
  /** The complete output. The members of sets, and the items of batches, may have any order. */
  readonly output?: Fields;
  /** Attributes of the item that the request wrote. */
  readonly stored?: Fields;
  /** The result of DynamoDB Local, if it differs from the service. The service counts. */
  readonly local?: Acceptance | Refusal;
}

/** A request to DynamoDB, and whether DynamoDB accepts or refuses it. */
export interface RequestCase {
  readonly name: string;
  readonly operation: string;
  readonly input: Fields;
  readonly expected: Refusal | Acceptance;
}

export const accepts = (
  name: string,
  operation: string,
  input: Fields,
  expected: Acceptance = {},
): RequestCase => ({ name: `${operation} accepts ${name}`, operation, input, expected });

export const refuses = (name: string, operation: string, input: Fields, expected: Refusal): RequestCase => ({
  name: `${operation} refuses ${name}`,
  operation,
  input,
  expected,
});

/** Returns a refusal by validation, with other texts of DynamoDB Local. */
export const invalid = (message: string | RegExp, ...local: readonly (string | RegExp)[]): Refusal => ({
  error: 'ValidationException',
  message,
  ...(local.length > 0 && { local }),
});
