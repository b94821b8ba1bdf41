import { Stack } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IUserPool, IUserPoolClient } from 'aws-cdk-lib/aws-cognito';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct, type IConstruct } from 'constructs';
import { bundlesWithSdk } from './bundles-with-sdk.ts';
import { ChatAlarms } from './chat-alarms.ts';
import { ChatDashboard } from './chat-dashboard.ts';
import { ChatEdge } from './chat-edge.ts';
import { ChatFailures } from './chat-failures.ts';
import { ChatFiles, filesUrl } from './chat-files.ts';
import { ChatFunction } from './chat-function.ts';
import { settingOf } from './chat-hooks.ts';
import { ChatHttp } from './chat-http.ts';
import { ChatIdentity } from './chat-identity.ts';
import { ChatMetrics } from './chat-metrics.ts';
import { chatName } from './chat-name.ts';
import { type ChatProps, type ResolvedProps, resolveProps } from './chat-props.ts';
import { ChatSocket } from './chat-socket.ts';
import { ChatTables } from './chat-tables.ts';
import {
  type Entry,
  type EntryName,
  entries,
  entryNames,
  type TableAction,
  type Variable,
} from './entries.ts';
import { signInOrigins } from './login-options.ts';
import type { RateLimits, RoomLimits } from './rate-settings.ts';

/**
 * A whole chat: tables, functions, WebSocket API, HTTP API, identity, files and edge.
 * @example
 * const chat = new Chat(this, 'Chat', { auth: ChatAuth.userPool(pool), allowedOrigins: ['https://app.example.com'] });
 * new CfnOutput(this, 'ChatUrl', { value: chat.url });
 */
export class Chat extends Construct {
  /** The chat's address for clients, and of the page: https://…, without a trailing slash. */
  readonly url: string;
  /** The address of sockets: wss://…, without a trailing slash. Clients append `/<room>/` to open one room. */
  readonly socketUrl: string;
  /** The address of the admin API: https://…/admin. `grantAdmin` allows requests to it. */
  readonly adminUrl: string;
  /** The pool of the chat's users. Undefined if they sign in elsewhere. */
  readonly userPool: IUserPool | undefined;
  /** The app client whose tokens the chat accepts. Undefined if users sign in elsewhere. */
  readonly userPoolClient: IUserPoolClient | undefined;
  /** The table with all rooms and messages. */
  readonly chatTable: Pick<ITable, 'tableArn' | 'tableName'>;
  /** The table of open connections. Nothing in it needs a backup. */
  readonly connectionsTable: Pick<ITable, 'tableArn' | 'tableName'>;
  /** The name of the bucket with the uploaded files. */
  readonly filesBucketName: string;
  /** The queue of asynchronous events that failed for good. */
  readonly failuresQueueUrl: string;
  private readonly name: string;
  private readonly tables: ChatTables;
  private readonly identity: ChatIdentity;
  private readonly socket: ChatSocket;
  private readonly http: ChatHttp;
  private readonly edge: ChatEdge;
  private readonly files: ChatFiles;
  private readonly failures: ChatFailures;
  private readonly metrics: ChatMetrics;
  /** The origins whose pages may use the APIs, the session cookie and files. */
  private readonly origins: readonly string[];
  private readonly functions: Record<EntryName, ChatFunction>;

  /** @throws Error for an invalid property, when an entry has no bundle, or when the page has not been built */
  constructor(scope: Construct, id: string, given: ChatProps = {}) {
    super(scope, id);
    this.name = chatName(this);
    const props = resolveProps(given);
    const named = { ...props, chatName: this.name };
    this.tables = new ChatTables(this, 'Tables', props);
    this.identity = new ChatIdentity(this, 'Identity', props);
    this.socket = new ChatSocket(this, 'Socket', named);
    this.http = new ChatHttp(this, 'Http', named);
    this.edge = new ChatEdge(this, 'Edge', {
      ...named,
      socketDomain: this.socket.domain,
      httpDomain: this.http.domain,
      filesUrl: filesUrl(this, props.filesBucket),
      signInOrigins: signInOrigins(props.auth),
      page: props.page ? { ...props, directory: props.code.page } : null,
    });
    this.origins = [...this.edge.origins, ...props.allowedOrigins];
    this.files = new ChatFiles(this, 'Files', { ...props, allowedOrigins: this.origins });
    this.failures = new ChatFailures(this, 'Failures', props.encryptionKey);
    this.functions = this.makeFunctions(props);
    const variables = this.variables(props);
    for (const name of entryNames) this.configure(this.functions[name], entries[name], variables, props);
    if (props.directRooms === 'on-demand') this.allowCreatingRooms(this.functions.authorize);
    if (props.directory === 'everyone') this.allowListingNames(this.functions.connect);
    if (!props.exposeEmail) this.hideEmails();
    if (props.awsClient === 'sdk') this.useSdk();
    this.socket.addRoutes(this.functions);
    this.http.addRoutes(this.functions.http);
    this.http.addAdminRoutes(this.functions.admin);
    this.metrics = this.makeMetrics();
    this.monitor(props);
    this.uploadPageLast();
    this.url = this.edge.url;
    this.socketUrl = `${this.edge.url.replace(/^https/, 'wss')}/ws/chat`;
    this.adminUrl = this.http.adminUrl;
    this.userPool = this.identity.userPool ?? undefined;
    this.userPoolClient = this.identity.userPoolClient ?? undefined;
    this.chatTable = this.tables.chat;
    this.connectionsTable = this.tables.connections;
    this.filesBucketName = this.files.bucketName;
    this.failuresQueueUrl = this.failures.queueUrl;
  }

