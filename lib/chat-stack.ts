import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ChatFunction } from './chat-function.ts';
import { ChatIdentity } from './chat-identity.ts';
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
import type { Settings } from './settings.ts';

export interface ChatStackProps extends StackProps {
  readonly settings: Settings;
  /** The directory that has a directory with an index.mjs for each entry. */
  readonly bundles: string;
}

/** The whole chat: tables, functions, WebSocket API, identity. */
export class ChatStack extends Stack {
  private readonly tables: ChatTables;
  private readonly identity: ChatIdentity;
  private readonly socket: ChatSocket;
  private readonly functions: Record<EntryName, ChatFunction>;

  /** Throws an Error when an entry has no bundle. */
  constructor(scope: Construct, id: string, props: ChatStackProps) {
    super(scope, id, props);
    this.tables = new ChatTables(this, 'Tables');
    this.identity = new ChatIdentity(this, 'Identity', props.settings.oidc);
    this.socket = new ChatSocket(this, 'Socket', props.settings);
    this.functions = this.makeFunctions(props);
    const variables = this.variables();
    for (const name of entryNames) this.equip(this.functions[name], entries[name], variables);
    this.socket.serve(this.functions);
    this.describe();
  }

  private makeFunctions({ settings, bundles }: ChatStackProps): Record<EntryName, ChatFunction> {
    const make = (name: EntryName) =>
      new ChatFunction(this, `${name.charAt(0).toUpperCase()}${name.slice(1)}Function`, {
        ...(entries[name] satisfies Entry),
        entry: name,
        bundles,
        logRetention: settings.logRetention,
      });
    return Object.fromEntries(entryNames.map((name) => [name, make(name)])) as Record<
      EntryName,
      ChatFunction
    >;
  }

  private variables(): Record<Variable, string> {
    return {
      CHAT_TABLE: this.tables.chat.tableName,
      CONNECTIONS_TABLE: this.tables.connections.tableName,
      SOCKET_URL: this.socket.callbackUrl,
      WELCOME_FUNCTION: this.functions.welcome.functionName,
      FANOUT_FUNCTION: this.functions.fanout.functionName,
      ISSUER: this.identity.oidc.issuer,
      AUDIENCE: this.identity.oidc.audience,
      JWKS_URI: this.identity.oidc.jwksUri,
    };
  }

  /** Gives a function its environment and its grants, as its entry lists them. */
  private equip(target: ChatFunction, entry: Entry, variables: Record<Variable, string>): void {
    for (const name of entry.variables) target.addEnvironment(name, variables[name]);
    target.allow(entry.chat.map(tableAction), this.tables.chat.tableArn);
    const connections = this.tables.connections.tableArn;
    target.allow(entry.connections.map(tableAction), connections);
    if (entry.connectionsByUser) target.allow([tableAction('Query')], `${connections}/index/by-user`);
    if (entry.sockets) this.socket.grantSockets(target);
    if (entry.invokes) target.allow(['lambda:InvokeFunction'], this.functions[entry.invokes].functionArn);
  }

  private describe(): void {
    const outputs: Record<string, string | undefined> = {
      SocketUrl: this.socket.url,
      ChatTableName: this.tables.chat.tableName,
      ConnectionsTableName: this.tables.connections.tableName,
      UserPoolId: this.identity.userPool?.userPoolId,
      UserPoolClientId: this.identity.userPoolClient?.userPoolClientId,
    };
    for (const [name, value] of Object.entries(outputs)) {
      if (value !== undefined) new CfnOutput(this, name, { value });
    }
  }
}

const tableAction = (action: TableAction) => `dynamodb:${action}`;
