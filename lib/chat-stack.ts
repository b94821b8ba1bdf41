import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Construct, IConstruct } from 'constructs';
import { ChatAlarms } from './chat-alarms.ts';
import { ChatDashboard } from './chat-dashboard.ts';
import { ChatEdge } from './chat-edge.ts';
import { ChatFailures } from './chat-failures.ts';
import { ChatFiles, filesUrl } from './chat-files.ts';
import { ChatFunction } from './chat-function.ts';
import { ChatHttp } from './chat-http.ts';
import { ChatIdentity } from './chat-identity.ts';
import { ChatMetrics } from './chat-metrics.ts';
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
import type { RateLimits, RoomLimits } from './rate-settings.ts';
import type { Settings } from './settings.ts';

export interface ChatStackProps extends StackProps {
  readonly settings: Settings;
  /** The directory of the built bundles: `<entry>/index.mjs` for each entry. */
  readonly bundles: string;
  /** The directory of the built page. */
  readonly page: string;
}

/** The whole chat: tables, functions, WebSocket API, HTTP API, identity, files and edge. */
export class ChatStack extends Stack {
  private readonly tables: ChatTables;
  private readonly identity: ChatIdentity;
  private readonly socket: ChatSocket;
  private readonly http: ChatHttp;
  private readonly edge: ChatEdge;
  private readonly files: ChatFiles;
  private readonly failures: ChatFailures;
  private readonly encryptionKey: IKey | null;
  /** The origins whose pages may use the APIs, the session cookie and files. */
  private readonly origins: readonly string[];
  private readonly functions: Record<EntryName, ChatFunction>;

  /** @throws Error when an entry has no bundle, or the page has not been built */
  constructor(scope: Construct, id: string, props: ChatStackProps) {
    super(scope, id, props);
    const { adopted, encryptionKeyArn } = props.settings;
    this.encryptionKey =
      encryptionKeyArn === null ? null : Key.fromKeyArn(this, 'EncryptionKey', encryptionKeyArn);
    const settings = { ...props.settings, ...adopted, encryptionKey: this.encryptionKey };
    this.tables = new ChatTables(this, 'Tables', settings);
    this.identity = new ChatIdentity(this, 'Identity', settings);
    this.socket = new ChatSocket(this, 'Socket', settings);
    this.http = new ChatHttp(this, 'Http', settings);
    this.edge = new ChatEdge(this, 'Edge', {
      socketDomain: this.socket.domain,
      httpDomain: this.http.domain,
      filesUrl: filesUrl(this, settings.filesBucketName),
      page: { ...settings, directory: props.page },
      settings,
    });
    this.origins = [...this.edge.origins, ...settings.allowedOrigins];
    this.files = new ChatFiles(this, 'Files', { ...settings, allowedOrigins: this.origins });
    this.failures = new ChatFailures(this, 'Failures', this.encryptionKey);
    this.functions = this.makeFunctions(props);
    const variables = this.variables(props.settings);
    for (const name of entryNames) this.configure(this.functions[name], entries[name], variables);
    if (props.settings.directRooms === 'on-demand') this.allowCreatingRooms(this.functions.authorize);
    if (props.settings.awsClient === 'sdk') this.useSdk();
    this.socket.addRoutes(this.functions);
    this.http.addRoutes(this.functions.http);
    this.monitor(props.settings);
    this.uploadPageLast();
    this.describe();
  }

  /**
   * Uploads the page after all other resources exist. CloudFormation cannot delete a bucket that has objects, so a
   * first deploy that fails elsewhere must not have uploaded the page yet.
   */
  private uploadPageLast(): void {
    const { edge } = this;
    // The CDK's own function that uploads the page is a child of the stack.
    const isUpload = ({ node }: IConstruct) =>
      node === edge.pageDeployment.node || node.id.startsWith('Custom::CDKBucketDeployment');
    const others = this.node.children.flatMap((child) => (child === edge ? edge.node.children : child));
    edge.pageDeployment.follow(...others.filter((each) => !isUpload(each)));
  }

