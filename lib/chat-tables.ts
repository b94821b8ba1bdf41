import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type ITable,
  ProjectionType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

export interface ChatTablesProps {
  /** The chat table of an earlier stack. Null to create one. */
  readonly chatTable: ITable | null;
  readonly deletionProtection: boolean;
  /** Null if DynamoDB's own key encrypts the tables. */
  readonly encryptionKey: IKey | null;
}

const text = (name: string) => ({ name, type: AttributeType.STRING });

// An index of keys costs no write when other attributes change. Each send changes attributes of its member.
const keysOnly = { indexName: 'by-user', projectionType: ProjectionType.KEYS_ONLY };

/** The two tables: `connections` can be lost without harm, `chat` holds everything else. */
export class ChatTables extends Construct {
  readonly connections: Table;
  readonly chat: Pick<ITable, 'tableArn' | 'tableName'>;

  constructor(scope: Construct, id: string, props: ChatTablesProps) {
    super(scope, id);
    const { chatTable, encryptionKey } = props;
    const encrypted = encryptionKey && { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey };
    const connections = new Table(this, 'Connections', {
      partitionKey: text('room'),
      sortKey: text('connection'),
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiresAt',
      ...encrypted,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    connections.addGlobalSecondaryIndex({
      ...keysOnly,
      partitionKey: text('user'),
      sortKey: text('connection'),
    });
    Validations.of(connections).acknowledge({
      id: 'AwsSolutions-DDB3',
      reason:
        'A row lives as long as an open socket, two hours at most: a restored row would name a closed socket.',
    });
    this.connections = connections;
    if (chatTable !== null) {
      this.chat = chatTable;
      return;
    }
    const chat = new Table(this, 'Chat', {
      partitionKey: text('room'),
      sortKey: text('item'),
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      ...encrypted,
      ...(props.deletionProtection && { deletionProtection: true }),
      // A first deploy that fails deletes the table again.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    chat.addGlobalSecondaryIndex({ ...keysOnly, partitionKey: text('user'), sortKey: text('room') });
    this.chat = chat;
  }
}
