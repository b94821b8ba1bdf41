import { Chat } from '@your-org/parley/cdk';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';

const app = new App();
const stack = new Stack(app, 'Shop');
const chat = new Chat(stack, 'Chat');
new CfnOutput(stack, 'ChatUrl', { value: chat.url });
