import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { localArn } from '../account.ts';
import type { Role } from './role.ts';
import { evaluate } from './statement.ts';

/** The temporary credentials of one function. The stack recognizes the function's calls by them. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** On AWS, the access key id of temporary credentials starts with ASIA. */
function createCredentials(): Credentials {
  return {
    accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64'),
    sessionToken: randomBytes(48).toString('base64'),
  };
}

/** The key with which a developer signs requests. It is not secret, because the stack listens on this machine only. */
export const developerKey = { accessKeyId: 'LOCALDEVELOPER', secretAccessKey: 'local-developer' } as const;

/** Returns the session token of one execution environment. On AWS, too, each environment has its own. */
export const environmentToken = (sessionToken: string, environment: string): string =>
  `${sessionToken}.${environment}`;

/**
 * The sender of a request. A function signs with its own key. Any other key means a developer, who may do
 * everything. `impostor`: the request has a function's access key without that function's session token.
 */
export type Caller =
  | {
      readonly kind: 'function';
      readonly functionName: string;
      readonly role: Role;
      /** Id of the execution environment. Empty if the session token was not made by `environmentToken`. */
      readonly environment: string;
    }
  | { readonly kind: 'developer' }
  | { readonly kind: 'impostor' }
  | { readonly kind: 'anonymous' };

/** The AWS error that refuses a call. */
export interface Denial {
  readonly code: string;
  readonly message: string;
}

const invalidToken: Denial = {
  code: 'UnrecognizedClientException',
  message: 'The security token included in the request is invalid.',
};
const unsigned: Denial = {
  code: 'MissingAuthenticationTokenException',
  message: 'Request is missing Authentication Token',
};

/** The account's IAM. Identifies callers, evaluates their roles and logs each kind of denial once. */
export class Access {
  readonly #log: (line: string) => void;
  readonly #credentials = new Map<string, Credentials>();
  /** Access key id → function name. */
  readonly #functionNames = new Map<string, string>();
  readonly #logged = new Set<string>();
  #roles: ReadonlyMap<string, Role> = new Map();

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  /** Returns a function's credentials. They stay the same while the stack runs. */
  credentialsOf(functionName: string): Credentials {
    const existing = this.#credentials.get(functionName);
    if (existing !== undefined) return existing;
    const created = createCredentials();
    this.#credentials.set(functionName, created);
    this.#functionNames.set(created.accessKeyId, functionName);
    return created;
  }

  /** Replaces all roles. Maps function name → role. */
  update(roles: ReadonlyMap<string, Role>): void {
    this.#roles = roles;
    this.#logged.clear();
  }

  /** Identifies the caller by the Authorization header (Signature Version 4) and the session token. */
  callerOf(headers: IncomingHttpHeaders): Caller {
    const accessKeyId = /Credential=([^/,\s]+)\//.exec(headers.authorization ?? '')?.[1];
    if (accessKeyId === undefined) return { kind: 'anonymous' };
    return this.callerByKey(accessKeyId, headers['x-amz-security-token']);
  }

  /** Identifies the caller by a key and a token that come from elsewhere, such as a presigned URL. */
  callerByKey(accessKeyId: string, sessionToken: unknown): Caller {
    const functionName = this.#functionNames.get(accessKeyId);
    if (functionName === undefined) return { kind: 'developer' };
    const [token, environment = ''] = String(sessionToken).split('.');
    if (token !== this.#credentials.get(functionName)?.sessionToken) return { kind: 'impostor' };
    const role = this.#roles.get(functionName) ?? { name: functionName, statements: [] };
    return { kind: 'function', functionName, role, environment };
  }

  /** Returns the secret key for the access key of a function or of the developer. Undefined for all other keys. */
  secretOf(accessKeyId: string): string | undefined {
    if (accessKeyId === developerKey.accessKeyId) return developerKey.secretAccessKey;
    return this.#credentials.get(this.#functionNames.get(accessKeyId) ?? '')?.secretAccessKey;
  }

  /** Returns whether `caller` may do `action` on `resource`. Unlike `check`, it never logs a denial. */
  allows(caller: Caller, action: string, resource: string): boolean {
    if (caller.kind === 'developer') return true;
    return caller.kind === 'function' && evaluate(caller.role.statements, action, resource) === 'allowed';
  }

  /** Returns undefined if `caller` may do `action` on `resource` (an ARN or `*`), else the denial. */
  check(caller: Caller, action: string, resource: string): Denial | undefined {
    if (caller.kind === 'developer') return undefined;
    if (caller.kind === 'impostor') return invalidToken;
    if (caller.kind === 'anonymous') return unsigned;
    const verdict = evaluate(caller.role.statements, action, resource);
    if (verdict === 'allowed') return undefined;
    this.#logDenial(caller.functionName, action, resource);
    const user = localArn('sts', `assumed-role/${caller.role.name}/${caller.functionName}`);
    const reason =
      verdict === 'denied explicitly'
        ? 'with an explicit deny in an identity-based policy'
        : `because no identity-based policy allows the ${action} action`;
    const message = `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
    return { code: 'AccessDeniedException', message };
  }

  #logDenial(functionName: string, action: string, resource: string): void {
    const target = shortName(resource);
    const line = `AccessDenied: function ${functionName} may not call ${action} on ${target}. Grant it in lib/.`;
    if (this.#logged.has(line)) return;
    this.#logged.add(line);
    this.#log(line);
  }
}

/** Shortens an ARN for the log, for instance to `table chat`. All connections get the same name. */
function shortName(resource: string): string {
  const tail = resource.split(':').slice(5).join(':') || resource;
  return tail
    .replace(/^table\//, 'table ')
    .replace(/^function:/, 'function ')
    .replace(/\/@connections\/.*$/, '/@connections/*');
}
