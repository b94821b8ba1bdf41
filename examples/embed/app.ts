// The CDK stack of a shop: a user pool of customers, a table of orders with two functions, and a chat.
import { fileURLToPath } from 'node:url';
import { Chat, ChatAuth } from '@your-org/parley/cdk';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';

const stack = new Stack(new App(), 'Shop');
const customers = new UserPool(stack, 'Customers', { signInAliases: { username: true } });

const chat = new Chat(stack, 'Chat', { auth: ChatAuth.userPool(customers) });
new CfnOutput(stack, 'ChatUrl', { value: chat.url });

const orders = new Table(stack, 'Orders', {
  partitionKey: { name: 'id', type: AttributeType.STRING },
  billingMode: BillingMode.PAY_PER_REQUEST,
});
const orderStatus = new LambdaFunction(stack, 'OrderStatus', {
  runtime: Runtime.NODEJS_24_X,
  handler: 'order-status.handler',
  code: Code.fromAsset(fileURLToPath(new URL('functions', import.meta.url))),
  environment: { ORDERS_TABLE: orders.tableName, CHAT_URL: chat.url },
});
orders.grantReadData(orderStatus);

// Opens a room for an order, and posts its status there.
const orderUpdate = new NodejsFunction(stack, 'OrderUpdate', {
  runtime: Runtime.NODEJS_24_X,
  entry: fileURLToPath(new URL('functions/order-update.ts', import.meta.url)),
  environment: { ADMIN_URL: chat.adminUrl },
});
chat.grantAdmin(orderUpdate);
