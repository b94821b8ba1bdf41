/** The parts of dynalite 4 that this project uses. The package has no types. */
declare module 'dynalite/db/index.js' {
  /** The LevelDB database of a store. dynalite calls its methods with callbacks. */
  interface LevelDatabase {
    open(): Promise<void>;
    getSync(key: string): unknown;
    get(key: string, callback: (error: Error | null, value?: unknown) => void): void;
    values(options: unknown): LevelValues;
    createValueStream(options: unknown): import('node:stream').Readable;
  }

  export interface LevelValues {
    nextv(size: number): Promise<unknown[]>;
    close(): Promise<void>;
  }

  /** Returns the size in bytes that DynamoDB bills. */
  export function itemSize(item: object): number;

  export function validationError(message: string): Error;

  export type TableCallback = (error: unknown, table?: import('./check-table.ts').StoredTable) => void;

  export interface Store {
    readonly db: LevelDatabase;
    readonly lifecycleManager: { gracefulClose(): Promise<void> };
    getTable(name: string, checkStatus: false, done: TableCallback): void;
    getTable(name: string, done: TableCallback): void;
  }

  export function create(options: { path?: string; createTableMs: number }): Store;
}

declare module 'dynalite/validations/index.js' {
  export function checkTypes(input: unknown, types: object): Record<string, unknown>;
  export function checkValidations(
    input: object,
    types: object,
    custom: unknown,
    store: import('dynalite/db/index.js').Store,
  ): void;
}

declare module 'dynalite/db/conditionParser.js' {
  /** The names and values of a request. The parser removes those that an expression uses from the unused ones. */
  export interface ParserContext {
    readonly attrNames?: Readonly<Record<string, string>>;
    readonly attrVals?: Readonly<Record<string, object>>;
    readonly unusedAttrNames?: Record<string, true>;
    readonly unusedAttrVals?: Record<string, true>;
  }

  export interface Parser {
    /** Returns the parsed expression, or the text of an error. @throws Error for a syntax error */
    parse(text: string, options: { readonly context: ParserContext }): unknown;
  }
}