  /**
   * Allows a function, or another role or user, to call the admin API with signed requests (`execute-api:Invoke`).
   * No other method of the construct grants this.
   * @example
   * chat.grantAdmin(orders);
   * orders.addEnvironment('ADMIN_URL', chat.adminUrl);
   */
  grantAdmin(grantee: IGrantable): Grant {
    return this.http.grantAdmin(grantee);
  }

  /** Returns the metric of frames, requests and events that failed unexpectedly, summed over five minutes. */
  metricFaults(): Metric {
    return this.metrics.ofStack('Faults');
  }

  /** Returns the metric of frames that did not reach a connected client in time, summed over five minutes. */
  metricPostsFailed(): Metric {
    return this.metrics.ofStack('PostsFailed');
  }

  /**
   * Uploads the page after all other resources exist. CloudFormation cannot delete a bucket that has objects, so a
   * first deploy that fails elsewhere must not have uploaded the page yet.
   */
  private uploadPageLast(): void {
    const { edge } = this;
    const { pageDeployment: upload } = edge;
    if (!upload) return;
    const others: readonly IConstruct[] = this.node.children.flatMap((child) =>
      child === edge ? edge.node.children : child,
    );
    upload.follow(...others.filter(({ node }) => node !== upload.node));
  }

  private makeFunctions(props: ResolvedProps): Record<EntryName, ChatFunction> {
    const { functions } = props.code;
    const bundles = props.awsClient === 'sdk' ? bundlesWithSdk(functions) : functions;
    const make = (name: EntryName) =>
      new ChatFunction(this, `${name.charAt(0).toUpperCase()}${name.slice(1)}Function`, {
        ...(entries[name] satisfies Entry),
        entry: name,
        chatName: this.name,
        bundles,
        logRetention: props.logRetention,
        tracing: props.tracing,
        logLevel: props.logLevel,
        encryptionKey: props.encryptionKey,
        onFailure: this.failures.destination,
        leaveOut: [
          ...(props.awsClient === 'sdk' ? [] : ['sdk-*.mjs']),
          ...(props.beforeSend ? [] : ['before-send.mjs']),
        ],
      });
    return Object.fromEntries(entryNames.map((name) => [name, make(name)])) as Record<
      EntryName,
      ChatFunction
    >;
  }

  private variables({
    retentionDays,
    maxFileMegabytes,
    dailyFileMegabytes,
    directRooms,
    createRooms,
    directory,
    rateLimit,
    roomLimits,
    beforeSend,
  }: ResolvedProps): Record<Variable, string | undefined> {
    const { oidc, lambda } = this.identity;
    return {
      CHAT_TABLE: this.tables.chat.tableName,
      CONNECTIONS_TABLE: this.tables.connections.tableName,
      SOCKET_URL: this.socket.callbackUrl,
      WELCOME_FUNCTION: this.functions.welcome.functionName,
      FANOUT_FUNCTION: this.functions.fanout.functionName,
      ISSUER: oidc?.issuer,
      AUDIENCE: oidc?.audience,
      JWKS_URI: oidc?.jwksUri,
      AUTH_FUNCTION: lambda?.function.functionArn,
      AUTH_TIMEOUT_MS: lambda?.timeout.toMilliseconds().toString(),
      SESSION_COOKIE: lambda?.cookieName,
      BEFORE_SEND: beforeSend ? Stack.of(this).toJsonString(settingOf(beforeSend)) : undefined,
      USER_POOL_CLIENT: this.identity.userPoolClient?.userPoolClientId,
      LOGIN: Stack.of(this).toJsonString(this.identity.loginOptions),
      ALLOWED_ORIGINS: this.origins.join(),
      EDGE_KEY: this.edge.key,
      FILES_BUCKET: this.files.bucketName,
      DIRECT_ROOMS: directRooms === 'on-demand' ? directRooms : undefined,
      CREATE_ROOMS: createRooms === 'admins' ? createRooms : undefined,
      DIRECTORY: directory === 'sharedRooms' ? undefined : directory,
      RETENTION_DAYS: retentionDays === null ? undefined : String(retentionDays),
      MAX_FILE_BYTES: String(maxFileMegabytes * 1_000_000),
      DAILY_FILE_BYTES: String(dailyFileMegabytes * 1_000_000),
      RATE_LIMIT: rateText(rateLimit),
      ROOM_LIMITS: rateText(roomLimits),
    };
  }

