// The app of a team whose project is CommonJS, such as one that `cdk init` made.
const { Chat } = require('@your-org/parley/cdk');
const { App, CfnOutput, Stack } = require('aws-cdk-lib');

const stack = new Stack(new App(), 'Shop');
const chat = new Chat(stack, 'Chat');
new CfnOutput(stack, 'ChatUrl', { value: chat.url });
