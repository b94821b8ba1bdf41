import {
  directory,
  edgeKey,
  roomLimits,
  sessionCookie,
  tokenContext,
  usersCreateRooms,
} from './gateway/context.ts';
import { httpApp } from './gateway/http/app.ts';
import { readLoginOptions } from './gateway/http/login-options.ts';
import { cognitoLogin } from './gateway/http/password-login.ts';
import { serveRequests } from './gateway/http/serve-requests.ts';
import { required } from './gateway/runtime.ts';

/** Answers the requests to the HTTP API. */
export const handler = serveRequests('http', () => {
  const client = process.env['USER_POOL_CLIENT'];
  return httpApp({
    ...tokenContext(),
    roomLimits: roomLimits(),
    directory: directory(),
    usersCreateRooms: usersCreateRooms(),
    maxFileBytes: Number(required('MAX_FILE_BYTES')),
    origins: required('ALLOWED_ORIGINS').split(','),
    edgeKey: edgeKey(),
    sessionCookie: sessionCookie(),
    passwordLogin: client ? cognitoLogin(client) : null,
    loginOptions: readLoginOptions(process.env['LOGIN']),
  });
});
