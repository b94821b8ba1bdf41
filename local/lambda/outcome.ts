/** What a failed invocation answers, in Lambda's own shape. */
export interface Failure {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** How an invocation ended; `payload` is the handler's result as JSON. */
export type Outcome =
  | { readonly ok: true; readonly payload: string }
  | { readonly ok: false; readonly failure: Failure };

export function failed(errorType: string, errorMessage: string): Outcome {
  return { ok: false, failure: { errorType, errorMessage } };
}

/** A function's failure as an exception, for a caller in this process. */
export class FunctionError extends Error {
  /** `failure.errorMessage` becomes the message, `failure.errorType` the name. */
  constructor(failure: Failure) {
    super(failure.errorMessage);
    this.name = failure.errorType;
  }
}
