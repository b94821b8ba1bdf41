import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { gatewayPoster } from '../broadcast/gateway-poster.ts';
import { once, required } from './environment.ts';

export const poster = once(() =>
  gatewayPoster(new ApiGatewayManagementApiClient({ endpoint: required('SOCKET_URL'), maxAttempts: 1 })),
);