  private makeFunctions({ settings, bundles }: ChatStackProps): Record<EntryName, ChatFunction> {
    const make = (name: EntryName) =>
      new ChatFunction(this, `${name.charAt(0).toUpperCase()}${name.slice(1)}Function`, {
        ...(entries[name] satisfies Entry),
        entry: name,
        bundles,
        logRetention: settings.logRetention,
        tracing: settings.monitoring.tracing,
        logLevel: settings.logLevel,
        encryptionKey: this.encryptionKey,
        onFailure: this.failures.destination,
        leaveOut: settings.awsClient === 'sdk' ? [] : ['sdk-*.mjs'],
      });
    return Object.fromEntries(entryNames.map((name) => [name, make(name)])) as Record<
      EntryName,
      ChatFunction
    >;
  }

  private variables({
    maxFileMegabytes,
    dailyFileMegabytes,
    directRooms,
    rateLimit,
    roomLimits,
  }: Settings): Record<Variable, string | undefined> {
    return {
      CHAT_TABLE: this.tables.chat.tableName,
      CONNECTIONS_TABLE: this.tables.connections.tableName,
      SOCKET_URL: this.socket.callbackUrl,
      WELCOME_FUNCTION: this.functions.welcome.functionName,
      FANOUT_FUNCTION: this.functions.fanout.functionName,
      ISSUER: this.identity.oidc.issuer,
      AUDIENCE: this.identity.oidc.audience,
      JWKS_URI: this.identity.oidc.jwksUri,
      USER_POOL_CLIENT: this.identity.userPoolClient?.userPoolClientId,
      ALLOWED_ORIGINS: this.origins.join(),
      EDGE_KEY: this.edge.key,
      FILES_BUCKET: this.files.bucketName,
      DIRECT_ROOMS: directRooms === 'on-demand' ? directRooms : undefined,
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
    if (entry.invokes) target.allow(['lambda:InvokeFunction'], this.functions[entry.invokes].functionArn);
  }

  /** Applies the setting `directRooms: on-demand`: the authorizer creates the direct room of two users. */
  private allowCreatingRooms(authorize: ChatFunction): void {
    const chat = this.tables.chat.tableArn;
    authorize.allow((['PutItem', 'UpdateItem', 'BatchGetItem'] as const).map(tableAction), chat);
    authorize.allow([tableAction('Query')], `${chat}/index/by-user`);
  }

  /** Applies the setting `awsClient: sdk`. */
  private useSdk(): void {
    for (const name of entryNames) this.functions[name].addEnvironment('AWS_CLIENT', 'sdk');
  }

  /** Applies the settings `alarmTopic`, `alarmEmail` and `dashboard`. */
  private monitor({ monitoring: { alarms: target, requestQuota, dashboard }, oidc }: Settings): void {
    const metrics = new ChatMetrics(this, {
      functions: this.functions,
      tables: this.tables,
      failures: this.failures,
      socketApiId: this.socket.apiId,
      httpApiId: this.http.apiId,
    });
    const alarms =
      target &&
      new ChatAlarms(this, 'Alarms', { metrics, target, requestQuota, refusesLogin: oidc !== null });
    if (!dashboard) return;
    const { distributionId } = this.edge;
    new ChatDashboard(this, 'Monitoring', { metrics, distributionId, alarms: alarms?.all ?? [] });
  }

  private describe(): void {
    const outputs: Record<string, string | undefined> = {
      Url: this.edge.url,
      ChatTableName: this.tables.chat.tableName,
      ConnectionsTableName: this.tables.connections.tableName,
      FilesBucketName: this.files.bucketName,
      FailuresQueueUrl: this.failures.queueUrl,
      UserPoolId: this.identity.userPool?.userPoolId,
      UserPoolClientId: this.identity.userPoolClient?.userPoolClientId,
    };
    for (const [name, value] of Object.entries(outputs)) {
      if (value !== undefined) new CfnOutput(this, name, { value });
    }
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
