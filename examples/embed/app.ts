import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Chat, ChatAuth } from '../../lib/index.ts';

const app = new App();
const stack = new Stack(app, 'Shop');

const pool = new UserPool(stack, 'Customers', { signInAliases: { username: true } });
const chat = new Chat(stack, 'Chat', { auth: ChatAuth.userPool(pool), page: true });

const orders = new Table(stack, 'Orders', {
  partitionKey: { name: 'id', type: AttributeType.STRING },
  billingMode: BillingMode.PAY_PER_REQUEST,
});
const report = new LambdaFunction(stack, 'Report', {
  runtime: Runtime.NODEJS_24_X,
  handler: 'report.handler',
  code: Code.fromAsset(new URL('functions', import.meta.url).pathname),
  timeout: Duration.seconds(5),
  environment: { ORDERS_TABLE: orders.tableName, CHAT_URL: chat.url },
});
orders.grantReadData(report);

new CfnOutput(stack, 'ChatUrl', { value: chat.url });
