import type { IncomingHttpHeaders } from 'node:http';
import { localArn } from '../account.ts';
import { type Credentials, createCredentials, signerOf } from './credentials.ts';
import type { Role } from './role.ts';
import { evaluate } from './statement.ts';

/**
 * Who signed a request: a function with its role, or a developer, who may do anything; an impostor has a
 * function's key without its token, and an anonymous caller, such as a web page, has not signed at all.
 */
export type Caller =
  | {
      readonly kind: 'function';
      readonly functionName: string;
      readonly role: Role;
      /** Its execution environment; empty unless `ofEnvironment` made the token. */
      readonly environment: string;
    }
  | { readonly kind: 'developer' }
  | { readonly kind: 'impostor' }
  | { readonly kind: 'anonymous' };

/** Why a call is refused: the AWS error's name and its sentence. */
export interface Denial {
  readonly code:
    | 'AccessDeniedException'
    | 'UnrecognizedClientException'
    | 'MissingAuthenticationTokenException';
  readonly message: string;
}

const impostor: Denial = {
  code: 'UnrecognizedClientException',
  message: 'The security token included in the request is invalid.',
};
const anonymous: Denial = {
  code: 'MissingAuthenticationTokenException',
  message: 'Request is missing Authentication Token',
};

/**
 * The account's IAM: who calls, and whether the caller's role in the template allows it. Each kind of
 * refused call is logged once, in one line that says what to grant.
 */
export class Access {
  readonly #log: (line: string) => void;
  readonly #credentials = new Map<string, Credentials>();
  readonly #owners = new Map<string, string>();
  readonly #reported = new Set<string>();
  #roles: ReadonlyMap<string, Role> = new Map();

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  /** The credentials of a function, the same for as long as the stack runs. */
  credentialsOf(functionName: string): Credentials {
    const known = this.#credentials.get(functionName);
    if (known !== undefined) return known;
    const created = createCredentials();
    this.#credentials.set(functionName, created);
    this.#owners.set(created.accessKeyId, functionName);
    return created;
  }

  /** Takes the roles of a newly read template: function name → role. */
  update(roles: ReadonlyMap<string, Role>): void {
    this.#roles = roles;
    this.#reported.clear();
  }

  callerOf(headers: IncomingHttpHeaders): Caller {
    const signer = signerOf(headers);
    if (signer === null) return { kind: 'anonymous' };
    return this.callerBy(signer, headers['x-amz-security-token']);
  }

  /** As `callerOf`, where key and token are not in headers, as in a signed URL. */
  callerBy(accessKeyId: string, sessionToken: unknown): Caller {
    const functionName = this.#owners.get(accessKeyId);
    if (functionName === undefined) return { kind: 'developer' };
    const token = this.#credentials.get(functionName)?.sessionToken;
    const [own, environment = ''] = String(sessionToken).split('.');
    if (own !== token) return { kind: 'impostor' };
    const role = this.#roles.get(functionName) ?? { name: functionName, statements: [] };
    return { kind: 'function', functionName, role, environment };
  }

  /** The secret that a function's key signs with; undefined for a key that is no function's. */
  secretOf(accessKeyId: string): string | undefined {
    return this.#credentials.get(this.#owners.get(accessKeyId) ?? '')?.secretAccessKey;
  }

  /** Whether `caller` may do `action` on `resource`, where a no is no mistake and nothing to log. */
  allows(caller: Caller, action: string, resource: string): boolean {
    if (caller.kind === 'developer') return true;
    if (caller.kind !== 'function') return false;
    return evaluate(caller.role.statements, action, resource) === 'allowed';
  }

  /** Undefined when `caller` may do `action` on `resource`, which is an ARN or `*`. */
  check(caller: Caller, action: string, resource: string): Denial | undefined {
    if (caller.kind === 'developer') return undefined;
    if (caller.kind === 'impostor') return impostor;
    if (caller.kind === 'anonymous') return anonymous;
    const verdict = evaluate(caller.role.statements, action, resource);
    if (verdict === 'allowed') return undefined;
    this.#report(caller.functionName, action, resource);
    const user = localArn('sts', `assumed-role/${caller.role.name}/${caller.functionName}`);
    const why =
      verdict === 'denied explicitly'
        ? 'with an explicit deny in an identity-based policy'
        : `because no identity-based policy allows the ${action} action`;
    const message = `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
    return { code: 'AccessDeniedException', message };
  }

  #report(functionName: string, action: string, resource: string): void {
    const target = readable(resource);
    const line = `AccessDenied: function ${functionName} may not ${action} on ${target}; grant it in lib/`;
    if (this.#reported.has(line)) return;
    this.#reported.add(line);
    this.#log(line);
  }
}

/** `table chat` rather than a whole ARN, and every connection alike. */
function readable(resource: string): string {
  const tail = resource.split(':').slice(5).join(':') || resource;
  return tail
    .replace(/^table\//, 'table ')
    .replace(/^function:/, 'function ')
    .replace(/\/@connections\/.*$/, '/@connections/*');
}
