import { parseArgs } from 'node:util';
import type { GatewayLimits } from '../local/gateway/limits.ts';
import type { Ports } from '../local/servers.ts';

/** The parsed flags and environment variables of `npm start -- …` and `npx parley dev`. */
export interface LocalFlags {
  /** The command of a CDK app. Undefined for cdk.json's. */
  readonly app: string | undefined;
  /** The stack of the app that runs. Undefined for its only stack. */
  readonly stackName: string | undefined;
  readonly memory: boolean;
  readonly watch: boolean;
  /** The directory where the local stack keeps tables, files and the issuer's signing key. */
  readonly data: string;
  readonly context: Record<string, unknown>;
  readonly ports: Ports;
  readonly limits: Partial<GatewayLimits>;
  readonly dynamodbEndpoint: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const usage = 'Use --app <command>, --stack <name>, --memory, --watch, --data <dir> or --context key=value.';

/** What `--help` prints. */
export const help = `Runs a CDK app with a chat on this machine.

  --app <command>      the command of the app. Default: that of cdk.json
  --stack <name>       the stack with the chat, if the app has several
  --watch              reloads when the code of the app changes
  --memory             keeps nothing on disk
  --data <dir>         keeps the data in this directory. Default: .local
  --context key=value  passes context to the app

The variable PARLEY_PORT changes the port of the chat. docs/local.md lists all variables.`;

const startError = (why: string, advice: string, options?: ErrorOptions) =>
  new Error(`Could not start the local stack: ${why}. ${advice}`, options);

/**
 * Parses flags and environment variables.
 * @throws Error with a one-line message for an unknown flag or an invalid value
 */
export function readFlags(args: readonly string[], env: Environment): LocalFlags {
  const { app, stack: stackName, memory, watch, data, context } = parse(args);
  const edge = wholeNumber(env, 'PARLEY_PORT', 65_535) ?? 8000;
  return {
    app,
    stackName,
    memory,
    watch,
    data,
    context: Object.fromEntries(context.map(pair)),
    ports: {
      edge,
      socket: wholeNumber(env, 'PARLEY_SOCKET_PORT', 65_535) ?? 8001,
      http: wholeNumber(env, 'PARLEY_HTTP_PORT', 65_535) ?? (edge === 0 ? 0 : 8004),
      dynamodb: wholeNumber(env, 'PARLEY_DYNAMODB_PORT', 65_535) ?? 8002,
      services: wholeNumber(env, 'PARLEY_SERVICES_PORT', 65_535) ?? 8003,
      s3: wholeNumber(env, 'PARLEY_S3_PORT', 65_535) ?? 0,
    },
    limits: limitsOf(env),
    dynamodbEndpoint: env['DYNAMODB_ENDPOINT'] || undefined,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        app: { type: 'string', short: 'a' },
        stack: { type: 'string' },
        memory: { type: 'boolean', default: false },
        watch: { type: 'boolean', default: false },
        data: { type: 'string', default: '.local' },
        context: { type: 'string', multiple: true, default: [] },
      },
    }).values;
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).split('. ')[0] ?? '';
    throw startError(why, usage, { cause: error });
  }
}

function pair(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw startError(`--context ${text} has no value`, 'Write --context key=value.');
}

function limitsOf(env: Environment): Partial<GatewayLimits> {
  const requestsPerSecond = wholeNumber(env, 'PARLEY_THROTTLE_RATE', Number.MAX_SAFE_INTEGER);
  const requestBurst = wholeNumber(env, 'PARLEY_THROTTLE_BURST', Number.MAX_SAFE_INTEGER);
  return {
    ...(requestsPerSecond !== undefined && { requestsPerSecond }),
    ...(requestBurst !== undefined && { requestBurst }),
  };
}

function wholeNumber(env: Environment, name: string, max: number): number | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= max) return value;
  throw startError(`${name} is "${text}"`, `Set it to a whole number up to ${max}.`);
}
