import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';

const text = (name: string) => ({ name, type: AttributeType.STRING });

/** The two tables: `connections` can be lost without harm, `chat` holds everything else. */
export class ChatTables extends Construct {
  readonly connections: Table;
  readonly chat: Table;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.connections = new Table(this, 'Connections', {
      partitionKey: text('room'),
      sortKey: text('connection'),
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiresAt',
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.chat = new Table(this, 'Chat', {
      partitionKey: text('room'),
      sortKey: text('item'),
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // An index of keys costs no write when other attributes change. Each send changes attributes of its member.
    const keysOnly = { indexName: 'by-user', projectionType: ProjectionType.KEYS_ONLY };
    this.connections.addGlobalSecondaryIndex({
      ...keysOnly,
      partitionKey: text('user'),
      sortKey: text('connection'),
    });
    this.chat.addGlobalSecondaryIndex({ ...keysOnly, partitionKey: text('user'), sortKey: text('room') });
    Validations.of(this.connections).acknowledge({
      id: 'AwsSolutions-DDB3',
      reason:
        'A row lives as long as an open socket, two hours at most: a restored row would name a closed socket.',
    });
  }
}