  /** Sets the variables and grants of a function, as its entry lists them. */
  private configure(
    target: ChatFunction,
    entry: Entry,
    variables: Record<Variable, string | undefined>,
    { beforeSend }: ResolvedProps,
  ): void {
    for (const name of entry.variables) {
      const value = variables[name];
      if (value !== undefined) target.addEnvironment(name, value);
    }
    const chat = this.tables.chat.tableArn;
    target.allow(entry.chat.map(tableAction), chat);
    if (entry.roomsByUser) target.allow([tableAction('Query')], `${chat}/index/by-user`);
    const connections = this.tables.connections.tableArn;
    target.allow(entry.connections.map(tableAction), connections);
    if (entry.connectionsByUser) target.allow([tableAction('Query')], `${connections}/index/by-user`);
    if (entry.files) this.files.grant(target, entry.files);
    if (entry.sockets) this.socket.grantSockets(target);
    if (entry.asynchronous) this.failures.grantSend(target);
    const { lambda } = this.identity;
    const invoke = (fn: IFunction) => target.allow(['lambda:InvokeFunction'], fn.functionArn);
    if (entry.invokes) invoke(this.functions[entry.invokes]);
    if (entry.authenticates && lambda) invoke(lambda.function);
    if (entry.storesMessages && beforeSend) invoke(beforeSend.function);
  }

  /** Applies `directRooms: on-demand`: the authorizer creates the direct room of two users. */
  private allowCreatingRooms(authorize: ChatFunction): void {
    const chat = this.tables.chat.tableArn;
    authorize.allow((['PutItem', 'UpdateItem', 'BatchGetItem'] as const).map(tableAction), chat);
    authorize.allow([tableAction('Query')], `${chat}/index/by-user`);
  }

  /** Applies `directory: everyone`: stores entries for each new name, which the search for people reads. */
  private allowListingNames(connect: ChatFunction): void {
    connect.allow((['PutItem', 'DeleteItem'] as const).map(tableAction), this.tables.chat.tableArn);
  }

  /** Applies `exposeEmail: false` to all functions that send messages to clients. */
  private hideEmails(): void {
    const sending = entryNames.filter((name) => entries[name].sockets);
    for (const name of sending) this.functions[name].addEnvironment('HIDE_EMAILS', 'true');
  }

  /** Applies `awsClient: sdk`. */
  private useSdk(): void {
    for (const name of entryNames) this.functions[name].addEnvironment('AWS_CLIENT', 'sdk');
  }

  private makeMetrics(): ChatMetrics {
    return new ChatMetrics({
      chatName: this.name,
      functions: this.functions,
      tables: this.tables,
      failures: this.failures,
      socketApiId: this.socket.apiId,
      httpApiId: this.http.apiId,
    });
  }

  /** Creates the alarms and the dashboard. */
  private monitor({ alarms: target, requestQuota, dashboard }: ResolvedProps): void {
    const { metrics } = this;
    const refusesLogin = this.identity.userPool === null;
    const alarms = target && new ChatAlarms(this, 'Alarms', { metrics, target, requestQuota, refusesLogin });
    if (!dashboard) return;
    const { distributionId } = this.edge;
    new ChatDashboard(this, 'Monitoring', { metrics, distributionId, alarms: alarms?.all ?? [] });
  }
}

/** Formats the rate limits as `functions/gateway/context.ts` parses them. Returns undefined without limits. */
function rateText(limits: RateLimits | RoomLimits): string | undefined {
  const named = Object.entries(limits).flatMap(([kind, limit]) =>
    limit ? [`${kind}:${limit.messages}/${limit.seconds}`] : [],
  );
  return named.length > 0 ? named.join() : undefined;
}

const tableAction = (action: TableAction) => `dynamodb:${action}`;
