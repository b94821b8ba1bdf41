import { Chat } from '@your-org/parley/cdk';
import { App, Stack } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';

const stack = new Stack(new App(), 'Shop');
new Chat(stack, 'Chat');
new LambdaFunction(stack, 'Status', {
  functionName: 'Status',
  runtime: Runtime.NODEJS_24_X,
  handler: 'status.handler',
  code: Code.fromAsset('functions'),
});
