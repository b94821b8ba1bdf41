import { Chat, ChatAuth, type ChatProps } from '@your-org/parley/cdk';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { UserPool } from 'aws-cdk-lib/aws-cognito';

const stack = new Stack(new App(), 'Shop');
const props: ChatProps = { auth: ChatAuth.userPool(new UserPool(stack, 'Customers')), page: false };
const chat = new Chat(stack, 'Chat', props);
chat.metricFaults().createAlarm(stack, 'Faults', { threshold: 1, evaluationPeriods: 1 });
new CfnOutput(stack, 'ChatUrl', { value: chat.url });
