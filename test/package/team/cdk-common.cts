import { Chat, ChatAuth } from '@your-org/parley/cdk';
import { App, Stack } from 'aws-cdk-lib';

const auth = ChatAuth.oidc({
  issuer: 'https://id.example.com',
  audience: 'shop',
  jwksUri: 'https://id.example.com/keys',
});
export const chat = new Chat(new Stack(new App(), 'Shop'), 'Chat', { auth });
